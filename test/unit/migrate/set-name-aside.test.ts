import { describe, expect, test } from 'vitest';
import { setFileAside } from '../../../src/migrate/merge/set-name-aside.ts';
import { factsIn, fails, toolsOn } from '../support/directly.ts';
import {
  type Call,
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

const KEPT = 'kept/name';

async function setAside(world: World, hooks: Hooks = {}) {
  const [from, keepAt] = [inPlace(world, 'name'), inPlace(world, KEPT)];
  return await setFileAside(toolsOn(hooked(world, hooks)), from, keepAt, factsIn(world, 'name'));
}

const moves = (world: World) => (call: Call, path: string) =>
  call === 'rename' && path === inPlace(world, 'name');

describe.each(worldKinds)('a file that is set aside (%s)', (kind) => {
  test('is beside what was set aside under the same name before', () =>
    inWorld(kind, async (world) => {
      fill(world, { name: 'file', [KEPT]: 'earlier' });
      expect(await setAside(world)).toMatch(/kept\/name~[0-9a-f]{16}$/);
      expect([has(world, 'name'), read(world, KEPT)]).toEqual([false, 'earlier']);
    }));

  test('is nowhere to be found where somebody else has moved it before', () =>
    inWorld(kind, async (world) => {
      fill(world, { name: 'file' });
      const before = once(moves(world), () =>
        world.fs.promises.rename(inPlace(world, 'name'), inPlace(world, 'moved')),
      );
      expect(await setAside(world, { before })).toBeUndefined();
      expect([read(world, 'moved'), has(world, KEPT)]).toEqual(['file', false]);
    }));

  test('is there where the call has taken effect although it seems that nothing was there', () =>
    inWorld(kind, async (world) => {
      fill(world, { name: 'file' });
      const after = once(moves(world), () => fails('ENOENT'));
      expect(await setAside(world, { after })).toBe(inPlace(world, KEPT));
      expect([has(world, 'name'), read(world, KEPT)]).toEqual([false, 'file']);
    }));

  test('is there, too, where the directory for it was removed meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { name: 'file' });
      const before = once(moves(world), () => {
        world.fs.rmdirSync(inPlace(world, 'kept'));
      });
      expect(await setAside(world, { before })).toBe(inPlace(world, KEPT));
      expect([has(world, 'name'), read(world, KEPT)]).toEqual([false, 'file']);
    }));

  test('is not another one that was put there meanwhile, which gets its name back', () =>
    inWorld(kind, async (world) => {
      fill(world, { name: 'file' });
      const before = once(moves(world), () => editByRename(world, 'name', 'edited'));
      expect(await setAside(world, { before })).toBeUndefined();
      expect(read(world, 'name')).toBe('edited');
    }));

  test('is looked for anew where it was moved on at once', () =>
    inWorld(kind, async (world) => {
      fill(world, { name: 'file' });
      const after = once(moves(world), () =>
        world.fs.promises.rename(inPlace(world, KEPT), inPlace(world, 'moved')),
      );
      expect(await setAside(world, { after })).toBeUndefined();
      expect(read(world, 'moved')).toBe('file');
    }));
});
