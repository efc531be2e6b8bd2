import { describe, expect, test } from 'vitest';
import { OPEN } from '../../../src/fs/io.ts';
import { posixWorld, posixWorldOf } from '../support/posix-memfs.ts';

const big = { bigint: true } as const;

const twoDisks = () =>
  posixWorld(
    { '/a/f': 'x', '/mnt/g': 'y', '/mnt/d': null, '/l': { link: '/mnt' } },
    { mounts: ['/mnt'] },
  );

/** The inode numbers of a file, and of one made right after its removal. */
const replaced = async (reuseInodes: boolean) => {
  const { fs } = posixWorld({ '/f': 'x' }, { reuseInodes });
  const { ino } = await fs.lstat('/f', big);
  await fs.unlink('/f');
  await (await fs.open('/g', OPEN.create, 0o600)).close();
  return [ino, (await fs.lstat('/g', big)).ino];
};

describe('a second file system in a world in memory', () => {
  test('has a device number of its own', async () => {
    const { fs } = twoDisks();
    const [here, there] = [await fs.stat('/a/f', big), await fs.stat('/mnt/g', big)];
    expect(here.dev).not.toBe(there.dev);
    expect((await fs.stat('/l', big)).dev).toBe(there.dev);
    const handle = await fs.open('/mnt/g', OPEN.read);
    expect((await handle.stat(big)).dev).toBe(there.dev);
    await handle.close();
  });

  test('cannot be linked to, nor renamed into or out of', async () => {
    const { fs } = twoDisks();
    await expect(fs.link('/a/f', '/mnt/f')).rejects.toMatchObject({ code: 'EXDEV' });
    await expect(fs.rename('/a', '/mnt/a')).rejects.toMatchObject({ code: 'EXDEV' });
    await expect(fs.rename('/mnt/g', '/l2')).rejects.toMatchObject({ code: 'EXDEV' });
    await expect(fs.link('/a/f', '/mnt/g')).rejects.toMatchObject({ code: 'EEXIST' });
    await fs.rename('/mnt/g', '/l/d/g');
    await expect(fs.readFile('/mnt/d/g', 'utf8')).resolves.toBe('y');
  });

  test('can itself be neither renamed nor removed', async () => {
    const { fs } = twoDisks();
    await expect(fs.rename('/mnt', '/m')).rejects.toMatchObject({ code: 'EBUSY' });
    await expect(fs.rmdir('/mnt')).rejects.toMatchObject({ code: 'EBUSY' });
  });
});

describe('a full disk in memory', () => {
  test('makes nothing new, and still renames and unlinks', async () => {
    const world = posixWorld({ '/a/f': 'x', '/g': 'y' });
    const { fs } = world;
    const open = await fs.open('/g', OPEN.append);
    world.onCall = (call) => {
      if (call === 'rename') world.full = true;
    };
    await fs.rename('/a/f', '/a/renamed');
    const full = { code: 'ENOSPC' };
    await expect(fs.mkdir('/d', { mode: 0o700 })).rejects.toMatchObject(full);
    await expect(fs.symlink('/a', '/l', 'junction')).rejects.toMatchObject(full);
    await expect(fs.link('/g', '/l')).rejects.toMatchObject(full);
    await expect(fs.open('/new', OPEN.create)).rejects.toMatchObject(full);
    await expect(open.write(Buffer.from('z'), 0, 1, null)).rejects.toMatchObject(full);
    await expect(fs.mkdir('/a', { mode: 0o700 })).rejects.toMatchObject({ code: 'EEXIST' });
    await open.close();
    await fs.rename('/a/renamed', '/a/f');
    await fs.unlink('/g');
  });
});

describe('inode numbers in memory', () => {
  test('are given out again at once, as ext4 does', async () => {
    const [old, next] = await replaced(true);
    expect(next).toBe(old);
  });

  test('are not where that is not wanted', async () => {
    const [old, next] = await replaced(false);
    expect(next).not.toBe(old);
  });

  test('are not free while the file is open', async () => {
    const { fs } = posixWorld({ '/f': 'x' });
    const open = await fs.open('/f', OPEN.read);
    await fs.unlink('/f');
    await fs.mkdir('/d', { mode: 0o700 });
    expect((await open.stat(big)).ino).not.toBe((await fs.lstat('/d', big)).ino);
    await open.close();
  });

  test('are the same in a copy of the world, which shares nothing else with it', async () => {
    const world = posixWorld({ '/f': 'x', '/g': { sameAs: '/f' }, '/d/l': { link: '../f' } });
    await world.fs.mkdir('/late', { mode: 0o700 });
    const copy = posixWorldOf(world.image());
    for (const path of ['/f', '/g', '/d', '/d/l', '/late']) {
      expect({ ...(await copy.fs.lstat(path, big)) }).toEqual({
        ...(await world.fs.lstat(path, big)),
      });
    }
    await copy.fs.unlink('/f');
    await expect(world.fs.access('/f', 0)).resolves.toBeUndefined();
  });
});
