import { dirname } from 'node:path';
import { restore } from 'claude-shared-state/migrate';
import { OPEN } from '../../../src/fs/migrate-fs.ts';
import { appendGrowth } from '../../../src/migrate/merge/append-growth.ts';
import { describe, expect, test } from 'vitest';
import {
  type Call,
  editByRename,
  fill,
  has,
  hooked,
  ID,
  inPlace,
  KEY,
  leftIn,
  lines,
  linksProjects,
  movesAside,
  once,
  read,
  run,
  told,
  TRANSCRIPT,
  usual,
} from '../support/migrating.ts';
import { at, inWorld, type World, worldKinds } from '../support/world.ts';

const SECOND = '-home-me-tree';
const THIRD = '-home-me-other-tree';
const below = (key: string) => `${key}/${ID}.jsonl`;

/** What Claude Code does when it enters or leaves a worktree. */
async function move(world: World, from: string, to: string): Promise<void> {
  fill(world, { [`${dirname(to)}/x`]: '' });
  await world.fs.promises.rename(inPlace(world, from), inPlace(world, to));
}

/** The lines of the session in the target, by project key. */
function placesOf(world: World): Readonly<Record<string, string>> {
  const keys = [KEY, SECOND, THIRD].filter((key) => has(world, `shared/projects/${below(key)}`));
  return Object.fromEntries(keys.map((key) => [key, read(world, `shared/projects/${below(key)}`)]));
}

describe.each(worldKinds)('a session that moves between projects meanwhile (%s)', (kind) => {
  test('again, while its history is put before what was begun without it, has both', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`a/projects/${SECOND}/x`]: '',
        [`a/projects/${THIRD}/x`]: '',
      });
      const leaves = once(movesAside, () =>
        move(world, `a/projects/${TRANSCRIPT}`, `a/projects/${below(SECOND)}`),
      );
      const goesOn = once(linksProjects, () =>
        fill(world, { [`a/projects/${below(THIRD)}`]: lines('late') }),
      );
      const movesAgain = once(
        (call, from, to) =>
          call === 'link' &&
          from.endsWith(`${ID}.jsonl`) &&
          to === inPlace(world, `shared/projects/${below(THIRD)}`),
        () => move(world, `a/projects/${below(THIRD)}`, `a/projects/${TRANSCRIPT}`),
      );
      const fs = hooked(world, {
        before: leaves,
        after: async (...call) => {
          await goesOn(...call);
          await movesAgain(...call);
        },
      });
      const report = await run(world, ['a'], { fs, live: 'merge' });
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      expect(placesOf(world)).toEqual({ [KEY]: lines(1, 2, 'late') });
    }));

  test('right after the plan, in a home that was given back, is where it is now', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${SECOND}/x`]: '' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      // Another file by now than the one that the home keeps.
      await editByRename(world, `shared/projects/${TRANSCRIPT}`, lines(1, 2));
      expect((await restore(at(world, 'a'), usual(world))).outcome).toBe('done');
      const before = once(
        (call, path) => call === 'opendir' && path === inPlace(world, `a/projects/${KEY}`),
        () => move(world, `a/projects/${TRANSCRIPT}`, `a/projects/${below(SECOND)}`),
        2,
      );
      const report = await run(world, ['a'], { fs: hooked(world, { before }), live: 'merge' });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(placesOf(world)).toEqual({ [SECOND]: lines(1, 2) });
    }));

  test('onto a name that is about to be taken away, keeps it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${SECOND}/x`]: '' });
      const goesOn = once(linksProjects, async () => {
        // Begun anew where it had moved to, as if its history had not come there yet.
        fill(world, { [`a/projects/${below(SECOND)}`]: lines('late') });
      });
      const movesBack = once(
        (call, from, to) =>
          call === 'rename' &&
          from === inPlace(world, `shared/projects/${TRANSCRIPT}`) &&
          (to ?? '').includes('/displaced/'),
        async () => {
          const now = read(world, `shared/projects/${below(SECOND)}`);
          await editByRename(world, `a/projects/${below(SECOND)}`, now);
          await move(world, `a/projects/${below(SECOND)}`, `a/projects/${TRANSCRIPT}`);
        },
      );
      const fs = hooked(world, { before: movesBack, after: goesOn });
      const report = await run(world, ['a'], { fs, live: 'merge' });
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      expect(placesOf(world)).toEqual({ [KEY]: lines(1, 2, 'late') });
    }));

  test('has its history first, though that was replaced after the other began', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${THIRD}/x`]: '' });
      const begins = once(movesAside, () =>
        fill(world, { [`a/projects/${below(SECOND)}`]: lines('gap') }),
      );
      // Replaced each time before its place is taken: so it stays a file of its own until it is moved aside, too.
      const replaces = async (call: Call, from: string) => {
        if (call !== 'rename' || from !== inPlace(world, `a/projects/${below(SECOND)}`)) return;
        await editByRename(world, `a/projects/${below(SECOND)}`, lines('gap'));
      };
      const goesOn = once(linksProjects, async () => {
        const [present = KEY] = Object.keys(placesOf(world));
        if (present !== THIRD) {
          await move(world, `a/projects/${below(present)}`, `a/projects/${below(THIRD)}`);
        }
        await editByRename(world, `a/projects/${below(THIRD)}`, lines(1, 2, 'more'));
      });
      const fs = hooked(world, {
        before: replaces,
        after: async (...call) => {
          await begins(...call);
          await goesOn(...call);
        },
      });
      const report = await run(world, ['a'], { fs, live: 'merge' });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(placesOf(world)).toEqual({ [THIRD]: lines(1, 2, 'more', 'gap') });
    }));

  test('and is deleted there then, stays deleted', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${SECOND}/x`]: '' });
      const leaves = once(movesAside, () =>
        move(world, `a/projects/${TRANSCRIPT}`, `a/projects/${below(SECOND)}`),
      );
      const deletes = once(linksProjects, () =>
        world.fs.promises.unlink(inPlace(world, `shared/projects/${TRANSCRIPT}`)),
      );
      const fs = hooked(world, { before: leaves, after: deletes });
      const report = await run(world, ['a'], { fs, live: 'merge' });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
    }));
});

