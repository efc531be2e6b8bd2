import { describe, expect, test } from 'vitest';
import { reuniteSessions } from '../../../src/migrate/moves/reunite-sessions.ts';
import { isCallOn, removing } from '../support/directly.ts';
import { fillInOrder, mergeIn, sourceIn } from '../support/merging.ts';
import {
  contents,
  editByRename,
  fill,
  has,
  type Hooks,
  ID,
  lines,
  once,
  read,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const OLD = `tree/${TRANSCRIPT}`;
const HERE = `-second/${ID}.jsonl`;
const NOW = `target/${HERE}`;

/** Looks once at a session that has moved; tells whether another look at it is due. */
async function reunited(world: World, hooks: Hooks = {}): Promise<boolean> {
  const merge = mergeIn(world, [sourceIn(world)], { hooks });
  merge.sessions.moved.add(ID);
  return await reuniteSessions(merge);
}

describe.each(worldKinds)('a session that was found at another place (%s)', (kind) => {
  test('is whole where nothing else is left of it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [NOW]: lines(1, 2), 'tree/x': '', 'run/x': '' });
      expect(await reunited(world)).toBe(false);
      expect(read(world, NOW)).toBe(lines(1, 2));
    }));

  test('has its history first where it was begun there without it', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { 'run/x': '', [OLD]: lines(1, 2), [NOW]: lines('late') });
      expect(await reunited(world)).toBe(true);
      expect(read(world, NOW)).toBe(lines(1, 2, 'late'));
      expect(contents(world)).toContain(lines('late'));
      expect(await reunited(world)).toBe(false);
      expect(read(world, NOW)).toBe(lines(1, 2, 'late'));
    }));

  test('has the longest of what is left of its history', () =>
    inWorld(kind, async (world) => {
      const shorter = `run/projects/${TRANSCRIPT}`;
      fillInOrder(world, { [shorter]: lines(1), [OLD]: lines(1, 2), [NOW]: lines('late') });
      expect(await reunited(world)).toBe(true);
      expect(read(world, NOW)).toBe(lines(1, 2, 'late'));
    }));

  test('has the lines that came somewhere else after it had begun', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { 'run/x': '', [NOW]: lines(1, 2), [OLD]: lines('late') });
      expect(await reunited(world)).toBe(true);
      expect(read(world, NOW)).toBe(lines(1, 2, 'late'));
      expect(await reunited(world)).toBe(false);
    }));

  test('is looked at again where it went on while its history was put before it', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { 'run/x': '', [OLD]: lines(1, 2), [NOW]: lines('late') });
      const before = once(isCallOn(world, 'link', NOW), () =>
        editByRename(world, NOW, lines('late', 'more')),
      );
      expect(await reunited(world, { before })).toBe(true);
      expect(read(world, NOW)).toBe(lines(1, 2, 'late', 'more'));
    }));

  test('has its late lines where it was replaced while they were added', () =>
    inWorld(kind, async (world) => {
      // By that it is known when it was begun, whatever stands there.
      const first = `run/projects/${TRANSCRIPT}`;
      fillInOrder(world, { [first]: lines(1), [NOW]: lines(1, 2), [OLD]: lines('late') });
      // The fourth time it is opened to be written to.
      const before = once(
        isCallOn(world, 'open', NOW),
        () => editByRename(world, NOW, lines(1, 2, 'more')),
        4,
      );
      expect(await reunited(world, { before })).toBe(true);
      expect(read(world, NOW)).toBe(lines(1, 2, 'more', 'late'));
    }));

  test('waits for one of the two where it is at two places', () =>
    inWorld(kind, async (world) => {
      const also = `target/-third/${ID}.jsonl`;
      fill(world, { 'run/x': '', [OLD]: lines(1), [NOW]: lines(1, 2), [also]: lines(1, 3) });
      expect(await reunited(world)).toBe(true);
      expect([read(world, NOW), read(world, also)]).toEqual([lines(1, 2), lines(1, 3)]);
    }));

  test.each(['', '{"uu'])('has its history where no whole line is there yet, but %j', (begun) =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(1), [NOW]: begun });
      expect(await reunited(world)).toBe(true);
      expect(read(world, NOW)).toBe(lines(1));
      expect(contents(world)).toContain(begun);
      expect(await reunited(world)).toBe(false);
    }),
  );

  test('stays deleted where it is nowhere', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', 'target/-second/x': '', [OLD]: lines(1) });
      expect(await reunited(world)).toBe(false);
      expect(has(world, NOW)).toBe(false);
    }));

  test('stays deleted where that happens while it is looked at', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(1), [NOW]: lines(1, 2) });
      const before = once(isCallOn(world, 'lstat', NOW), removing(world, NOW), 2);
      expect(await reunited(world, { before })).toBe(false);
      expect(has(world, NOW)).toBe(false);
    }));
});
