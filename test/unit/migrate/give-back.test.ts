import { describe, expect, test } from 'vitest';
import { giveBack } from '../../../src/migrate/restore/give-back.ts';
import { fails, toolsOn } from '../support/directly.ts';
import { type Call, fill, has, type Hooks, hooked, once, read } from '../support/migrating.ts';
import { at, inWorld, makeDirectory, makeLink, type World, worldKinds } from '../support/world.ts';

const HOME = 'a/projects';
const TREE = 'run/projects';

function fillUsual(world: World): void {
  fill(world, { [`${TREE}/x`]: 'tree', 'target/x': 'shared', 'a/settings.json': '{}' });
  makeLink(world, at(world, HOME), at(world, 'target'));
}

/** Gives the directory back while something happens; returns the problem, if there is one. */
async function given(world: World, hooks: Hooks, isAllowed = true) {
  const problem = await giveBack({
    tools: toolsOn(hooked(world, hooks)),
    name: 'projects',
    path: at(world, HOME),
    target: at(world, 'target'),
    run: at(world, 'run'),
    isAllowed: () => Promise.resolve(isAllowed),
  });
  return problem?.code;
}

const isLink = (world: World) =>
  world.fs.lstatSync(at(world, HOME), { bigint: true }).isSymbolicLink();
const removesLink = (world: World) => (call: Call, path: string) =>
  call === 'unlink' && path === at(world, HOME);
const movesBack = (world: World) => (call: Call, path: string) =>
  call === 'rename' && path === at(world, TREE);
const movesAside = (world: World) => (call: Call, path: string) =>
  call === 'rename' && path === at(world, HOME);
const moveBack = (world: World) => world.fs.promises.rename(at(world, TREE), at(world, HOME));

describe.each(worldKinds)('a directory that goes back into its home (%s)', (kind) => {
  test('does not where the lock was lost: the link stays', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      await expect(given(world, {}, false)).rejects.toMatchObject({ code: 'ESTALE' });
      expect([isLink(world), read(world, `${TREE}/x`)]).toEqual([true, 'tree']);
    }));

  test('is there where somebody else was faster', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(removesLink(world), () => moveBack(world));
      expect(await given(world, { after })).toBeUndefined();
      expect([isLink(world), read(world, `${HOME}/x`)]).toEqual([false, 'tree']);
    }));

  test('is there where somebody else was faster by one call', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(movesBack(world), async () => {
        await moveBack(world);
        fails('ENOENT');
      });
      expect(await given(world, { before })).toBeUndefined();
      expect([isLink(world), read(world, `${HOME}/x`)]).toEqual([false, 'tree']);
    }));

  test('leaves the home linked where it is gone itself', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(removesLink(world), () =>
        world.fs.promises.rename(at(world, TREE), at(world, 'elsewhere')),
      );
      await expect(given(world, { after })).rejects.toMatchObject({ path: at(world, TREE) });
      expect([isLink(world), read(world, `${HOME}/x`)]).toEqual([true, 'shared']);
    }));

  test.each([
    ['the link cannot be removed', removesLink],
    ['it cannot be moved', movesBack],
  ])('leaves the home linked where %s', (_, isMeant) =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(isMeant(world), () => fails('EACCES'));
      const failure = { path: at(world, HOME), code: 'EACCES' };
      await expect(given(world, { before })).rejects.toMatchObject(failure);
      expect([isLink(world), read(world, `${TREE}/x`)]).toEqual([true, 'tree']);
    }),
  );

  test.each([
    ['link was removed', removesLink],
    ['directory was moved', movesBack],
  ])('is there where the %s although the call has failed', (_, isMeant) =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(isMeant(world), () => fails('EIO'));
      expect(await given(world, { after })).toBeUndefined();
      expect([isLink(world), read(world, `${HOME}/x`)]).toEqual([false, 'tree']);
    }),
  );

  test('stays where a file has come to stand there, which is not touched', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(removesLink(world), () => fill(world, { [HOME]: 'a file' }));
      expect(await given(world, { after })).toBe('link-changed');
      expect([read(world, HOME), read(world, `${TREE}/x`)]).toEqual(['a file', 'tree']);
    }));

  test('takes its place from a directory that was made anew, which is kept to be merged', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(movesBack(world), () => {
        fill(world, { [`${HOME}/new`]: 'new' });
        fails('ENOTEMPTY');
      });
      expect(await given(world, { before })).toBeUndefined();
      expect(read(world, `${HOME}/x`)).toBe('tree');
      expect(read(world, 'run/recreated-1-projects/new')).toBe('new');
    }));

  test('gives up where one is made anew each time, and nothing in them is lost', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      let count = 0;
      const after = (call: Call, path: string) => {
        if (!removesLink(world)(call, path) && !movesAside(world)(call, path)) return;
        count += 1;
        fill(world, { [`${HOME}/new`]: String(count) });
      };
      expect(await given(world, { after })).toBe('made-anew');
      expect(read(world, `${TREE}/x`)).toBe('tree');
      expect(read(world, `${HOME}/new`)).toBe(String(count));
      const kept = Array.from({ length: count - 1 }, (_, index) => index + 1);
      for (const one of kept) {
        expect(read(world, `run/recreated-${String(one)}-projects/new`)).toBe(String(one));
      }
    }));

  test('is there where the directory made anew was removed before it could be moved', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(removesLink(world), () => {
        makeDirectory(world, at(world, HOME));
      });
      const before = once(movesAside(world), () => {
        world.fs.rmdirSync(at(world, HOME));
      });
      expect(await given(world, { before, after })).toBeUndefined();
      expect([read(world, `${HOME}/x`), has(world, 'run/recreated-1-projects')]).toEqual([
        'tree',
        false,
      ]);
    }));

  test('stays where the directory made anew cannot be moved, and so does that', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(removesLink(world), () => fill(world, { [`${HOME}/new`]: 'new' }));
      const before = once(movesAside(world), () => fails('EACCES'));
      const failure = { path: at(world, HOME), code: 'EACCES' };
      await expect(given(world, { before, after })).rejects.toMatchObject(failure);
      expect([read(world, `${HOME}/new`), read(world, `${TREE}/x`)]).toEqual(['new', 'tree']);
    }));

  test('gets its place again where it was moved aside as if it had been made anew', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const after = once(removesLink(world), () => {
        makeDirectory(world, at(world, HOME));
      });
      const before = once(movesAside(world), async () => {
        world.fs.rmdirSync(at(world, HOME));
        await moveBack(world);
      });
      expect(await given(world, { before, after })).toBeUndefined();
      expect([read(world, `${HOME}/x`), has(world, 'run/recreated-1-projects')]).toEqual([
        'tree',
        false,
      ]);
    }));
});
