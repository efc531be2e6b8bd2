import { describe, expect, test } from 'vitest';
import { Proof } from '../../../src/migrate/retire/prove.ts';
import { retireTree } from '../../../src/migrate/retire/retire-tree.ts';
import { Progress } from '../../../src/migrate/tools.ts';
import { factsIn, toolsOn } from '../support/directly.ts';
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

const FILE = 'run/projects/x';

/** Removes what the caller has named, or what is proved: without targets that is nothing. */
async function retired(world: World, isDiscarded: boolean, hooks: Hooks = {}) {
  const tools = toolsOn(hooked(world, hooks));
  const told = { removed: 0, kept: [] };
  const retiring = {
    tools,
    root: inPlace(world, 'run'),
    facts: factsIn(world, 'run'),
    proof: new Proof(tools, new Map()),
    isDiscarded: () => isDiscarded,
    progress: new Progress(tools, 'retire', 1),
    isAllowed: () => Promise.resolve(true),
  };
  await retireTree(retiring, told);
  return told;
}

/** Right before it is removed: it was looked at once when it was listed. */
const beforeRemoval = (world: World, act: () => Promise<void> | void) =>
  once((call, path) => call === 'lstat' && path === inPlace(world, FILE), act, 2);

describe.each(worldKinds)('an original that is to be removed (%s)', (kind) => {
  test('goes where the caller has named it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FILE]: 'original' });
      expect(await retired(world, true)).toEqual({ removed: 1, kept: [] });
      expect(has(world, FILE)).toBe(false);
    }));

  test('stays where nothing is known of a target that could have it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FILE]: 'original' });
      expect(await retired(world, false)).toEqual({ removed: 0, kept: ['projects/x'] });
      expect(read(world, FILE)).toBe('original');
    }));

  test('stays where it is another one by then', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FILE]: 'original' });
      const before = beforeRemoval(world, () => editByRename(world, FILE, 'edited'));
      expect(await retired(world, true, { before })).toEqual({ removed: 0, kept: ['projects/x'] });
      expect(read(world, FILE)).toBe('edited');
    }));

  test('is gone where somebody else was faster', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FILE]: 'original' });
      const before = beforeRemoval(world, () => {
        world.fs.unlinkSync(inPlace(world, FILE));
      });
      expect(await retired(world, true, { before })).toEqual({ removed: 1, kept: [] });
    }));
});