describe.each(worldKinds)('lines that are brought into a transcript (%s)', (kind) => {
  test('are not there twice where its program had taken them away for a moment, to write them anew', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'from.jsonl': lines(1, 2, 3, 4), 'to.jsonl': lines(1) });
      const [from, to] = [inPlace(world, 'from.jsonl'), inPlace(world, 'to.jsonl')];
      const { promises } = world.fs;
      const fs = {
        open: async (path: string, flags: number) => {
          if (flags === OPEN.append) fill(world, { 'to.jsonl': lines(1, 2, 3) });
          return await promises.open(path, flags);
        },
      };
      const growth = await appendGrowth(fs, from, lines(1).length, to);
      expect(growth.kind).toBe('appended');
      expect(read(world, 'to.jsonl')).toBe(lines(1, 2, 3, 4));
    }));

  test('wait where it has become shorter while it was looked at', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'from.jsonl': lines(1, 2, 3, 4), 'to.jsonl': lines(1, 2) });
      const [from, to] = [inPlace(world, 'from.jsonl'), inPlace(world, 'to.jsonl')];
      const { promises } = world.fs;
      const fs = {
        open: async (path: string, flags: number) => {
          if (flags === OPEN.append) fill(world, { 'to.jsonl': lines(1) });
          return await promises.open(path, flags);
        },
      };
      expect(await appendGrowth(fs, from, lines(1).length, to)).toEqual({ kind: 'vanished' });
      expect(read(world, 'to.jsonl')).toBe(lines(1));
    }));
});
