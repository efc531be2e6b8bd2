import { describe, expect, test } from 'vitest';
import { mergeMoved } from '../../../src/migrate/moves/moved-session.ts';
import type { Source } from '../../../src/migrate/merge/merge.ts';
import { factsIn, isCallOn, removing } from '../support/directly.ts';
import { fillInOrder, linkedAt, mergeIn, sourceIn } from '../support/merging.ts';
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

const OLD = `tree/${TRANSCRIPT}`;
const PRESENT = `-second/${ID}.jsonl`;
const NOW = `target/${PRESENT}`;

/** Brings the transcript of the tree to where the target has its session. */
async function followed(world: World, source: Source, hooks: Hooks = {}) {
  const merge = mergeIn(world, [source], { hooks });
  const isDue = await mergeMoved(merge, source, TRANSCRIPT, factsIn(world, OLD));
  return { isDue, left: merge.leftovers.map(({ reason }) => reason) };
}

describe.each(worldKinds)('what was set aside of a session that has moved (%s)', (kind) => {
  test('comes first where it is the history of what was begun there without it', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { 'run/x': '', [OLD]: lines(1, 2), [NOW]: lines('late') });
      expect(await followed(world, sourceIn(world))).toEqual({ isDue: true, left: [] });
      expect(read(world, NOW)).toBe(lines(1, 2, 'late'));
      expect(contents(world)).toContain(lines('late'));
    }));

  test('is looked at anew where the other one was replaced before that', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { 'run/x': '', [OLD]: lines(1, 2), [NOW]: lines('late') });
      const before = once(isCallOn(world, 'link', NOW), () =>
        editByRename(world, NOW, lines('late', 'more')),
      );
      expect(await followed(world, sourceIn(world), { before })).toMatchObject({ isDue: true });
      expect(read(world, NOW)).toBe(lines('late', 'more'));
    }));

  test('is looked at anew where the other one was deleted while they were compared', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(1, 2), [NOW]: lines(1) });
      const before = once(isCallOn(world, 'open', NOW), removing(world, NOW));
      expect(await followed(world, sourceIn(world), { before })).toMatchObject({ isDue: true });
      expect(read(world, OLD)).toBe(lines(1, 2));
    }));

  test('is told of where the other one was edited in what they have in common', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(1, 2, 3), [NOW]: lines(1, 'edited') });
      const source = sourceIn(world);
      linkedAt(world, source.linked, TRANSCRIPT, lines(1, 2).length);
      expect(await followed(world, source)).toEqual({ isDue: false, left: ['changed'] });
      expect(read(world, NOW)).toBe(lines(1, 'edited'));
    }));

  test('is added to it where it was set aside a moment ago', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(1, 2, 3), [NOW]: lines(1, 'edited') });
      const source = sourceIn(world, { isFresh: true });
      linkedAt(world, source.linked, TRANSCRIPT, lines(1, 2).length);
      expect(await followed(world, source)).toEqual({ isDue: true, left: [] });
      expect(read(world, NOW)).toBe(lines(1, 'edited', 2, 3));
    }));

  test('does not draw another file there that was put in the place of the one that was linked', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(1, 2), [NOW]: lines(1), [`tree/${PRESENT}`]: 'x' });
      const source = sourceIn(world);
      linkedAt(world, source.linked, PRESENT, 1);
      world.fs.unlinkSync(inPlace(world, `tree/${PRESENT}`));
      expect(await followed(world, source)).toEqual({ isDue: true, left: [] });
      expect([read(world, NOW), has(world, `target/${TRANSCRIPT}`)]).toEqual([lines(1, 2), false]);
    }));
});

describe.each(worldKinds)('a transcript begun anew where its session was before (%s)', (kind) => {
  test('draws the session there, and is merged with it then', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(3), [NOW]: lines(1, 2) });
      const source = sourceIn(world, { isInHome: true, isFragmentary: true });
      expect(await followed(world, source)).toMatchObject({ isDue: true });
      expect([has(world, NOW), read(world, `target/${TRANSCRIPT}`)]).toEqual([false, lines(1, 2)]);
    }));

  test('leaves it its name where another file has come to stand there', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'run/x': '', [OLD]: lines(3), [NOW]: lines(1, 2) });
      const before = once(isCallOn(world, 'link', NOW), () =>
        fill(world, { [`target/${TRANSCRIPT}`]: lines(4) }),
      );
      const source = sourceIn(world, { isInHome: true, isFragmentary: true });
      expect(await followed(world, source, { before })).toMatchObject({ isDue: true });
      expect([read(world, NOW), read(world, `target/${TRANSCRIPT}`)]).toEqual([
        lines(1, 2),
        lines(4),
      ]);
    }));
});
