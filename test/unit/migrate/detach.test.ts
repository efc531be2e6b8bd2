import { describe, expect, test } from 'vitest';
import { detachFrom } from '../../../src/migrate/restore/detach.ts';
import { leftBy, returningIn } from '../support/bringing-back.ts';
import { factsIn, temporariesIn } from '../support/directly.ts';
import {
  type Call,
  editByRename,
  fill,
  type Hooks,
  inPlace,
  lines,
  once,
  read,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const [SHARED, OWN] = [`target/${TRANSCRIPT}`, `tree/${TRANSCRIPT}`];

function fillUsual(world: World): void {
  fill(world, { [SHARED]: lines(1), 'tree/-home-me-app/x': '', 'run/x': '' });
  world.fs.linkSync(inPlace(world, SHARED), inPlace(world, OWN));
}

async function detached(world: World, hooks: Hooks = {}) {
  const returning = returningIn(world, { hooks, isInHome: true });
  await detachFrom(returning);
  return leftBy(returning);
}

const isOne = (world: World) => factsIn(world, SHARED).inode === factsIn(world, OWN).inode;
const opens = (world: World) => (call: Call, path: string) =>
  call === 'open' && path === inPlace(world, OWN);

describe.each(worldKinds)('a transcript that home and target share (%s)', (kind) => {
  test('is two afterwards, and what is written to one is in that one only', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      expect(await detached(world)).toEqual([]);
      world.fs.appendFileSync(inPlace(world, SHARED), lines(2));
      expect([read(world, SHARED), read(world, OWN)]).toEqual([lines(1, 2), lines(1)]);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('is two where the home replaces it meanwhile', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(opens(world), () => editByRename(world, OWN, lines(1, 'own')));
      expect(await detached(world, { before })).toEqual([]);
      expect([read(world, SHARED), read(world, OWN)]).toEqual([lines(1), lines(1, 'own')]);
    }));

  test('is two where the home replaces it at the last moment', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(
        (call, path) => call === 'link' && path === inPlace(world, OWN),
        () => editByRename(world, OWN, lines(1, 'own')),
      );
      expect(await detached(world, { before })).toEqual([]);
      expect([read(world, SHARED), read(world, OWN)]).toEqual([lines(1), lines(1, 'own')]);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('has what was written to it while it was copied', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      const before = once(
        opens(world),
        () => {
          world.fs.appendFileSync(inPlace(world, OWN), lines(2));
        },
        2,
      );
      expect(await detached(world, { before })).toEqual([]);
      expect([read(world, OWN), isOne(world)]).toEqual([lines(1, 2), false]);
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('stays one where it is written to each time, and is told of', () =>
    inWorld(kind, async (world) => {
      fillUsual(world);
      let written = lines(1);
      let count = 0;
      const before = (call: Call, path: string) => {
        if (!opens(world)(call, path)) return;
        count += 1;
        // Between the copy and the look at it.
        if (count % 2 === 1) return;
        written += lines(count);
        world.fs.appendFileSync(path, lines(count));
      };
      expect(await detached(world, { before })).toEqual(['changed']);
      expect([read(world, OWN), isOne(world)]).toEqual([written, true]);
      expect(temporariesIn(world)).toEqual([]);
    }));
});
