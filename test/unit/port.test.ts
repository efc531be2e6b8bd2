import * as nodeFs from 'node:fs';
import * as fsPromises from 'node:fs/promises';
import {
  type FsStats,
  inspectAll,
  type LinkFs,
  type LinkFsSync,
  type LinkReadFs,
  type PortOrPromises,
  requiredSharedUnder,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { createFsFromVolume, fs as sharedMemory, memfs, Volume } from 'memfs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { at, inWorld, makeDirectory, makeLink, requiredIn } from './support/world.ts';

describe('the port takes, without a cast,', () => {
  test('node:fs, its promises, memfs and its promises for the async calls', () => {
    expectTypeOf(nodeFs).toExtend<PortOrPromises<LinkFs>>();
    expectTypeOf(fsPromises).toExtend<LinkFs>();
    expectTypeOf(sharedMemory).toExtend<PortOrPromises<LinkFs>>();
    expectTypeOf(sharedMemory.promises).toExtend<LinkFs>();
    expectTypeOf(createFsFromVolume(new Volume())).toExtend<PortOrPromises<LinkFs>>();
  });

  test('node:fs and memfs for the sync calls', () => {
    expectTypeOf(nodeFs).toExtend<LinkFsSync>();
    expectTypeOf(sharedMemory).toExtend<LinkFsSync>();
    expectTypeOf(memfs().fs).toExtend<LinkFsSync>();
  });

  test('a file system that only reads for inspectAll(), and for no other call', () => {
    type Options = NonNullable<Parameters<typeof validateAll>[1]>;
    expectTypeOf<LinkReadFs>().toExtend<
      NonNullable<NonNullable<Parameters<typeof inspectAll>[1]>['fs']>
    >();
    expectTypeOf<LinkReadFs>().not.toExtend<NonNullable<Options['fs']>>();
  });
});

/** The same stats with another inode number. */
function numbered(stats: FsStats, ino: bigint): FsStats {
  return {
    dev: 0n,
    ino,
    mode: stats.mode,
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

  test('where the file system numbers no inodes, directories are told apart by their real path', async () => {
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
