import { describe, expect, test } from 'vitest';
import {
  contents,
  fill,
  has,
  ID,
  KEY,
  leftIn,
  lines,
  OTHER_ID,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
  hooked,
  inPlace,
} from '../support/migrating.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const prefix = lines(1, 2);
const middle = lines(1, 2, 3);
const longest = lines(1, 2, 3, 4);

const transcriptIn = (place: string) => `${place}/projects/${TRANSCRIPT}`;

describe.each(worldKinds)('transcripts that are generations of one session (%s)', (kind) => {
  test('that is in one home only is linked: same inode, mode and time', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: longest });
      world.fs.chmodSync(inPlace(world, `a/projects/${TRANSCRIPT}`), 0o600);
      world.fs.utimesSync(
        inPlace(world, `a/projects/${TRANSCRIPT}`),
        1_771_600_000.5,
        1_771_600_000.25,
      );
      const before = statsOf(world, `a/projects/${TRANSCRIPT}`);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report), report.leftovers]).toEqual(['done', [], []]);
      const after = statsOf(world, `shared/projects/${TRANSCRIPT}`);
      expect([after.ino, after.mode, after.mtimeNs]).toEqual([
        before.ino,
        before.mode,
        before.mtimeNs,
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(longest);
    }));

  test('of which the target has the same inode already are left as they are', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: longest, [`shared/projects/${KEY}/x`]: '' });
      const shared = `shared/projects/${TRANSCRIPT}`;
      world.fs.linkSync(inPlace(world, `a/projects/${TRANSCRIPT}`), inPlace(world, shared));
      const { ino } = statsOf(world, shared);
      const report = await run(world, ['a']);
      expect([report.outcome, report.leftovers]).toEqual(['done', []]);
      expect(statsOf(world, shared).ino).toBe(ino);
    }));

  const places = ['a', 'b', 'c', 'shared'] as const;
  const texts = [prefix, middle, longest];
  // Wherever the longest, and in whatever order the shorter ones.
  const orders = [
    ['a', 'b', 'c'],
    ['b', 'a', 'c'],
    ['c', 'b', 'a'],
    ['b', 'c', 'shared'],
    ['shared', 'a', 'b'],
    ['a', 'shared', 'b'],
    ['shared', 'c', 'a'],
  ] as const satisfies readonly (readonly (typeof places)[number][])[];

  test.each(orders)('become one inode, the longest, where they are in %s, %s and %s', (...order) =>
    inWorld(kind, async (world) => {
      fill(
        world,
        Object.fromEntries(order.map((place, index) => [transcriptIn(place), texts[index] ?? ''])),
      );
      const chosen = statsOf(world, transcriptIn(order[2])).ino;
      const homes = order.filter((place) => place !== 'shared').toSorted();
      const inodes: unknown[] = [];
      const fs = hooked(world, {
        before: (call, path) => {
          if (call !== 'rename' || !path.endsWith('/projects') || inodes.length > 0) return;
          inodes.push(...['shared', ...homes].map((it) => statsOf(world, transcriptIn(it)).ino));
        },
      });
      const report = await run(world, homes, { fs });
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      // Before the first swap already.
      expect(inodes).toEqual(['shared', ...homes].map(() => chosen));
      for (const place of ['shared', ...homes])
        expect(read(world, transcriptIn(place))).toBe(longest);
      // Whatever lost its name has another one.
      expect(contents(world)).toEqual(expect.arrayContaining([prefix, middle]));
    }),
  );

  test('that are identical become one inode', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: longest,
        [`b/projects/${TRANSCRIPT}`]: longest,
        [`shared/projects/${TRANSCRIPT}`]: longest,
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(longest);
    }));

  test('that are empty are the beginning of every other', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: '',
        [`b/projects/${TRANSCRIPT}`]: longest,
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: '',
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(longest);
      expect(read(world, `b/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe('');
    }));

  test('with a torn last line count as what they are without it', () =>
    inWorld(kind, async (world) => {
      const torn = longest.slice(0, -4);
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: torn,
        [`b/projects/${TRANSCRIPT}`]: longest,
      });
      const report = await run(world, ['a', 'b']);
      expect([told(world, report), read(world, `a/projects/${TRANSCRIPT}`)]).toEqual([[], longest]);
    }));

  test('with a torn last line that went on differently keep it in the originals, and it is listed', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: `${middle}{"uuid":"torn`,
        [`b/projects/${TRANSCRIPT}`]: longest,
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report)]).toEqual(['done-with-leftovers', []]);
      const displaced = (home: string, side: string) =>
        `${home}/.claude-shared-state/originals/RUN/displaced/projects/${side}/${middle.length}/${TRANSCRIPT}`;
      // It was the target's for a while.
      expect(leftIn(world, report)).toEqual([
        `torn-line ${displaced('a', 'home')}`,
        `torn-line ${displaced('b', 'target')}`,
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(longest);
    }));

  test('in files beside the transcript, of subagents say, are generations, too', () =>
    inWorld(kind, async (world) => {
      const agent = `${KEY}/${ID}/subagents/agent-1.jsonl`;
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: longest,
        [`a/projects/${agent}`]: prefix,
        [`b/projects/${TRANSCRIPT}`]: longest,
        [`b/projects/${agent}`]: middle,
      });
      const report = await run(world, ['a', 'b']);
      expect([told(world, report), leftIn(world, report)]).toEqual([[], []]);
      expect(read(world, `a/projects/${agent}`)).toBe(middle);
    }));

  test('that came from the target only stay what they are', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: prefix,
        [`shared/projects/${TRANSCRIPT}`]: longest,
      });
      const report = await run(world, ['a']);
      expect([report.outcome, has(world, `a/projects/${TRANSCRIPT}`)]).toEqual(['done', true]);
    }));
});
