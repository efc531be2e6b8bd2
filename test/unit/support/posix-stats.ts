import { constants } from 'node:fs';
import type { WideStats } from '../../../src/fs/file-info.ts';
import { type Inode, kindOf } from './posix-volume.ts';

const MILLION = 1_000_000n;

/** What kind of thing an inode is. */
class PosixKind {
  readonly #kind: number;

  constructor(node: Inode) {
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

/** The stats of an inode as `bigint: true` gives them. */
export class PosixStats extends PosixKind implements WideStats {
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
    super(node);
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
}

/** An entry of a directory that is being listed. */
export class PosixEntry extends PosixKind {
  readonly name: string;

  constructor(name: string, node: Inode) {
    super(node);
    this.name = name;
  }
}
