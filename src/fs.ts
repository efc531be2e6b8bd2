import {
  accessSync,
  lstatSync,
  mkdirSync,
  promises,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';

/**
 * What the library reads of a stat result.
 *
 * Wide on purpose: the stats of `node:fs` and of `memfs` both fit, with and without `bigint`.
 */
export interface FsStats {
  readonly dev: number | bigint;
  readonly ino: number | bigint;
  readonly mode: number | bigint;
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/** The calls that looking at links needs; none of them can change anything. */
export interface LinkReadFs {
  access(path: string, mode: number): Promise<void>;
  lstat(path: string, options: { bigint: true }): Promise<FsStats>;
  readlink(path: string): Promise<string | Uint8Array>;
  realpath(path: string): Promise<string | Uint8Array>;
  stat(path: string, options: { bigint: true }): Promise<FsStats>;
}

/** The calls that making links needs: those of {@link LinkReadFs}, and two that only ever add. */
export interface LinkFs extends LinkReadFs {
  mkdir(path: string, options: { mode: number }): Promise<unknown>;
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
}

/** {@link LinkReadFs} for the synchronous twins. */
export interface LinkReadFsSync {
  accessSync(path: string, mode: number): void;
  lstatSync(path: string, options: { bigint: true }): FsStats;
  readlinkSync(path: string): string | Uint8Array;
  /** Where there is a `native`, as in Node, that is called: the other folds `..` as mere text. */
  realpathSync: {
    (path: string): string | Uint8Array;
    native?(path: string): string | Uint8Array;
  };
  statSync(path: string, options: { bigint: true }): FsStats;
}

/** {@link LinkFs} for the synchronous twins. */
export interface LinkFsSync extends LinkReadFsSync {
  mkdirSync(path: string, options: { mode: number }): unknown;
  symlinkSync(target: string, path: string, type: 'junction'): void;
}

/** A promise-based port, or an object that carries one as `promises`, as `node:fs` and memfs's `fs` do. */
export type PortOrPromises<Port> = Port | { readonly promises: Port };

/**
 * The real disk: what every call uses when no `fs` is given.
 *
 * Written out, because a whole copy of `node:fs` would be a fifth of what loading the CJS build takes.
 */
export const realDisk: LinkFsSync & { readonly promises: LinkFs } = {
  accessSync: (path, mode) => accessSync(path, mode),
  lstatSync: (path, options) => lstatSync(path, options),
  mkdirSync: (path, options) => mkdirSync(path, options),
  readlinkSync: (path) => readlinkSync(path),
  realpathSync: (path) => realpathSync.native(path),
  statSync: (path, options) => statSync(path, options),
  symlinkSync: (target, path, type) => symlinkSync(target, path, type),
  promises: {
    access: (path, mode) => promises.access(path, mode),
    lstat: (path, options) => promises.lstat(path, options),
    mkdir: (path, options) => promises.mkdir(path, options),
    readlink: (path) => promises.readlink(path),
    realpath: (path) => promises.realpath(path),
    stat: (path, options) => promises.stat(path, options),
    symlink: (target, path, type) => promises.symlink(target, path, type),
  },
};

const reading: readonly (keyof LinkReadFs)[] = ['access', 'lstat', 'readlink', 'realpath', 'stat'];
const writing: readonly (keyof LinkFs)[] = [...reading, 'mkdir', 'symlink'];

/** The name of a port: what a call asks of the file system that it is given. */
export type PortName = 'LinkReadFs' | 'LinkFs' | 'LinkReadFsSync' | 'LinkFsSync';

/** The functions that a given file system lacks for a port; a partial fake is never filled up. */
export function missingMembers(fs: unknown, port: PortName): readonly string[] {
  const isSync = port.endsWith('Sync');
  const holder = !isSync && isObject(fs) && 'promises' in fs ? fs.promises : fs;
  return (port.startsWith('LinkRead') ? reading : writing)
    .map((member) => (isSync ? `${member}Sync` : member))
    .filter((member) => !isObject(holder) || typeof Reflect.get(holder, member) !== 'function');
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The promise-based port inside what a caller handed over. */
export function promisesOf<Port extends object>(fs: PortOrPromises<Port>): Port {
  return 'promises' in fs ? fs.promises : fs;
}

/** What kind of thing a directory entry is, and which one: the narrow form of {@link FsStats}. */
export interface Entry {
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
  readonly device: bigint;
  readonly inode: bigint;
  readonly mode: number;
}

export function entryOf(stats: FsStats): Entry {
  return {
    kind: stats.isDirectory()
      ? 'directory'
      : stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'symlink'
          : 'other',
    device: BigInt(stats.dev),
    inode: BigInt(stats.ino),
    mode: Number(stats.mode),
  };
}

export function textOf(path: string | Uint8Array): string {
  return typeof path === 'string' ? path : new TextDecoder().decode(path);
}

/** The `code` of a failed call, such as `EACCES`; `UNKNOWN` for an error that carries none. */
export function errnoOf(error: unknown): string {
  return isObject(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNKNOWN';
}
