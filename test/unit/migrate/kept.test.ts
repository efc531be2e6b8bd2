import { execFileSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../support/hooked.ts';
import {
  exactly,
  fill,
  has,
  inPlace,
  KEY,
  lines,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { needs, whyNamesAreOne } from '../support/required-here.ts';
import { at, inWorld, makeDirectory, snapshot, type World, worldKinds } from '../support/world.ts';

const OLD = 1_771_600_000;

const microseconds = (nanoseconds: bigint | undefined) => (nanoseconds ?? 0n) / 1000n;

function permissionsOf(world: World, path: string): number {
  return Number(statsOf(world, path).mode) & 0o7777;
}

describe.each(worldKinds)('what a migration keeps (%s)', (kind) => {
  test('empty directories, however deep', () =>
    inWorld(kind, async (world) => {
      makeDirectory(world, at(world, 'a/projects/one/two/three'));
      makeDirectory(world, at(world, 'a/session-env/empty'));
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(has(world, 'shared/projects/one/two/three')).toBe(true);
      expect(has(world, 'shared/session-env/empty')).toBe(true);
    }));

  test('the modes of files and directories', () =>
    inWorld(kind, async (world) => {
      const modes = { 'x/private': 0o600, 'x/open': 0o644, 'x/program': 0o755 };
      for (const [path, mode] of Object.entries(modes)) {
        fill(world, { [`a/projects/${path}`]: path });
        world.fs.chmodSync(at(world, `a/projects/${path}`), mode);
      }
      makeDirectory(world, at(world, 'a/projects/closed'));
      makeDirectory(world, at(world, 'a/projects/readable'));
      world.fs.chmodSync(at(world, 'a/projects/closed'), 0o700);
      world.fs.chmodSync(at(world, 'a/projects/readable'), 0o755);
      expect((await run(world, ['a'])).outcome).toBe('done');
      for (const [path, mode] of Object.entries(modes)) {
        expect([path, permissionsOf(world, `shared/projects/${path}`)]).toEqual([path, mode]);
      }
      expect(permissionsOf(world, 'shared/projects/closed')).toBe(0o700);
      expect(permissionsOf(world, 'shared/projects/readable')).toBe(0o755);
    }));

  test('the times of files exactly, those of new directories to the microsecond', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/projects/x/y/z.md': 'z',
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      makeDirectory(world, at(world, 'a/projects/empty'));
      const aged = [`b/projects/${TRANSCRIPT}`, 'a/projects/x/y/z.md'];
      const directories = ['x/y', 'x', 'empty'];
      for (const path of [...aged, ...directories.map((it) => `a/projects/${it}`)]) {
        world.fs.utimesSync(at(world, path), OLD + 0.5, OLD + 0.123456);
      }
      const times = aged.map((path) => statsOf(world, path).mtimeNs);
      const before = directories.map((it) => statsOf(world, `a/projects/${it}`).mtimeNs);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      const shared = [`shared/projects/${TRANSCRIPT}`, 'shared/projects/x/y/z.md'];
      expect(shared.map((path) => statsOf(world, path).mtimeNs)).toEqual(times);
      const after = directories.map((it) => statsOf(world, `shared/projects/${it}`).mtimeNs);
      expect(after.map(microseconds)).toEqual(before.map(microseconds));
    }));

  test('hard links that are there already: within a home, and to elsewhere', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/projects/x/one.md': 'one' });
      const link = (from: string, to: string) => {
        world.fs.linkSync(at(world, from), at(world, to));
      };
      link(`a/projects/${TRANSCRIPT}`, 'backup');
      link('a/projects/x/one.md', 'a/projects/x/two.md');
      const { ino } = statsOf(world, 'backup');
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(statsOf(world, 'backup').ino).toBe(ino);
      expect(statsOf(world, `shared/projects/${TRANSCRIPT}`).ino).toBe(ino);
      // Other files become files of their own.
      for (const name of ['one', 'two'])
        expect(read(world, `shared/projects/x/${name}.md`)).toBe('one');
    }));

  test('every file that is no transcript as a file of its own, with one name', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        'a/projects/x/one.md': 'one',
        'a/file-history/s/f@v1': 'v1',
        [`a/projects/${TRANSCRIPT}`]: lines(1),
      });
      const { restorePoints } = await run(world, ['a']);
      for (const path of ['projects/x/one.md', 'file-history/s/f@v1']) {
        const own = world.fs.lstatSync(`${restorePoints[0]}/${path}`, { bigint: true });
        const shared = statsOf(world, `shared/${path}`);
        expect([path, shared.nlink, own.ino === shared.ino]).toEqual([path, 1n, false]);
      }
      const { nlink } = statsOf(world, `shared/projects/${TRANSCRIPT}`);
      expect(nlink).toBe(2n);
    }));

  test('the newer time of two equal files, because Claude Code deletes by time', () =>
    inWorld(kind, async (world) => {
      const texts = [TRANSCRIPT, `${KEY}/notes.txt`];
      for (const path of texts) {
        fill(world, { [`a/projects/${path}`]: lines(1), [`shared/projects/${path}`]: lines(1) });
        world.fs.utimesSync(inPlace(world, `a/projects/${path}`), OLD + 500, OLD + 500);
        world.fs.utimesSync(inPlace(world, `shared/projects/${path}`), OLD, OLD);
      }
      fill(world, { 'a/session-env/x': 'x', 'shared/session-env/x': 'x' });
      world.fs.utimesSync(inPlace(world, 'a/session-env/x'), OLD, OLD);
      world.fs.utimesSync(inPlace(world, 'shared/session-env/x'), OLD + 500, OLD + 500);
      expect((await run(world, ['a'])).outcome).toBe('done');
      for (const path of [...texts.map((it) => `projects/${it}`), 'session-env/x']) {
        const { mtimeMs } = statsOf(world, `shared/${path}`);
        expect([path, Number(mtimeMs)]).toEqual([path, (OLD + 500) * 1000]);
      }
    }));

  test('no temporary name, after deaths in the copies and a second run', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`shared/projects/${TRANSCRIPT}`]: '',
        'a/projects/x/one.md': 'one',
        'b/projects/x/two.md': 'two',
      });
      for (const call of ['copyFile', 'link'] as const) {
        const dead = dying((made) => made === call, 2);
        await run(world, ['a', 'b'], { fs: hooked(world, dead) });
      }
      expect((await run(world, ['a', 'b'])).ok).toBe(true);
      const left = Object.keys(exactly(world)).filter((path) => /incoming\/|trial|lock/.test(path));
      expect(left).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));
});

