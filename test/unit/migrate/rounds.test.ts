import { describe, expect, test } from 'vitest';
import {
  contents,
  editByRename,
  fill,
  has,
  inPlace,
  KEY,
  lines,
  NOW,
  plan,
  read,
  run,
  statsOf,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { deleting, planningRestore, restorePointsIn, restoring } from '../support/way-back.ts';
import { at, inWorld, snapshot, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;
const INDEX = `${KEY}/memory/MEMORY.md`;
const HOMES = ['a', 'b'];
const session = (home: string, round: number) =>
  `${KEY}/0000000${round}-0000-4000-8000-00000000000${home}.jsonl`;

/** The time of a round, so that restore points sort. */
const timeOf = (round: number) => new Date(NOW.getTime() + round * 60_000);

const isLinked = (world: World, home: string) =>
  statsOf(world, `${home}/projects`).isSymbolicLink();

async function migrateAll(world: World, round: number): Promise<void> {
  const options = { now: timeOf(round) };
  expect((await plan(world, HOMES, options)).ok).toBe(true);
  const report = await run(world, HOMES, options);
  const unexpected = report.unmerged.filter(({ reason }) => reason !== 'replaced');
  expect([round, report.outcome, unexpected]).toEqual([round, 'done', []]);
  expect(HOMES.map((home) => isLinked(world, home))).toEqual([true, true]);
}

describe.each(worldKinds)('a second migration (%s)', (kind) => {
  test('changes nothing but what is new, three times in a row', () =>
    inWorld(kind, async (world) => {
      for (const home of HOMES) fill(world, { [`${home}/projects/${session(home, 0)}`]: lines(0) });
      await migrateAll(world, 0);
      for (const round of [1, 2, 3]) {
        const before = snapshot(world);
        await migrateAll(world, round);
        expect(snapshot(world)).toEqual(before);
        fill(world, { [`a/projects/${session('a', round)}`]: lines(round) });
        await migrateAll(world, round);
        expect(read(world, `b/projects/${session('a', round)}`)).toBe(lines(round));
      }
      expect(await restorePointsIn(world, ...HOMES)).toHaveLength(2);
    }));

  test('brings in what a home has in a directory that took the place of its link', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      fill(world, { [`b/projects/${KEY}/x`]: 'x' });
      await migrateAll(world, 0);
      for (const round of [1, 2, 3]) {
        world.fs.unlinkSync(at(world, 'a/projects'));
        fill(world, { [`a/projects/${session('a', round)}`]: lines(round) });
        await migrateAll(world, round);
        expect(read(world, `b/projects/${session('a', round)}`)).toBe(lines(round));
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
      }
      const restorePoints = await restorePointsIn(world, 'a');
      expect(restorePoints.map(({ state }) => state)).toEqual([0, 1, 2, 3].map(() => 'complete'));
      for (const { path } of restorePoints) {
        expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      }
    }));
});

describe.each(worldKinds)('twenty homes (%s)', (kind) => {
  test('become one pool, with the longest of all generations, and can all be given back', () =>
    inWorld(kind, async (world) => {
      const homes = Array.from({ length: 20 }, (_, index) => `home-${index}`);
      const numbers = homes.map((_, index) => index);
      for (const [index, home] of homes.entries()) {
        fill(world, {
          [`${home}/projects/${TRANSCRIPT}`]: lines(...numbers.slice(0, index + 1)),
          [`${home}/projects/-of-${home}/x.txt`]: home,
          [`${home}/projects/${INDEX}`]: `both\nof ${home}\n`,
          [`${home}/file-history/${home}/f@v1`]: home,
        });
      }
      expect((await run(world, homes)).outcome).toBe('done');
      const index = ['both', ...homes.map((home) => `of ${home}`)].toSorted();
      for (const home of homes) {
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(...numbers));
        const united = read(world, `${home}/projects/${INDEX}`).split('\n').filter(Boolean);
        expect(united.toSorted()).toEqual(index);
        for (const other of homes) {
          expect(read(world, `${home}/projects/-of-${other}/x.txt`)).toBe(other);
        }
      }
      for (const home of homes.slice(0, 3)) {
        expect((await restoring(world, home)).outcome).toBe('done');
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(...numbers));
      }
      expect((await run(world, homes)).outcome).toBe('done');
      expect(homes.map((home) => isLinked(world, home))).toEqual(homes.map(() => true));
    }));
});

