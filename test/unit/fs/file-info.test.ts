import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type FileInfo,
  fileInfoOf,
  isSameFile,
  isUnchanged,
  secondsOf,
  type WideStats,
} from '../../../src/fs/file-info.ts';
import { at, inWorld, makeFile, makeLink, type World, worldKinds } from '../support/world.ts';

const infoOf = (world: World, path: string): FileInfo =>
  fileInfoOf(world.fs.lstatSync(path, { bigint: true }));

describe.each(worldKinds)('fileInfoOf (%s)', (kind) => {
  test('tells kind, size, permissions and links', () =>
    inWorld(kind, (world) => {
      const path = makeFile(world, at(world, 'file'), 'four');
      world.fs.chmodSync(path, 0o640);
      world.fs.linkSync(path, at(world, 'second'));
      const link = makeLink(world, at(world, 'link'), path);

      expect(infoOf(world, path)).toMatchObject({
        kind: 'file',
        size: 4,
        mode: 0o640,
        linkCount: 2,
        uid: process.getuid?.(),
      });
      expect(infoOf(world, link).kind).toBe('symlink');
      expect(infoOf(world, world.root).kind).toBe('directory');
    }));
});

test('fileInfoOf tells devices and FIFOs from files', () =>
  inWorld('disk', (world) => {
    const fifo = at(world, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(infoOf(world, fifo).kind).toBe('fifo');
    expect(fileInfoOf(lstatSync('/dev/null', { bigint: true })).kind).toBe('device');
  }));

const no = () => false;
const stats: WideStats = {
  dev: 1,
  ino: 2,
  mode: 0o100_644,
  size: 3,
  nlink: 4,
  uid: 5,
  mtimeMs: 1_700_000_000_000.25,
  isDirectory: no,
  isFile: no,
  isSymbolicLink: no,
};

test('fileInfoOf takes stats with and without bigint, and modes and inodes that nobody knows', () => {
  const info = fileInfoOf(stats);
  expect(info).toEqual({
    kind: 'file',
    device: 1n,
    inode: 2n,
    birthtimeNs: 0n,
    size: 3,
    linkCount: 4,
    uid: 5,
    mode: 0o644,
    mtimeNs: 1_700_000_000_000_250_000n,
  });
  expect(fileInfoOf({ ...stats, mtimeMs: 5n, mtimeNs: 5_000_001n }).mtimeNs).toBe(5_000_001n);
  expect(fileInfoOf({ ...stats, mtimeMs: 1_700_000_000_123n }).mtimeNs).toBe(
    1_700_000_000_123_000_000n,
  );
  expect(fileInfoOf({ ...stats, mtimeMs: -0.25 }).mtimeNs).toBe(-250_000n);
  expect(fileInfoOf({ ...stats, mode: 0 }).kind).toBe('unknown');
  expect(fileInfoOf({ ...stats, ino: -1n }).inode).toBe(2n ** 64n - 1n);
});

test('isSameFile and isUnchanged tell another inode, or another birth, size or time', () => {
  const info = fileInfoOf(stats);
  for (const other of [{ inode: 3n }, { device: 3n }, { birthtimeNs: 3n }]) {
    expect(isSameFile({ ...info, ...other }, info)).toBe(false);
    expect(isUnchanged({ ...info, ...other }, info)).toBe(false);
  }
  for (const other of [{ size: 4 }, { mtimeNs: 4n }]) {
    expect(isSameFile({ ...info, ...other }, info)).toBe(true);
    expect(isUnchanged({ ...info, ...other }, info)).toBe(false);
  }
  expect(isUnchanged({ ...info, linkCount: 9, mode: 0o600, uid: 0 }, info)).toBe(true);
});

test('secondsOf is exact to the microsecond', () => {
  expect(secondsOf(1_700_000_000_123_456_789n)).toBe(1_700_000_000.123456);
  expect(secondsOf(0n)).toBe(0);
  expect(secondsOf(-1_500_000_000n)).toBe(-1.5);
});
