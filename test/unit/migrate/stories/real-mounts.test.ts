import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect, test, type TestContext } from 'vitest';
import {
  fill,
  KEY,
  lines,
  OTHER_ID,
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { mounted, tmpfs, whyNoMount } from '../../support/mounts.ts';
import { needs } from '../../support/required-here.ts';
import { kindAt, lostOf, PROJECTS_LINK, pruneAll } from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import { at, inWorld, makeDirectory, type World } from '../../support/world.ts';

// What a wrapper can only pretend, on the file systems of this machine.

const NOTES = `projects/${KEY}/memory/notes.md`;
const FILES = { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/${NOTES}`]: 'Use tabs.\n' };
const TEXTS = Object.values(FILES);

/** A world on the disk, if something can be mounted there. */
async function onDisk(context: TestContext, tell: (world: World) => Promise<void>): Promise<void> {
  await inWorld('disk', async (world) => {
    needs(context, whyNoMount(makeDirectory(world, at(world, 'mount'))));
    await tell(world);
  });
}

const errorsIn = (world: World, report: Parameters<typeof told>[1]) =>
  told(world, report).filter((it) => !it.startsWith('memory-needs-rules'));

test('a home in a lower layer that cannot be seen stays usable, and the message says what to do', (context) =>
  onDisk(context, async (world) => {
    for (const name of ['lower', 'upper', 'work'])
      makeDirectory(world, at(world, `layers/${name}`));
    fill(
      world,
      Object.fromEntries(
        Object.entries(FILES).map(([path, text]) => [`layers/lower/${path}`, text]),
      ),
    );
    const [lower, upper, work] = ['lower', 'upper', 'work'].map((it) => at(world, `layers/${it}`));
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=off`;
    const merged = at(world, 'mount');
    await mounted(['-t', 'overlay', 'overlay', '-o', options], merged, async () => {
      const inside: World = { ...world, root: merged };
      // As a container has it: its layers are somewhere, and not where the table of mounts says.
      await mounted(['-t', 'tmpfs', 'none'], at(world, 'layers'), async () => {
        for (let time = 1; time <= 2; time += 1) {
          const report = await run(inside, ['a']);
          expect(errorsIn(inside, report)).toEqual(['place-unsuitable a/projects']);
          expect(report.problems.map(({ message }) => message).join()).toContain('cp -a');
        }
        expect(kindAt(inside, 'a/projects')).toBe('directory');
        expect(await restorePointsIn(inside, 'a')).toEqual([]);
        expect(read(inside, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
        execFileSync('cp', ['-a', at(inside, 'a/projects'), at(inside, 'a/copy')]);
        // As the message says; in a layer that allows no renaming of directories, by removing the names.
        execFileSync('rm', ['-r', at(inside, 'a/projects')]);
        renameSync(at(inside, 'a/copy'), at(inside, 'a/projects'));
        expect((await run(inside, ['a'])).outcome).toBe('done');
        expect(read(inside, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      });
    });
  }));

test('a home in a lower layer that can be seen is refused by the plan', (context) =>
  onDisk(context, async (world) => {
    for (const name of ['lower', 'upper', 'work'])
      makeDirectory(world, at(world, `layers/${name}`));
    fill(world, { [`layers/lower/a/projects/${TRANSCRIPT}`]: lines(1) });
    const [lower, upper, work] = ['lower', 'upper', 'work'].map((it) => at(world, `layers/${it}`));
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=off`;
    const merged = at(world, 'mount');
    await mounted(['-t', 'overlay', 'overlay', '-o', options], merged, async () => {
      const inside: World = { ...world, root: merged };
      const planned = await plan(inside, ['a']);
      expect([planned.ok, errorsIn(inside, planned)]).toEqual([
        false,
        ['place-unsuitable a/projects'],
      ]);
    });
  }));

test('a shared place on another file system that becomes full leaves the home as it was', (context) =>
  onDisk(context, async (world) => {
    fill(world, { ...FILES, [`a/projects/${KEY}/large.txt`]: 'x'.repeat(2_000_000) });
    const shared = makeDirectory(world, at(world, 'shared'));
    await mounted(tmpfs(), shared, async () => {
      const planned = await plan(world, ['a']);
      expect(planned.spaceNeeded).toBe(2_000_000 + TEXTS.join('').length);
      for (let time = 1; time <= 2; time += 1) {
        const report = await run(world, ['a']);
        expect(report.outcome).toBe('failed');
        const text = report.problems.map(({ message }) => message).join('\n');
        expect(text).toContain('ENOSPC');
        expect(text).toContain('Free some space first');
      }
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(await restorePointsIn(world, 'a')).toEqual([]);
      // Somebody makes the disk larger.
      execFileSync('mount', ['-o', 'remount,size=8m', shared]);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      for (const { ok, kept } of await pruneAll(world, ['a']))
        expect([ok, kept]).toEqual([true, []]);
    });
  }));

test('a home on a disk that has no room for the files it would get back keeps its link', (context) =>
  onDisk(context, async (world) => {
    const home = makeDirectory(world, at(world, 'a'));
    await mounted(tmpfs(), home, async () => {
      fill(world, FILES);
      expect((await run(world, ['a'])).outcome).toBe('done');
      fill(world, { [`shared/projects/${KEY}/large.txt`]: 'x'.repeat(2_000_000) });
      const report = await restoring(world, 'a');
      expect(report.outcome).toBe('failed');
      expect(report.problems.map(({ message }) => message).join()).toContain('ENOSPC');
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect(lostOf(world, TEXTS)).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=8m', home]);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(kindAt(world, 'a/projects')).toBe('directory');
    });
  }));

test('a directory mounted elsewhere, as in a dev container, goes on to be written to', (context) =>
  onDisk(context, async (world) => {
    fill(world, FILES);
    const container = at(world, 'mount');
    await mounted(['--bind', at(world, `a/projects/${KEY}`)], container, async () => {
      expect((await run(world, ['a'])).outcome).toBe('done');
      // Transcripts are one file wherever they are named.
      appendFileSync(`${container}/${OTHER_ID}.jsonl`, lines(9));
      appendFileSync(`${container}/${TRANSCRIPT.split('/').at(-1)}`, lines(3));
      writeFileSync(`${container}/memory/.tmp`, 'edited in the container\n');
      renameSync(`${container}/memory/.tmp`, `${container}/memory/notes.md`);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      for (const { outcome, kept } of await pruneAll(world, ['a'])) {
        expect([outcome, kept]).toEqual([
          'partial',
          [`projects/${KEY}/${OTHER_ID}.jsonl`, NOTES].toSorted(),
        ]);
      }
      expect(lostOf(world, [lines(9), 'edited in the container\n'])).toEqual([]);
      expect((await restoring(world, 'a')).problems).toEqual([]);
      expect(lostOf(world, [lines(9), 'edited in the container\n'])).toEqual([]);
    });
  }));

test('a volume mounted below projects is refused by the plan, which names it', (context) =>
  onDisk(context, async (world) => {
    fill(world, FILES);
    const volume = makeDirectory(world, at(world, 'a/projects/-volume'));
    await mounted(tmpfs(), volume, async () => {
      fill(world, { [`a/projects/-volume/${OTHER_ID}.jsonl`]: lines(3) });
      const planned = await plan(world, ['a']);
      // It would be moved along, and mounted over the copies of its own files after the next boot.
      expect([planned.ok, errorsIn(world, planned)]).toEqual([
        false,
        ['place-unsuitable a/projects/-volume'],
      ]);
      expect((await run(world, ['a'])).outcome).toBe('refused');
    });
  }));
