import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import { fill, KEY, lines, plan, read, run, TRANSCRIPT } from '../../support/migrating.ts';
import {
  everyChange,
  kindAt,
  lostOf,
  PROJECTS_LINK,
  pruneAll,
  statesOf,
} from '../../support/stories.ts';
import { planningRestore, restoring } from '../../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../../support/world.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;

async function migrated(world: World): Promise<void> {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/${NOTES}`]: 'Use tabs.\n',
    [`b/projects/${KEY}/x.txt`]: 'x',
  });
  expect((await run(world, ['a', 'b'])).outcome).toBe('done');
}

const TEXTS = [lines(1, 2), 'Use tabs.\n', 'x'];
const returnsProjects = (call: string, _: string, to?: string) =>
  call === 'rename' && to?.endsWith('/a/projects') === true;

/** What `doctor` would still ask for. */
async function unfinishedIn(world: World): Promise<readonly string[]> {
  const states = await statesOf(world, 'a', 'b');
  return states.filter((it) => it === 'incomplete' || it === 'restoring' || it === 'deleting');
}

async function killed(world: World): Promise<void> {
  await migrated(world);
  const fs = hooked(world, dying(returnsProjects));
  expect((await restoring(world, 'a', { fs })).outcome).toBe('failed');
  expect(kindAt(world, 'a/projects')).toBe('directory');
}

describe.each(worldKinds)('killed while giving back (%s)', (kind) => {
  test('a migration instead shares the home again, with nothing half done', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      expect((await plan(world, ['a', 'b'])).ok).toBe(true);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect(await unfinishedIn(world)).toEqual([]);
      // Neither call has anything more to ask for.
      expect((await plan(world, ['a', 'b'])).problems.map(({ code }) => code)).not.toContain(
        'earlier-run-incomplete',
      );
      expect(lostOf(world, TEXTS)).toEqual([]);
    }));

  test('another restore finishes it, and nothing is half done', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      expect((await planningRestore(world, 'a')).ok).toBe(true);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(await unfinishedIn(world)).toEqual([]);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(await unfinishedIn(world)).toEqual([]);
    }));

  test('after a migration instead, a restore gives everything back again', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      await run(world, ['a', 'b']);
      world.fs.appendFileSync(at(world, `b/projects/${TRANSCRIPT}`), lines(3));
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(await unfinishedIn(world)).toEqual([]);
    }));

  test('prune deletes nothing that the restore still needs', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      await pruneAll(world, ['a']);
      expect(lostOf(world, TEXTS)).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      const report = await restoring(world, 'a');
      expect(['done', 'refused']).toContain(report.outcome);
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }));

  test('at any call, a migration shares it again, and a restore gives it back', async () => {
    await everyChange(kind, async (world, moment) => {
      await migrated(world);
      await restoring(world, 'a', { fs: hooked(world, dying(moment)) });
      expect(lostOf(world, TEXTS)).toEqual([]);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, await unfinishedIn(world)]).toEqual(['done', []]);
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      const back = await restoring(world, 'a');
      expect([back.outcome, await unfinishedIn(world)]).toEqual(['done', []]);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(read(world, `a/${NOTES}`)).toBe('Use tabs.\n');
      expect(lostOf(world, TEXTS)).toEqual([]);
    });
  });

  test('at any call, another restore finishes it, and prune keeps the files', async () => {
    await everyChange(kind, async (world, moment) => {
      await migrated(world);
      await restoring(world, 'a', { fs: hooked(world, dying(moment)) });
      const back = await restoring(world, 'a');
      // Dead after all was done: there is nothing to give back any more.
      expect(['done', 'refused']).toContain(back.outcome);
      expect(await unfinishedIn(world)).toEqual([]);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      for (const { ok, kept } of await pruneAll(world, ['a', 'b'])) {
        expect([ok, kept]).toEqual([true, []]);
      }
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(lostOf(world, TEXTS)).toEqual([]);
    });
  });
});
