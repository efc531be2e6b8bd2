import * as nodeFs from 'node:fs';
import * as fsPromises from 'node:fs/promises';
import {
  type FsStats,
  inspectAll,
  type LinkFs,
  type LinkFsSync,
  type LinkReadFs,
  type FsLike,
  requiredSharedUnder,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { type RetentionReadFs } from 'claude-shared-state/retention';
import type { SessionReadFs } from 'claude-shared-state/sessions';
import { createFsFromVolume, fs as sharedMemory, memfs, Volume } from 'memfs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { posixError } from './support/posix-error.ts';
import { at, inWorld, makeDirectory, makeLink, requiredIn } from './support/world.ts';

describe('the port takes, without a cast,', () => {
  test('node:fs, its promises, memfs and its promises for the async calls', () => {
    expectTypeOf(nodeFs).toExtend<FsLike<LinkFs>>();
    expectTypeOf(fsPromises).toExtend<LinkFs>();
    expectTypeOf(sharedMemory).toExtend<FsLike<LinkFs>>();
    expectTypeOf(sharedMemory.promises).toExtend<LinkFs>();
    expectTypeOf(createFsFromVolume(new Volume())).toExtend<FsLike<LinkFs>>();
  });

  test('node:fs and memfs for the sync calls', () => {
    expectTypeOf(nodeFs).toExtend<LinkFsSync>();
    expectTypeOf(sharedMemory).toExtend<LinkFsSync>();
    expectTypeOf(memfs().fs).toExtend<LinkFsSync>();
  });

  test('node:fs, its promises, memfs and its promises for inspectRetention()', () => {
    expectTypeOf(nodeFs).toExtend<FsLike<RetentionReadFs>>();
    expectTypeOf(fsPromises).toExtend<RetentionReadFs>();
    expectTypeOf(sharedMemory).toExtend<FsLike<RetentionReadFs>>();
    expectTypeOf(sharedMemory.promises).toExtend<RetentionReadFs>();
  });

  test('the same for the calls about sessions, which only read', () => {
    expectTypeOf(nodeFs).toExtend<FsLike<SessionReadFs>>();
    expectTypeOf(fsPromises).toExtend<SessionReadFs>();
    expectTypeOf(sharedMemory).toExtend<FsLike<SessionReadFs>>();
    expectTypeOf(memfs().fs.promises).toExtend<SessionReadFs>();
  });

  test('a file system that only reads, for inspectAll() alone', () => {
    type Options = NonNullable<Parameters<typeof validateAll>[1]>;
    expectTypeOf<LinkReadFs>().toExtend<
      NonNullable<NonNullable<Parameters<typeof inspectAll>[1]>['fs']>
    >();
    expectTypeOf<LinkReadFs>().not.toExtend<NonNullable<Options['fs']>>();
  });
});

/** The same stats with other numbers. */
function numbered(stats: FsStats, ino: bigint, dev = 0n): FsStats {
  return {
    dev,
    ino,
    mode: stats.mode,
    size: stats.size,
    isDirectory: () => stats.isDirectory(),
    isFile: () => stats.isFile(),
    isSymbolicLink: () => stats.isSymbolicLink(),
  };
}

describe('the port is wide:', () => {
  test('paths may come as bytes, and stats as numbers', async () => {
    await inWorld('disk', async (world) => {
      const { promises } = world.fs;
      const fs: LinkFs = {
        ...promises,
        access: async (path, mode) => await promises.access(path, mode),
        mkdir: async (path, options) => await promises.mkdir(path, options),
        symlink: async (target, path, type) => await promises.symlink(target, path, type),
        lstat: async (path) => await fsPromises.lstat(path),
        stat: async (path) => await fsPromises.stat(path),
        readFile: async (path) => await fsPromises.readFile(path),
        readlink: async (path) => await fsPromises.readlink(path, { encoding: 'buffer' }),
        realpath: async (path) => await fsPromises.realpath(path, { encoding: 'buffer' }),
      };
      const required = requiredIn(world);
      makeLink(world, at(world, 'home/projects'), '../shared/.claude-projects-shared');
      const [report] = await validateAll([at(world, 'home')], { required, fs });
      expect(report?.links.map(({ state }) => state)).toEqual(['linked', 'linked', 'equivalent']);
    });
  });

  test('a method may use its own `this`', () => {
    const { fs } = memfs({ '/me/.claude': null });
    class OwnFs implements LinkFsSync {
      calls = 0;
      accessSync(path: string, mode: number) {
        this.calls += 1;
        fs.accessSync(path, mode);
      }
      lstatSync = (path: string) => fs.lstatSync(path, { bigint: true });
      mkdirSync = (path: string, options: { mode: number }) => fs.mkdirSync(path, options);
      readFileSync = (path: string) => fs.readFileSync(path, 'utf8');
      readlinkSync = (path: string) => fs.readlinkSync(path);
      realpathSync = (path: string) => fs.realpathSync(path);
      statSync = (path: string) => fs.statSync(path, { bigint: true });
      symlinkSync = (target: string, path: string) => fs.symlinkSync(target, path);
    }
    const own = new OwnFs();
    const required = requiredSharedUnder('/me');
    const [report] = validateAllSync(['/me/.claude'], { required, fs: own });
    expect(report?.ok).toBe(true);
    expect(own.calls).toBeGreaterThan(0);
  });

  test('without inode numbers, directories are told apart by real path', async () => {
    await inWorld('memory', async (world) => {
      const stat = async (path: string) =>
        numbered(await world.fs.promises.stat(path, { bigint: true }), 0n);
      const fs: LinkFs = { ...world.fs.promises, stat };
      const required = requiredIn(world);
      for (const { target } of required) makeDirectory(world, target);
      makeLink(world, at(world, 'home/projects'), '../shared/.claude-projects-shared');
      makeLink(world, at(world, 'home/file-history'), '../shared/.claude-projects-shared');
      const [report] = await inspectAll([at(world, 'home')], { required, fs });
      expect(report?.links.map(({ state }) => state)).toEqual([
        'missing',
        'divergent',
        'equivalent',
      ]);
    });
  });

  test('equal inode numbers on two devices are two directories', async () => {
    await inWorld('memory', async (world) => {
      const required = requiredIn(world);
      for (const { target } of required) makeDirectory(world, target);
      makeLink(world, at(world, 'home/projects'), makeDirectory(world, at(world, 'elsewhere')));
      const stat = async (path: string) => {
        const stats = await world.fs.promises.stat(path, { bigint: true });
        return numbered(stats, 7n, path.startsWith(at(world, 'home/')) ? 1n : 2n);
      };
      const fs: LinkFs = { ...world.fs.promises, stat };
      const [report] = await inspectAll([at(world, 'home')], { required, fs });
      expect(report?.links[2]?.state).toBe('divergent');
    });
  });

  test('homes without inode numbers are not taken for one directory', async () => {
    await inWorld('memory', async (world) => {
      const homes = [makeDirectory(world, at(world, 'a')), makeDirectory(world, at(world, 'b'))];
      const stat = async (path: string) =>
        numbered(await world.fs.promises.stat(path, { bigint: true }), 0n);
      const fs: LinkFs = { ...world.fs.promises, stat };
      const reports = await inspectAll(homes, { required: requiredIn(world), fs });
      const codes = reports.flatMap(({ problems }) => problems.map(({ code }) => code));
      expect(codes).not.toContain('duplicate-home');
    });
  });

  test('readlink may say UNKNOWN of a directory, as on Windows', async () => {
    await inWorld('memory', async (world) => {
      makeDirectory(world, at(world, 'home/projects'));
      const readlink = async (path: string) => {
        try {
          return await world.fs.promises.readlink(path);
        } catch (error) {
          if (!String(error).includes('EINVAL')) throw error;
          throw posixError('UNKNOWN', 'readlink');
        }
      };
      const fs: LinkFs = { ...world.fs.promises, readlink };
      const [report] = await inspectAll([at(world, 'home')], { required: requiredIn(world), fs });
      expect(report?.links[2]?.state).toBe('directory');
    });
  });

  test('the mode that Windows shows of every directory is no reason to warn', async () => {
    await inWorld('memory', async (world) => {
      const required = requiredIn(world);
      for (const { target } of required) world.fs.chmodSync(makeDirectory(world, target), 0o666);
      // Windows lets its user in whatever the mode says.
      const fs: LinkFs = { ...world.fs.promises, access: async () => await Promise.resolve() };
      const [report] = await validateAll([at(world, 'home')], { required, fs });
      expect(report?.problems.map(({ code }) => code)).toEqual(['home-created']);
    });
  });

  test('large inode numbers are not rounded to equality', async () => {
    await inWorld('memory', async (world) => {
      const required = requiredIn(world);
      for (const { target } of required) makeDirectory(world, target);
      makeLink(world, at(world, 'home/projects'), makeDirectory(world, at(world, 'elsewhere')));
      const stat = async (path: string) => {
        const ino = path.startsWith(at(world, 'home/')) ? 2n ** 60n + 1n : 2n ** 60n;
        return numbered(await world.fs.promises.stat(path, { bigint: true }), ino);
      };
      const fs: LinkFs = { ...world.fs.promises, stat };
      const [report] = await inspectAll([at(world, 'home')], { required, fs });
      expect(report?.links[2]?.state).toBe('divergent');
    });
  });
});
