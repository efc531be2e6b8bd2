import { describe, expect, test } from 'vitest';
import {
  fill,
  inPlace,
  KEY,
  lines,
  NOW,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { needs, whyNamesAreOne } from '../../support/required-here.ts';
import { kindAt, lostOf, pruneAll, statesOf } from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, makeDirectory, makeFile, worldKinds } from '../../support/world.ts';

const names = {
  'of 255 bytes': `${'n'.repeat(252)}.md`,
  'with a newline, a tab and an escape sequence': 'a\nb\tc\u001B[31m.md',
  'with a backslash and quotes': 'a\\b\'"c.md',
  'like an option': '-rf',
  'like a property of every object': '__proto__',
  'in composed form': '\u00E9.md',
  'in decomposed form': 'e\u0301.md',
  'of a marker': 'complete',
  'of the state directory': '.claude-shared-state',
};

describe.each(worldKinds)('files with a name (%s)', (kind) => {
  test.each(Object.entries(names))('%s are shared, given back and pruned', (_, name) =>
    inWorld(kind, async (world) => {
      const path = `projects/${KEY}/memory/${name}`;
      fill(world, { [`a/${path}`]: 'text', [`a/file-history/x/${name}`]: 'text' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/${path}`)).toBe('text');
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(read(world, `a/${path}`)).toBe('text');
      expect((await run(world, ['a'])).outcome).toBe('done');
      for (const { ok, kept } of await pruneAll(world, ['a']))
        expect([ok, kept]).toEqual([true, []]);
      expect(read(world, `shared/${path}`)).toBe('text');
    }),
  );

  test('of 255 bytes have room for every version that is set aside', () =>
    inWorld(kind, async (world) => {
      const path = `file-history/x/${'n'.repeat(255)}`;
      const homes = ['a', 'b', 'c', 'd'];
      for (const home of homes) fill(world, { [`${home}/${path}`]: `text of ${home}` });
      const preferHome = homes.slice(1).map((home) => at(world, `${home}/${path}`));
      const report = await run(world, homes, { preferHome });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `shared/${path}`)).toBe('text of d');
      expect(
        lostOf(
          world,
          homes.map((home) => `text of ${home}`),
        ),
      ).toEqual([]);
    }));

  test('that differs only in case, or only in composition, stay two files', (context) =>
    inWorld(kind, async (world) => {
      needs(context, whyNamesAreOne());
      const twins = ['notes.md', 'NOTES.md', '\u00E9.md', 'e\u0301.md'];
      for (const [index, name] of twins.entries()) {
        const home = index % 2 === 0 ? 'a' : 'b';
        fill(world, { [`${home}/projects/${KEY}/memory/${name}`]: name });
      }
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      for (const name of twins) expect(read(world, `a/projects/${KEY}/memory/${name}`)).toBe(name);
    }));
});

describe.each(worldKinds)('trees (%s)', (kind) => {
  test('of sixty levels are shared, given back and pruned', () =>
    inWorld(kind, async (world) => {
      const deep = Array.from({ length: 60 }, (_, level) => `d${level}`).join('/');
      fill(world, { [`a/projects/${deep}/file.txt`]: 'deep' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${deep}/file.txt`)).toBe('deep');
      expect((await restoring(world, 'a')).outcome).toBe('done');
      for (const { ok } of await pruneAll(world, ['a'])) expect(ok).toBe(true);
      expect(read(world, `a/projects/${deep}/file.txt`)).toBe('deep');
    }));

  test('with five hundred files in one directory are shared', () =>
    inWorld(kind, async (world) => {
      const files = Array.from({ length: 500 }, (_, count) => `projects/${KEY}/${count}.txt`);
      for (const file of files) makeFile(world, at(world, `a/${file}`), file);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(world.fs.readdirSync(inPlace(world, `shared/projects/${KEY}`))).toHaveLength(500);
      expect(read(world, `shared/${files[499]}`)).toBe(files[499]);
    }));

  test('of twenty homes, each with a longer version of one session, become one', () =>
    inWorld(kind, async (world) => {
      const homes = Array.from({ length: 20 }, (_, count) => `home-${count}`);
      const numbers = homes.map((_, count) => count);
      for (const [count, home] of homes.entries()) {
        fill(world, { [`${home}/projects/${TRANSCRIPT}`]: lines(...numbers.slice(0, count + 1)) });
      }
      expect((await run(world, homes)).outcome).toBe('done');
      for (const home of homes) {
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(...numbers));
      }
      const reports = await pruneAll(world, homes);
      expect(reports.map(({ ok }) => ok)).toEqual(homes.map(() => true));
    }));

  test('that are empty are shared as the empty directories they are', () =>
    inWorld(kind, async (world) => {
      makeDirectory(world, at(world, `a/projects/${KEY}/memory`));
      makeDirectory(world, at(world, 'a/file-history'));
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(kindAt(world, `shared/.claude-projects-shared/${KEY}/memory`)).toBe('directory');
    }));
});

