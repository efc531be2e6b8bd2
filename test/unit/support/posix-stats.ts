import { constants } from 'node:fs';
import type { WideStats } from '../../../src/fs/file-info.ts';
import { type Inode, kindOf } from './posix-volume.ts';

const MILLION = 1_000_000n;

/** The stats of an inode as `bigint: true` gives them. */
export class PosixStats implements WideStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly size: bigint;
  readonly mtimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly uid: bigint;
  readonly gid: bigint;

  constructor(node: Inode, device: number) {
    this.dev = BigInt(device);
    this.ino = BigInt(node.ino);
    this.mode = BigInt(node.mode);
    this.nlink = BigInt(Math.max(node.nlink, 0));
    this.size = BigInt(node.isSymlink() ? Buffer.byteLength(node.symlink) : node.getSize());
    this.mtimeMs = BigInt(node.mtime.getTime());
    this.birthtimeMs = BigInt(node.btime.getTime());
    this.uid = BigInt(node.uid);
    this.gid = BigInt(node.gid);
  }

  get mtimeNs(): bigint {
    return this.mtimeMs * MILLION;
  }

  get birthtimeNs(): bigint {
    return this.birthtimeMs * MILLION;
  }

  isDirectory(): boolean {
    return this.#is(constants.S_IFDIR);
  }

  isFile(): boolean {
    return this.#is(constants.S_IFREG);
  }

  isSymbolicLink(): boolean {
    return this.#is(constants.S_IFLNK);
  }

  #is(kind: number): boolean {
    return (Number(this.mode) & constants.S_IFMT) === kind;
  }
}

/** An entry of a directory that is being listed. */
export class PosixEntry {
  readonly name: string;
  readonly #kind: number;

  constructor(name: string, node: Inode) {
    this.name = name;
    this.#kind = kindOf(node);
  }

  isDirectory(): boolean {
    return this.#kind === constants.S_IFDIR;
  }

  isFile(): boolean {
    return this.#kind === constants.S_IFREG;
  }

  isSymbolicLink(): boolean {
    return this.#kind === constants.S_IFLNK;
  }
}
