import { describe, expect, test } from 'vitest';
import { replaceName } from '../../../src/migrate/merge/replace-name.ts';
import { factsIn, fails, isCallOn, removing, temporariesIn, toolsOn } from '../support/directly.ts';
import {
  type Call,
  contents,
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

const KEPT = 'kept/displaced/name';

/** Replaces `name` by `chosen` while something happens; `name` was looked at before. */
async function replaced(world: World, isLive: boolean, hooks: Hooks, isDurable = true) {
  const answer = await replaceName(toolsOn(hooked(world, hooks), isLive), {
    path: inPlace(world, 'name'),
    expected: factsIn(world, 'name'),
    chosen: inPlace(world, 'chosen'),
    keepAt: inPlace(world, KEPT),
    keptBelow: isDurable ? inPlace(world, 'kept') : undefined,
  });
  return answer;
}

function fillUsual(world: World): void {
  fill(world, { name: 'old', chosen: 'new', 'kept/x': '' });
}

describe.each(worldKinds)('a name that is to lead to another file, never absent (%s)', (kind) => {
  test('does, and the file that had it keeps another one', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      expect(await replaced(world, false, {})).toBe(inPlace(world, KEPT));
      expect([read(world, 'name'), read(world, KEPT)]).toEqual(['new', 'old']);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('does beside what was displaced under the same name before', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      fill(world, { [KEPT]: 'earlier' });
      const kept = await replaced(world, false, {}, false);
      expect(kept).toMatch(/name~[0-9a-f]{16}$/);
      expect(contents(world).toSorted()).toEqual(['', 'earlier', 'new', 'new', 'old']);
    }));

  test('is looked at anew where it was deleted meanwhile', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(isCallOn(world, 'link', 'name'), removing(world, 'name'));
      expect(await replaced(world, false, { before })).toBeUndefined();
      expect([has(world, 'name'), has(world, KEPT)]).toEqual([false, false]);
    }));

  test('is looked at anew where it was edited meanwhile, and nothing of the edit is lost', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(isCallOn(world, 'link', 'name'), () =>
        editByRename(world, 'name', 'edited'),
      );
      expect(await replaced(world, false, { before })).toBeUndefined();
      expect(read(world, 'name')).toBe('edited');
    }));

  test('is looked at anew where it was edited after it got its second name', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(isCallOn(world, 'link', 'chosen'), () =>
        editByRename(world, 'name', 'edited'),
      );
      expect(await replaced(world, false, { before })).toBeUndefined();
      expect([read(world, 'name'), read(world, KEPT)]).toEqual(['edited', 'old']);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('is looked at anew where it was deleted after it got its second name', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(isCallOn(world, 'link', 'chosen'), removing(world, 'name'));
      expect(await replaced(world, false, { before })).toBeUndefined();
      expect([has(world, 'name'), read(world, KEPT)]).toEqual([false, 'old']);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('keeps what it leads to where the other file is gone', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(isCallOn(world, 'link', 'chosen'), removing(world, 'chosen'));
      expect(await replaced(world, false, { before })).toBeUndefined();
      expect(read(world, 'name')).toBe('old');
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('is left alone where somebody else has put the same file there', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(
        (call, _, to) => call === 'rename' && to === inPlace(world, 'name'),
        () => {
          world.fs.unlinkSync(inPlace(world, 'name'));
          world.fs.linkSync(inPlace(world, 'chosen'), inPlace(world, 'name'));
        },
      );
      await replaced(world, false, { before });
      expect([read(world, 'name'), read(world, KEPT)]).toEqual(['new', 'old']);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('is looked at anew where both places for the file that loses it are taken', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      fill(world, { [KEPT]: 'earlier' });
      const before = (call: Call, _: string, to = '') => {
        if (call === 'link' && to.includes('name~')) world.fs.writeFileSync(to, 'other');
      };
      expect(await replaced(world, false, { before })).toBeUndefined();
      expect([read(world, 'name'), read(world, KEPT)]).toEqual(['old', 'earlier']);
    }));
});

describe.each(worldKinds)(
  'a name that leads to another file while Claude Code writes (%s)',
  (kind) => {
    test('never takes a file away that was put there after it was looked at', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const before = once(isCallOn(world, 'rename', 'name'), () =>
          editByRename(world, 'name', 'edited'),
        );
        expect(await replaced(world, true, { before })).toBeUndefined();
        expect([read(world, 'name'), read(world, KEPT)]).toEqual(['edited', 'edited']);
      }));

    test('is looked at anew where another file stood there already', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const before = once(
          (call) => call === 'lstat',
          () => editByRename(world, 'name', 'edited'),
        );
        expect(await replaced(world, true, { before })).toBeUndefined();
        expect([read(world, 'name'), has(world, KEPT)]).toEqual(['edited', false]);
      }));

    test('is looked at anew where it was deleted meanwhile', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const before = once(isCallOn(world, 'rename', 'name'), removing(world, 'name'));
        expect(await replaced(world, true, { before })).toBeUndefined();
        expect([has(world, 'name'), has(world, KEPT)]).toEqual([false, false]);
      }));

    test('is looked at anew where the displaced file has been moved on at once', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const after = once(isCallOn(world, 'rename', 'name'), () =>
          world.fs.promises.rename(inPlace(world, KEPT), inPlace(world, 'elsewhere')),
        );
        expect(await replaced(world, true, { after })).toBeUndefined();
        expect([has(world, 'name'), read(world, 'elsewhere')]).toEqual([false, 'old']);
      }));

    test('stays where it cannot be moved', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const before = once(isCallOn(world, 'rename', 'name'), () => fails('EACCES'));
        const failure = { path: inPlace(world, 'name'), code: 'EACCES' };
        await expect(replaced(world, true, { before })).rejects.toMatchObject(failure);
        expect([read(world, 'name'), has(world, KEPT)]).toEqual(['old', false]);
      }));

    test('belongs to the file that was begun there meanwhile', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const after = once(isCallOn(world, 'rename', 'name'), () => fill(world, { name: 'begun' }));
        expect(await replaced(world, true, { after })).toBe(inPlace(world, KEPT));
        expect([read(world, 'name'), read(world, KEPT)]).toEqual(['begun', 'old']);
      }));

    test('is given back where the other file is gone', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const before = once(isCallOn(world, 'link', 'chosen'), removing(world, 'chosen'));
        expect(await replaced(world, true, { before })).toBeUndefined();
        expect([read(world, 'name'), read(world, KEPT)]).toEqual(['old', 'old']);
      }));

    test('is given back where the other file cannot be linked', () =>
      inWorld(kind, async (world) => {
        fillUsual(world);
        const before = once(isCallOn(world, 'link', 'chosen'), () => fails('EMLINK'));
        const failure = { path: inPlace(world, 'name'), code: 'EMLINK' };
        await expect(replaced(world, true, { before })).rejects.toMatchObject(failure);
        expect([read(world, 'name'), read(world, KEPT)]).toEqual(['old', 'old']);
      }));
  },
);