describe('what cannot be shared (disk)', () => {
  const commands = {
    fifo: 'mkfifo "$1"',
    socket:
      'node -e \'require("net").createServer().listen(process.argv[1],()=>process.exit())\' "$1"',
    device: 'mknod "$1" c 1 3',
  };

  test.each(Object.entries(commands))('is refused by name if it is a %s', (reason, command) =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${KEY}/x`]: '' });
      const path = at(world, 'b/projects/special');
      execFileSync('sh', ['-c', command, 'sh', path]);
      if (!Object.keys(exactly(world)).includes(path)) mkdirSync(path);
      const before = snapshot(world);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['not-mergeable b/projects/special'],
      ]);
      expect(report.problems).toContainEqual(expect.objectContaining({ reason }));
      expect(snapshot(world)).toEqual(before);
    }),
  );

  test('is refused by name if that is not UTF-8, of a file and of a directory', (context) =>
    inWorld('disk', async (world) => {
      // Where names are compared as text, they can't be anything else.
      needs(context, whyNamesAreOne());
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const bytes = (name: string) =>
        Buffer.concat([
          Buffer.from(`${inPlace(world, 'a/projects')}/${name}`),
          Buffer.from([0xff]),
        ]);
      writeFileSync(bytes('file'), 'x');
      mkdirSync(bytes('directory'));
      const planned = await plan(world, ['a']);
      const problems = ['directory', 'file'].map((it) => `not-mergeable a/projects/${it}\ufffd`);
      expect([planned.ok, told(world, planned)]).toEqual([false, problems]);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['refused', problems]);
      expect(has(world, 'a/.claude-shared-state')).toBe(false);
    }));

  test('is no name that really has the character that stands for such bytes', () =>
    inWorld('disk', async (world) => {
      fill(world, { 'a/projects/x\ufffd': 'x' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, 'shared/projects/x\ufffd')).toBe('x');
    }));
});
