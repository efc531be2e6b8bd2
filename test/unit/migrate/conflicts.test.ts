import { describe, expect, test } from 'vitest';
import {
  exactly,
  fill,
  has,
  ID,
  inPlace,
  inShort,
  KEY,
  leftIn,
  lines,
  OTHER_ID,
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { at, inWorld, makeLink, type World, worldKinds } from '../support/world.ts';

const OTHER_KEY = '-home-me-other';

/** That both calls tell the same, that `migrate` refuses, and that nothing has changed anywhere. */
async function expectRefused(
  world: World,
  homes: readonly string[],
  problems: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<void> {
  const before = exactly(world);
  const { live, keepBoth, acceptRetention, processInspector } = options;
  const planned = await plan(world, homes, { live, keepBoth, acceptRetention, processInspector });
  expect([planned.ok, told(world, planned)]).toEqual([false, problems]);
  const report = await run(world, homes, options);
  expect([report.ok, report.outcome, told(world, report)]).toEqual([false, 'refused', problems]);
  expect(exactly(world)).toEqual(before);
}

describe.each(worldKinds)('what cannot become one (%s)', (kind) => {
  test('is refused where transcripts went on differently, in any home, and all of it is told', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 'other'),
        [`b/projects/${KEY}/fine.jsonl`]: lines(1),
        [`c/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1, 'torn').slice(0, -3),
        [`c/file-history/x/y@v1`]: 'one',
        [`d/file-history/x/y@v1`]: 'other',
        [`shared/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
      });
      await expectRefused(
        world,
        ['a', 'b', 'c', 'd'],
        [
          'files-differ d/file-history/x/y@v1',
          `transcripts-diverge b/projects/${TRANSCRIPT}`,
          `transcripts-diverge c/projects/${KEY}/${OTHER_ID}.jsonl`,
        ],
      );
      const { problems } = await plan(world, ['a', 'b']);
      const conflict = problems.find(({ code }) => code === 'transcripts-diverge');
      expect(conflict).toMatchObject({
        other: at(world, `a/projects/${TRANSCRIPT}`),
        sessionId: ID,
      });
    }));

  test.each(['memory/notes.md', 'settings.json', `${ID}/tool-results/x.txt`, 'empty'])(
    'is refused for other files that differ: %s',
    (name) =>
      inWorld(kind, async (world) => {
        fill(world, {
          [`a/projects/${KEY}/${name}`]: 'one\n',
          [`shared/projects/${KEY}/${name}`]: name === 'empty' ? '' : 'one\ntwo\n',
        });
        const { problems } = await plan(world, ['a']);
        const codes = problems.filter(({ severity }) => severity === 'error').map((it) => it.code);
        expect(codes).toEqual(['files-differ']);
        expect((await run(world, ['a'])).outcome).toBe('refused');
        expect(has(world, 'a/.claude-shared-state')).toBe(false);
      }),
  );

  test('is refused for one session under two keys: in two homes, in one, in the target', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${OTHER_KEY}/${ID}.jsonl`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`shared/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`]: lines(1),
      });
      await expectRefused(
        world,
        ['a', 'b'],
        [
          `id-under-two-keys a/projects/${KEY}/${OTHER_ID}.jsonl`,
          `id-under-two-keys b/projects/${OTHER_KEY}/${ID}.jsonl`,
        ],
      );
      await expectRefused(world, ['a'], [`id-under-two-keys a/projects/${KEY}/${OTHER_ID}.jsonl`]);
      const keepBoth = [at(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)];
      const report = await run(world, ['a'], { keepBoth });
      expect([report.outcome, leftIn(world, report)]).toEqual([
        'done',
        [`side-not-chosen a/.claude-shared-state/originals/RUN/projects/${KEY}/${OTHER_ID}.jsonl`],
      ]);
    }));

  test('is refused for one session under two keys that differ in the case of the id only', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${OTHER_KEY}/${ID.toUpperCase()}.jsonl`]: lines(1),
        [`b/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID.toUpperCase()}.jsonl`]: lines(1),
      });
      await expectRefused(
        world,
        ['a', 'b'],
        [
          `id-under-two-keys b/projects/${OTHER_KEY}/${ID.toUpperCase()}.jsonl`,
          `id-under-two-keys b/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`,
        ],
      );
    }));

  test('is refused where a file meets a directory, on either side, and between homes', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        'a/projects/one': 'file',
        'shared/projects/one/x': '',
        'a/projects/two/x': '',
        'shared/projects/two': 'file',
        'a/projects/three/deep/x': '',
        'b/projects/three/deep': 'file',
      });
      const problems = [
        'kinds-differ a/projects/one',
        'kinds-differ b/projects/three/deep',
        'kinds-differ shared/projects/two',
      ];
      await expectRefused(world, ['a', 'b'], problems);
    }));

  test('is refused for symbolic links, in a home, and in the target where a home has something', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/same.txt`]: 'x',
        'a/projects/dir/x': 'x',
        [`shared/projects/${KEY}/x`]: 'x',
        'elsewhere/x': 'x',
      });
      makeLink(world, inPlace(world, `a/projects/${KEY}/link`), at(world, 'elsewhere/x'));
      makeLink(world, inPlace(world, 'a/projects/dangling'), 'nowhere');
      makeLink(world, inPlace(world, `shared/projects/${KEY}/same.txt`), at(world, 'elsewhere/x'));
      makeLink(world, inPlace(world, 'shared/projects/dir'), at(world, 'elsewhere'));
      makeLink(world, inPlace(world, 'shared/projects/alone'), at(world, 'elsewhere'));
      await expectRefused(
        world,
        ['a'],
        [
          `not-mergeable a/projects/${KEY}/link`,
          'not-mergeable a/projects/dangling',
          `not-mergeable shared/projects/${KEY}/same.txt`,
          'not-mergeable shared/projects/dir',
        ],
      );
    }));

  test('is told in words that no terminal obeys', () =>
    inWorld(kind, async (world) => {
      const name = 'x\n\u{1b}[2Jy\u{202e}';
      fill(world, { [`a/projects/${name}`]: '1', [`b/projects/${name}`]: '2' });
      const { problems } = await plan(world, ['a', 'b']);
      const conflict = problems.find(({ code }) => code === 'files-differ');
      expect(conflict?.path).toBe(at(world, `b/projects/${name}`));
      expect(conflict?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      const keepBoth = [conflict?.path ?? ''];
      const report = await run(world, ['a', 'b'], { keepBoth });
      expect([report.outcome, read(world, `b/projects/${name}`)]).toEqual(['done', '1']);
    }));

  test('does not matter in a cache that nobody reads: it is left, in every home', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/sessions-index.json`]: 'one',
        [`b/projects/${KEY}/sessions-index.json`]: 'other',
      });
      const planned = await plan(world, ['a', 'b']);
      expect(planned.leftovers.map(({ path }) => inShort(world, path))).toEqual([
        `a/projects/${KEY}/sessions-index.json`,
        `b/projects/${KEY}/sessions-index.json`,
      ]);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, leftIn(world, report)]).toEqual([
        'done',
        ['a', 'b'].map(
          (home) =>
            `dead-cache ${home}/.claude-shared-state/originals/RUN/projects/${KEY}/sessions-index.json`,
        ),
      ]);
      expect(has(world, `shared/projects/${KEY}/sessions-index.json`)).toBe(false);
    }));
});
