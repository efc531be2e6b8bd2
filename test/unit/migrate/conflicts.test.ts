import { describe, expect, test } from 'vitest';
import {
  fill,
  has,
  ID,
  inPlace,
  inShort,
  KEY,
  lines,
  OTHER_ID,
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../support/migrating.ts';
import { at, inWorld, makeLink, snapshot, type World, worldKinds } from '../support/world.ts';

const OTHER_KEY = '-home-me-other';

/** That both calls say the same, that `migrate` refuses, and that nothing has changed anywhere. */
async function expectRefused(
  world: World,
  homes: readonly string[],
  problems: readonly string[],
): Promise<void> {
  const before = snapshot(world);
  const planned = await plan(world, homes);
  expect([planned.ok, told(world, planned)]).toEqual([false, problems]);
  const report = await run(world, homes);
  expect([report.ok, report.outcome, told(world, report)]).toEqual([false, 'refused', problems]);
  expect(snapshot(world)).toEqual(before);
}

const message = (type: string, timestamp: string) =>
  `${JSON.stringify({ type, timestamp, uuid: timestamp })}\n`;

describe.each(worldKinds)('what conflicts (%s)', (kind) => {
  test('is refused if transcripts diverge, in any home, and all conflicts are listed', () =>
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
    }));

  test('is refused if any other files differ, even by one being empty or longer', () =>
    inWorld(kind, async (world) => {
      const names = ['memory/notes.md', 'settings.json', `${ID}/tool-results/x.txt`, 'empty'];
      for (const name of names) {
        fill(world, {
          [`a/projects/${KEY}/${name}`]: 'one\n',
          [`shared/projects/${KEY}/${name}`]: name === 'empty' ? '' : 'one\ntwo\n',
        });
      }
      const { problems } = await plan(world, ['a']);
      const conflicts = problems.filter(({ severity }) => severity === 'error');
      expect(told(world, { problems: conflicts })).toEqual(
        names.map((name) => `files-differ a/projects/${KEY}/${name}`).toSorted(),
      );
      expect((await run(world, ['a'])).outcome).toBe('refused');
      expect(has(world, 'a/.claude-shared-state')).toBe(false);
    }));

  test('is described so that one side can be chosen', () =>
    inWorld(kind, async (world) => {
      const [first, second] = ['2026-02-01T10:00:00.000Z', '2026-02-01T11:00:00.000Z'];
      const own = `${message('user', first)}${message('assistant', second)}{"type":"summary"}\n`;
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: `${own}{"torn`,
        [`shared/projects/${TRANSCRIPT}`]: message('user', '2026-02-01T09:00:00Z'),
        'a/file-history/s/f@v1': 'short',
        'shared/file-history/s/f@v1': 'longer',
      });
      for (const [path, seconds] of [
        [`a/projects/${TRANSCRIPT}`, 1_771_000_000],
        [`shared/projects/${TRANSCRIPT}`, 1_772_000_000],
        ['a/file-history/s/f@v1', 1_772_000_000],
        ['shared/file-history/s/f@v1', 1_771_000_000],
      ] as const) {
        world.fs.utimesSync(inPlace(world, path), seconds, seconds);
      }
      const { problems } = await plan(world, ['a'], { acceptRetention: true });
      expect(problems.find(({ code }) => code === 'transcripts-diverge')).toMatchObject({
        path: at(world, `a/projects/${TRANSCRIPT}`),
        other: inPlace(world, `shared/projects/${TRANSCRIPT}`),
        sessionId: ID,
        // By the last message, not by the time of the file.
        newer: 'home',
        longer: 'home',
        sides: [
          {
            path: at(world, `a/projects/${TRANSCRIPT}`),
            bytes: own.length + '{"torn'.length,
            modifiedAt: new Date(1_771_000_000_000),
            messages: 2,
            lastMessageAt: new Date(second),
          },
          { messages: 1, lastMessageAt: new Date('2026-02-01T09:00:00Z') },
        ],
      });
      const other = problems.find(({ code }) => code === 'files-differ');
      expect(other).toMatchObject({ newer: 'home', longer: 'shared' });
      expect(other?.message).toMatch(/home: 5 bytes, .*shared: 6 bytes, .*home is newer/);
      expect(other?.message).toMatch(/preferShared.*preferHome/);
    }));

  test('is refused if sharing gives one session two project keys', () =>
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
          `duplicate-session-id a/projects/${KEY}/${OTHER_ID}.jsonl`,
          `duplicate-session-id b/projects/${OTHER_KEY}/${ID}.jsonl`,
        ],
      );
      await expectRefused(
        world,
        ['a'],
        [`duplicate-session-id a/projects/${KEY}/${OTHER_ID}.jsonl`],
      );
    }));

  test('is only a warning if one home had a session under two project keys before', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${OTHER_KEY}/${ID}.jsonl`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1),
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report)]).toEqual([
        'done',
        [`session-in-two-projects a/projects/${OTHER_KEY}/${ID}.jsonl`],
      ]);
      expect(read(world, `b/projects/${OTHER_KEY}/${ID}.jsonl`)).toBe(lines(1, 2));
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('is none if ids differ in case only: Claude Code takes them for two sessions', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${OTHER_KEY}/${ID.toUpperCase()}.jsonl`]: lines(2),
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
    }));

  test('is refused if a file meets a directory, on either side, and between homes', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        'a/projects/one': 'file',
        'shared/projects/one/x': '',
        'a/projects/two/x': '',
        'shared/projects/two': 'file',
        'a/projects/three/deep/x': '',
        'b/projects/three/deep': 'file',
      });
      await expectRefused(
        world,
        ['a', 'b'],
        [
          'kinds-differ a/projects/one',
          'kinds-differ a/projects/two',
          'kinds-differ b/projects/three/deep',
        ],
      );
    }));

  test('is refused if one side has a link where the other has something else', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/same.txt`]: 'x',
        'a/projects/dir/x': 'x',
        [`shared/projects/${KEY}/x`]: 'x',
        'shared/projects/file': 'x',
        'elsewhere/x': 'x',
      });
      makeLink(world, inPlace(world, `shared/projects/${KEY}/same.txt`), at(world, 'elsewhere/x'));
      makeLink(world, inPlace(world, 'shared/projects/dir'), at(world, 'elsewhere'));
      makeLink(world, inPlace(world, 'a/projects/file'), at(world, 'elsewhere/x'));
      makeLink(world, inPlace(world, 'a/projects/link'), at(world, 'elsewhere'));
      makeLink(world, inPlace(world, 'shared/projects/link'), '/elsewhere');
      await expectRefused(
        world,
        ['a'],
        [
          `kinds-differ a/projects/${KEY}/same.txt`,
          'kinds-differ a/projects/dir',
          'kinds-differ a/projects/file',
          'kinds-differ a/projects/link',
        ],
      );
    }));

  test('is refused if a relative link leads out of its tree', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/x`]: 'x' });
      makeLink(world, inPlace(world, 'a/projects/out'), '../CLAUDE.md');
      makeLink(world, inPlace(world, `a/projects/${KEY}/deep`), `../${KEY}/../../settings.json`);
      await expectRefused(
        world,
        ['a'],
        [`not-mergeable a/projects/${KEY}/deep`, 'not-mergeable a/projects/out'],
      );
      const { problems } = await plan(world, ['a']);
      expect(problems).toContainEqual(
        expect.objectContaining({ reason: 'relative-link-leaves-tree' }),
      );
    }));

  test('is no link that is absolute, dangling, inside of its tree, or the same in the target', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/x`]: 'x', 'repository/notes.md': 'notes' });
      const links = {
        [`${KEY}/memory`]: at(world, 'repository'),
        [`${KEY}/dangling`]: '/nowhere',
        [`${KEY}/beside`]: 'x',
        up: `./${KEY}/../${KEY}/x`,
      };
      for (const [path, text] of Object.entries(links)) {
        makeLink(world, inPlace(world, `a/projects/${path}`), text);
      }
      makeLink(world, inPlace(world, `shared/projects/${KEY}/beside`), 'x');
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report), report.unmerged]).toEqual(['done', [], []]);
      for (const [path, text] of Object.entries(links)) {
        expect(world.fs.readlinkSync(inPlace(world, `shared/projects/${path}`))).toBe(text);
      }
      expect(read(world, `shared/projects/${KEY}/memory/notes.md`)).toBe('notes');
    }));

  test('is told in words that no terminal obeys, and decided by the path that is told', () =>
    inWorld(kind, async (world) => {
      const name = 'x\n\u{1b}[2Jy\u{202e}';
      fill(world, { [`a/projects/${name}`]: '1', [`b/projects/${name}`]: '2' });
      const { problems } = await plan(world, ['a', 'b']);
      const conflict = problems.find(({ code }) => code === 'files-differ');
      expect(conflict?.path).toBe(at(world, `b/projects/${name}`));
      expect(conflict?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      const report = await run(world, ['a', 'b'], { preferShared: [conflict?.path ?? ''] });
      expect([report.outcome, read(world, `b/projects/${name}`)]).toEqual(['done', '1']);
    }));

  test('is none in an obsolete cache, which stays in the restore point of every home', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/sessions-index.json`]: 'one',
        [`b/projects/${KEY}/sessions-index.json`]: 'other',
      });
      const planned = await plan(world, ['a', 'b']);
      expect(planned.unmerged.map(({ path }) => inShort(world, path))).toEqual([
        `a/projects/${KEY}/sessions-index.json`,
        `b/projects/${KEY}/sessions-index.json`,
      ]);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'done',
        ['a', 'b'].map(
          (home) =>
            `obsolete-cache ${home}/.claude-shared-state/restore-points/RUN/projects/${KEY}/sessions-index.json`,
        ),
      ]);
      expect(has(world, `shared/projects/${KEY}/sessions-index.json`)).toBe(false);
    }));
});
