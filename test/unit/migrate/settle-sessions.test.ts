import { describe, expect, test } from 'vitest';
import type { Source } from '../../../src/migrate/merge/merge.ts';
import { settleSessions } from '../../../src/migrate/moves/settle-sessions.ts';
import { isCallOn, removing } from '../support/directly.ts';
import { fillInOrder, mergeIn, sourceIn } from '../support/merging.ts';
import {
  contents,
  editByRename,
  fill,
  has,
  type Hooks,
  ID,
  inPlace,
  lines,
  once,
  read,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const ONE = `target/${TRANSCRIPT}`;
const OTHER = `target/-second/${ID}.jsonl`;

async function settled(world: World, sources: readonly Source[], hooks: Hooks = {}) {
  const merge = mergeIn(world, sources, { hooks });
  const hasChanged = await settleSessions(merge, sources);
  return { hasChanged, problems: merge.stuck.map(({ problem }) => problem.code) };
}

/** Says of the first one that it was written last. */
function writtenLast(world: World, path: string, before: string): void {
  world.fs.utimesSync(inPlace(world, before), 1_700_000_000, 1_700_000_000);
  world.fs.utimesSync(inPlace(world, path), 1_700_000_001, 1_700_000_001);
}

describe.each(worldKinds)('a session with two transcripts in the target (%s)', (kind) => {
  test('has one where the older one goes on from the one that was written last', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [ONE]: lines(1, 2, 3), [OTHER]: lines(1, 2) });
      writtenLast(world, OTHER, ONE);
      expect(await settled(world, [sourceIn(world)])).toEqual({ hasChanged: true, problems: [] });
      expect([has(world, ONE), read(world, OTHER)]).toEqual([false, lines(1, 2, 3)]);
    }));

  test('has one beside the target, too, where no home can keep names of its files', () =>
    inWorld(kind, async (world) => {
      fill(world, { [ONE]: lines(1, 2), [OTHER]: lines(1, 3) });
      writtenLast(world, OTHER, ONE);
      await settled(world, [sourceIn(world, { canLink: false })]);
      expect([has(world, ONE), read(world, OTHER)]).toEqual([false, lines(1, 3, 2)]);
      expect(contents(world)).toContain(lines(1, 2));
      expect(has(world, 'run')).toBe(false);
    }));

  test('has its history first where nothing is in common and no home is at work any more', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { 'run/x': '', [ONE]: lines(1, 2), [OTHER]: lines('late') });
      writtenLast(world, OTHER, ONE);
      await settled(world, [sourceIn(world)]);
      expect([has(world, ONE), read(world, OTHER)]).toEqual([false, lines(1, 2, 'late')]);
    }));

  test('keeps both where nothing is in common and a home may be at work, and is told of', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [ONE]: lines(1, 2), [OTHER]: lines(3) });
      const sources = [sourceIn(world, { isInHome: true })];
      expect(await settled(world, sources)).toEqual({
        hasChanged: false,
        problems: ['id-under-two-keys'],
      });
      expect([read(world, ONE), read(world, OTHER)]).toEqual([lines(1, 2), lines(3)]);
    }));

  test('has but one where the other was deleted before it was looked at', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [ONE]: lines(1, 2), [OTHER]: lines(1) });
      const before = once(isCallOn(world, 'lstat', OTHER), removing(world, OTHER));
      expect(await settled(world, [sourceIn(world)], { before })).toEqual({
        hasChanged: false,
        problems: [],
      });
      expect(read(world, ONE)).toBe(lines(1, 2));
    }));

  test('is looked at again where one was deleted while they were compared', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [ONE]: lines(1, 2), [OTHER]: lines(1) });
      const before = once(isCallOn(world, 'open', OTHER), removing(world, OTHER));
      const { hasChanged } = await settled(world, [sourceIn(world)], { before });
      expect([hasChanged, read(world, ONE)]).toEqual([true, lines(1, 2)]);
    }));

  test('is looked at again where the one that stays was replaced meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [ONE]: lines(1, 2, 3), [OTHER]: lines(1, 2) });
      writtenLast(world, OTHER, ONE);
      const before = once(isCallOn(world, 'link', OTHER), () =>
        editByRename(world, OTHER, lines(1, 2, 'more')),
      );
      const { hasChanged } = await settled(world, [sourceIn(world)], { before });
      expect(hasChanged).toBe(true);
      expect([read(world, ONE), read(world, OTHER)]).toEqual([lines(1, 2, 3), lines(1, 2, 'more')]);
    }));
});
