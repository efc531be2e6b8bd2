import { describe, expect, test } from 'vitest';
import { copyFile } from '../../../src/migrate/disk/copy-file.ts';
import { factsIn, fails, isCallOn } from '../support/directly.ts';
import {
  editByRename,
  fill,
  has,
  type Hooks,
  hooked,
  inPlace,
  once,
  read,
} from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

/** Copies `from`, as it is now, to `to`, while something happens. */
async function copied(world: World, hooks: Hooks) {
  const [from, to] = [inPlace(world, 'from'), inPlace(world, 'to')];
  return await copyFile(hooked(world, hooks), from, factsIn(world, 'from'), to);
}

describe.each(worldKinds)('a copy (%s)', (kind) => {
  test('is not made of a file that was replaced meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { from: 'first' });
      const before = once(isCallOn(world, 'open', 'from'), () =>
        editByRename(world, 'from', 'second'),
      );
      expect(await copied(world, { before })).toBe(false);
      expect([read(world, 'from'), has(world, 'to')]).toEqual(['second', false]);
    }));

  test('is not made of a file that is gone', () =>
    inWorld(kind, async (world) => {
      fill(world, { from: 'first' });
      const before = once(isCallOn(world, 'open', 'from'), () => {
        world.fs.unlinkSync(inPlace(world, 'from'));
      });
      expect(await copied(world, { before })).toBe(false);
      expect(has(world, 'to')).toBe(false);
    }));

  test('has what there is of a file that becomes shorter meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { from: 'first and more' });
      const before = once(isCallOn(world, 'open', 'to'), () => fill(world, { from: 'first' }));
      expect(await copied(world, { before })).toBe(true);
      expect(read(world, 'to')).toBe('first');
    }));

  test('never replaces a file', () =>
    inWorld(kind, async (world) => {
      fill(world, { from: 'first', to: 'other' });
      await expect(copied(world, {})).rejects.toMatchObject({ code: 'EEXIST' });
      expect(read(world, 'to')).toBe('other');
    }));

  test('leaves nothing behind where it failed', () =>
    inWorld(kind, async (world) => {
      fill(world, { from: 'first' });
      const after = once(isCallOn(world, 'open', 'to'), () => fails('ENOSPC'));
      await expect(copied(world, { after })).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(has(world, 'to')).toBe(false);
    }));
});