describe.each(worldKinds)('there and back (%s)', (kind) => {
  test('end in the right state, three times in a row', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines('begin'),
        [`a/projects/${INDEX}`]: 'begin\n',
        [`b/projects/${KEY}/x.txt`]: 'x',
        'b/file-history/s/f@v1': 'v1',
      });
      const said: (number | string)[] = ['begin'];
      for (const round of [1, 2, 3]) {
        await migrateAll(world, round);
        // Shared work, by one home and the other one.
        fill(world, {
          [`a/projects/${session('a', round)}`]: lines(round),
          [`b/projects/${session('b', round)}`]: lines(round),
        });
        said.push(`shared ${round}`);
        world.fs.appendFileSync(
          inPlace(world, `b/projects/${TRANSCRIPT}`),
          lines(`shared ${round}`),
        );
        await editByRename(world, `b/projects/${NOTES}`, `shared ${round}\n`);

        expect((await planningRestore(world, 'a')).ok).toBe(true);
        const restored = await restoring(world, 'a', { now: timeOf(round) });
        expect([round, restored.outcome, isLinked(world, 'a')]).toEqual([round, 'done', false]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(...said));
        expect(read(world, `a/projects/${NOTES}`)).toBe(`shared ${round}\n`);
        expect(read(world, `a/projects/${session('b', round)}`)).toBe(lines(round));

        // Both sides go on by themselves.
        said.push(`own ${round}`);
        world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(`own ${round}`));
        world.fs.appendFileSync(inPlace(world, `a/projects/${INDEX}`), `own ${round}\n`);
        world.fs.appendFileSync(inPlace(world, `shared/projects/${INDEX}`), `shared ${round}\n`);
        fill(world, {
          [`a/projects/own/${round}.txt`]: 'own',
          [`shared/projects/shared/${round}.txt`]: 'shared',
        });
        expect(has(world, `shared/projects/own/${round}.txt`)).toBe(false);
      }
      await migrateAll(world, 4);
      for (const home of HOMES) {
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(...said));
        const index = read(world, `${home}/projects/${INDEX}`).split('\n').filter(Boolean);
        const all = [1, 2, 3].flatMap((round) => [`own ${round}`, `shared ${round}`]);
        expect(index.toSorted()).toEqual(['begin', ...all].toSorted());
        for (const round of [1, 2, 3]) {
          expect(read(world, `${home}/projects/own/${round}.txt`)).toBe('own');
          expect(read(world, `${home}/projects/shared/${round}.txt`)).toBe('shared');
          for (const other of HOMES) {
            expect(read(world, `${home}/projects/${session(other, round)}`)).toBe(lines(round));
          }
        }
      }
      const states = (await restorePointsIn(world, 'a')).map(({ state }) => state);
      expect(states).toEqual(['restored', 'restored', 'restored', 'complete']);
    }));

  test('leave restore points that can all be deleted, and every session is there', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(0),
        [`b/projects/${KEY}/x.txt`]: 'x',
      });
      for (const round of [1, 2, 3]) {
        await migrateAll(world, round);
        await restoring(world, 'a', { now: timeOf(round) });
        await restoring(world, 'b', { now: timeOf(round) });
        for (const home of HOMES) {
          fill(world, { [`${home}/projects/${session(home, round)}`]: lines(round) });
        }
      }
      await migrateAll(world, 4);
      for (const { path } of await restorePointsIn(world, ...HOMES)) {
        expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      }
      expect(await restorePointsIn(world, ...HOMES)).toEqual([]);
      for (const round of [1, 2, 3]) {
        for (const home of HOMES) {
          for (const other of HOMES) {
            expect(read(world, `${home}/projects/${session(other, round)}`)).toBe(lines(round));
          }
        }
      }
      const files = contents(world).filter((text) => text === lines(1));
      expect(files).toHaveLength(2);
    }));
});
