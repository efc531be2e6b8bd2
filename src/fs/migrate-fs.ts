import {
  accessSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  promises,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { platform } from 'node:process';
import type { PortShape } from '../core/port-shape.ts';
import { lstatReal, openReal, statReal } from './real-disk.ts';
import {
  type ReadHandle,
  realSessionDisk,
  type SessionReadFs,
  sessionReadPort,
} from './session-fs.ts';
import type { WideStats } from './file-info.ts';

/** An open file that is read at given places. */
export interface MigrateReadHandle extends Omit<ReadHandle, 'read' | 'stat'> {
  stat(options: { bigint: true }): Promise<WideStats>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
}

/** An open file that is also written, at its end only. */
export interface WriteHandle extends ReadHandle {
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
  ): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  sync?(): Promise<void>;
}

/** An open file that is read, written and given the mode and times of another. */
export interface MigrateHandle
  extends MigrateReadHandle, Omit<WriteHandle, keyof MigrateReadHandle> {
  chmod(mode: number): Promise<void>;
  /** Seconds since 1970, with fractions. */
  utimes(accessed: number, modified: number): Promise<void>;
}

/** The calls that planning a migration needs; none of them can change anything. */
export interface MigrateReadFs extends SessionReadFs {
  lstat(path: string, options: { bigint: true }): Promise<WideStats>;
  open(path: string, flags: number): Promise<MigrateReadHandle>;
  stat(path: string, options: { bigint: true }): Promise<WideStats>;
}

/**
 * The calls that migrating needs: those of {@link MigrateReadFs}, and what adds, moves and removes names.
 *
 * No call of it can destroy a tree: there is no `rm`, no `cp`, no recursive `mkdir`, and no way to write but
 * through handles, which the library opens exclusively or for appending.
 */
export interface MigrateFs extends Omit<MigrateReadFs, 'open'> {
  copyFile(from: string, to: string, flags: number): Promise<void>;
  /** Of a symlink, that itself gets a second name, as on Linux; or the call fails. */
  link(existing: string, path: string): Promise<void>;
  mkdir(path: string, options: { mode: number }): Promise<unknown>;
  open(path: string, flags: number, mode?: number): Promise<MigrateHandle>;
  rename(from: string, to: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Seconds since 1970, with fractions. */
  utimes(path: string, accessed: number, modified: number): Promise<void>;
}

/** The calls that a failover needs: those that look for sessions, and those that keep an id in a file. */
export interface FailoverFs
  extends Omit<SessionReadFs, 'open'>, Pick<MigrateFs, 'mkdir' | 'rename' | 'symlink' | 'unlink'> {
  open(path: string, flags: number, mode?: number): Promise<WriteHandle>;
}

/** Copied without a thread. */
const MAX_SMALL_BYTES = 1024 * 1024;

/** The real disk, for migrating. */
export const realMigrateDisk: MigrateFs = /* @__PURE__ */ (() => ({
  ...realSessionDisk,
  lstat: lstatReal,
  stat: statReal,
  // Synchronously, because waking a thread takes longer than these calls: there are thousands of them, and between
  // `rename` and `link` the link is missing.
  link: async (existing, path) => {
    // Elsewhere it may follow a symlink, and what that leads to must not get a second name.
    if (platform !== 'linux' && lstatSync(existing).isSymbolicLink()) {
      throw Object.assign(new Error(`EPERM: ${existing} is a symlink`), { code: 'EPERM' });
    }
    linkSync(existing, path);
  },
  mkdir: async (path, options) => mkdirSync(path, options),
  rename: async (from, to) => {
    renameSync(from, to);
  },
  symlink: async (target, path, type) => {
    symlinkSync(target, path, type);
  },
  utimes: async (path, accessed, modified) => {
    utimesSync(path, accessed, modified);
  },
  access: async (path, mode) => {
    accessSync(path, mode);
  },
  copyFile: async (from, to, flags) => {
    if (statSync(from).size > MAX_SMALL_BYTES) await promises.copyFile(from, to, flags);
    else copyFileSync(from, to, flags);
  },
  open: openReal,
  rmdir: async (path) => {
    rmdirSync(path);
  },
  unlink: async (path) => {
    unlinkSync(path);
  },
}))();

export const migrateReadPort: PortShape = sessionReadPort;
export const migratePort: PortShape = /* @__PURE__ */ (() => ({
  members: [
    ...sessionReadPort.members,
    'copyFile',
    'link',
    'mkdir',
    'rename',
    'rmdir',
    'symlink',
    'unlink',
    'utimes',
  ],
  orPromises: true,
}))();
export const failoverPort: PortShape = /* @__PURE__ */ (() => ({
  members: [...sessionReadPort.members, 'mkdir', 'rename', 'symlink', 'unlink'],
  orPromises: true,
}))();

/**
 * The system on whose real disk nothing is moved, if it is this one: directories of Windows can't be synced, its open
 * files not replaced, and its processes not told from later ones with their ids. Any injected file system is accepted.
 */
export function unsupportedSystem(fs: object): string | undefined {
  return platform === 'win32' && fs === realMigrateDisk ? 'Windows' : undefined;
}
