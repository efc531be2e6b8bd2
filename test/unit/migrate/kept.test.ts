import { execFileSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  dying,
  exactly,
  fill,
  has,
  hooked,
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
import { at, inWorld, makeDirectory, type World, worldKinds } from '../support/world.ts';

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
      expect(statsOf(world, 'shared/projects/x/one.md').ino).toBe(
        statsOf(world, 'shared/projects/x/two.md').ino,
      );
    }));

  test('nothing of a file that is no transcript shares an inode with the originals', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'a/projects/x/one.md': 'one', 'a/file-history/s/f@v1': 'v1' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      const name = String(world.fs.readdirSync(at(world, 'a/.claude-shared-state/originals'))[0]);
      for (const path of ['projects/x/one.md', 'file-history/s/f@v1']) {
        const original = statsOf(world, `a/.claude-shared-state/originals/${name}/${path}`);
        expect(original.ino).not.toBe(statsOf(world, `shared/${path}`).ino);
      }
    }));

  test('no name for a moment remains after a death between any two calls and a second run', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`shared/projects/${TRANSCRIPT}`]: '',
      });
      for (let deaths = 0; deaths < 2; deaths += 1) {
        const dead = dying(
          (call, _, to = '') => call === 'link' && /\.claude-shared-state-[0-9a-f]+$/.test(to),
        );
        await run(world, ['a', 'b'], { fs: hooked(world, dead) });
      }
      expect((await run(world, ['a', 'b'])).ok).toBe(true);
      const left = Object.keys(exactly(world, at(world, 'shared')));
      expect(left.filter((path) => path.includes('.claude-shared-state-'))).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));
});

describe('what cannot be shared is refused by name (disk)', () => {
  test.each([
    ['fifo', 'mkfifo "$1"'],
    [
      'socket',
      'node -e \'require("net").createServer().listen(process.argv[1],()=>process.exit())\' "$1"',
    ],
    ['device', 'mknod "$1" c 1 3'],
    ['symlink', 'ln -s /nowhere "$1"'],
  ])('%s', (kind, command) =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${KEY}/x`]: '' });
      const path = at(world, 'b/projects/special');
      execFileSync('sh', ['-c', command, 'sh', path]);
      if (!Object.keys(exactly(world)).includes(path)) mkdirSync(path);
      const before = exactly(world);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['not-mergeable b/projects/special'],
      ]);
      expect(report.problems).toContainEqual(expect.objectContaining({ kind }));
      expect(exactly(world)).toEqual(before);
    }),
  );

  test('a name that is no valid UTF-8, of a file and of a directory', () =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const bytes = (name: string) =>
        Buffer.concat([
          Buffer.from(`${inPlace(world, 'a/projects')}/${name}`),
          Buffer.from([0xff]),
        ]);
      writeFileSync(bytes('file'), 'x');
      mkdirSync(bytes('directory'));
      const planned = await plan(world, ['a']);
      const names = ['directory', 'file'].map(
        (it) => `unrepresentable-name a/projects/${it}\ufffd`,
      );
      expect([planned.ok, told(world, planned)]).toEqual([false, names]);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['refused', names]);
      expect(has(world, 'a/.claude-shared-state')).toBe(false);
    }));

  test('but a name that really has the character that stands for such bytes is a name', () =>
    inWorld('disk', async (world) => {
      fill(world, { 'a/projects/x\ufffd': 'x' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, 'shared/projects/x\ufffd')).toBe('x');
    }));
});