describe.each(worldKinds)('times (%s)', (kind) => {
  test.each([
    ['of 1970', 0],
    ['of the far future', 4_102_444_800],
  ])('%s are kept on what is linked and on what is copied', (_, seconds) =>
    inWorld(kind, async (world) => {
      const paths = [`projects/${TRANSCRIPT}`, `projects/${KEY}/memory/notes.md`];
      for (const path of paths) {
        fill(world, { [`a/${path}`]: 'text\n' });
        world.fs.utimesSync(at(world, `a/${path}`), seconds, seconds);
      }
      expect((await plan(world, ['a'], { acceptRetention: true })).ok).toBe(true);
      expect((await run(world, ['a'], { acceptRetention: true })).outcome).toBe('done');
      for (const path of paths) {
        expect(Number(statsOf(world, `shared/${path}`).mtimeMs)).toBe(seconds * 1000);
      }
    }),
  );

  test('of a clock that jumps back between two runs leave the right way back', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await run(world, ['a']);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      world.fs.appendFileSync(at(world, `a/projects/${TRANSCRIPT}`), lines(2));
      const now = new Date(NOW.getTime() - 3_600_000);
      expect((await run(world, ['a'], { now })).outcome).toBe('done');
      world.fs.appendFileSync(at(world, `a/projects/${TRANSCRIPT}`), lines(3));
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(await statesOf(world, 'a')).toEqual(['restored', 'restored']);
    }));
});

describe.each(worldKinds)(
  'there and back three times, with new sessions on both sides (%s)',
  (kind) => {
    test('ends in the right state each time', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(0), [`b/projects/${KEY}/b.txt`]: 'b' });
        const written: string[] = [];
        for (let time = 1; time <= 3; time += 1) {
          const now = new Date(NOW.getTime() + time * 60_000);
          expect((await run(world, ['a', 'b'], { now })).outcome).toBe('done');
          expect((await run(world, ['a', 'b'], { now })).outcome).toBe('done');
          for (const path of written) expect(read(world, `b/projects/${path}`)).toBe(path);
          expect((await restoring(world, 'a')).outcome).toBe('done');
          for (const path of written) expect(read(world, `a/projects/${path}`)).toBe(path);
          // Apart from now on, each goes on.
          for (const home of ['a', 'b']) {
            const path = `${KEY}/${home}-${time}.txt`;
            written.push(path);
            fill(world, { [`${home}/projects/${path}`]: path });
          }
          world.fs.appendFileSync(at(world, `a/projects/${TRANSCRIPT}`), lines(time));
        }
        const now = new Date(NOW.getTime() + 600_000);
        expect((await run(world, ['a', 'b'], { now })).outcome).toBe('done');
        for (const path of written) {
          expect([read(world, `a/projects/${path}`), read(world, `b/projects/${path}`)]).toEqual([
            path,
            path,
          ]);
        }
        expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(0, 1, 2, 3));
        for (const { ok, kept } of await pruneAll(world, ['a', 'b']))
          expect([ok, kept]).toEqual([true, []]);
      }));
  },
);
