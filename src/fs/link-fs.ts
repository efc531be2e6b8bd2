import {
  accessSync,
  lstatSync,
  mkdirSync,
  promises,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import type { PortShape } from '../core/port-shape.ts';
import type { FsStats } from './stats.ts';

/** The calls that looking at links needs; none of them can change anything. */
export interface LinkReadFs {
  access(path: string, mode: number): Promise<void>;
  lstat(path: string, options: { bigint: true }): Promise<FsStats>;
  /** Of a `settings.json` only, and only where retention is looked at. */
  readFile(path: string, encoding: 'utf8'): Promise<string | Uint8Array>;
  readlink(path: string): Promise<string | Uint8Array>;
  realpath(path: string): Promise<string | Uint8Array>;
  stat(path: string, options: { bigint: true }): Promise<FsStats>;
}

/** The calls that making links needs: those of {@link LinkReadFs}, and two that only ever add. */
export interface LinkFs extends LinkReadFs {
  mkdir(path: string, options: { mode: number }): Promise<unknown>;
  /** `dir` only where `junction` failed because the file system has none, as on Windows. */
  symlink(target: string, path: string, type: 'junction' | 'dir'): Promise<void>;
}

/** {@link LinkReadFs} for the synchronous twins. */
export interface LinkReadFsSync {
  accessSync(path: string, mode: number): void;
  lstatSync(path: string, options: { bigint: true }): FsStats;
  readFileSync(path: string, encoding: 'utf8'): string | Uint8Array;
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
  symlinkSync(target: string, path: string, type: 'junction' | 'dir'): void;
}

/** The part that reads settings. */
export type SettingsFs = Pick<LinkReadFs, 'readFile' | 'stat'>;
export type SettingsFsSync = Pick<LinkReadFsSync, 'readFileSync' | 'statSync'>;

/**
 * The real disk: what every call uses when no `fs` is given.
 *
 * Not a copy of `node:fs`, which would be a fifth of what loading the CJS build takes; and each call looked up anew, so
 * that whoever replaces one sees it called.
 */
export const realDisk: LinkFsSync & { readonly promises: LinkFs } = /* @__PURE__ */ (() => ({
  accessSync: (path, mode) => accessSync(path, mode),
  lstatSync: (path, options) => lstatSync(path, options),
  mkdirSync: (path, options) => mkdirSync(path, options),
  readFileSync: (path, encoding) => readFileSync(path, encoding),
  readlinkSync: (path) => readlinkSync(path),
  realpathSync: (path) => realpathSync.native(path),
  statSync: (path, options) => statSync(path, options),
  symlinkSync: (target, path, type) => symlinkSync(target, path, type),
  // Loaded by Node only where it is asked for.
  get promises() {
    return promises;
  },
}))();

const reading = ['access', 'lstat', 'readFile', 'readlink', 'realpath', 'stat'] as const;
const writing = /* @__PURE__ */ (() => [...reading, 'mkdir', 'symlink'] as const)();
const twins = (members: readonly string[]) => members.map((member) => `${member}Sync`);

export const linkReadPort: PortShape = { members: reading, orPromises: true };
export const linkPort: PortShape = { members: writing, orPromises: true };
export const linkReadPortSync: PortShape = /* @__PURE__ */ (() => ({
  members: twins(reading),
  orPromises: false,
}))();
export const linkPortSync: PortShape = /* @__PURE__ */ (() => ({
  members: twins(writing),
  orPromises: false,
}))();
