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
import { platform } from 'node:process';
import type { PortShape } from '../core/port-shape.ts';
import { errnoOf } from '../core/result.ts';
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
  symlink(target: string, path: string, type: 'junction'): Promise<void>;
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
  symlinkSync(target: string, path: string, type: 'junction'): void;
}

/** The part that reads settings. */
export type SettingsFs = Pick<LinkReadFs, 'readFile' | 'stat'>;
export type SettingsFsSync = Pick<LinkReadFsSync, 'readFileSync' | 'statSync'>;

/**
 * The real disk: what every call uses when no `fs` is given.
 *
 * Written out, because a whole copy of `node:fs` would be a fifth of what loading the CJS build takes.
 */
export const realDisk: LinkFsSync & { readonly promises: LinkFs } = {
  accessSync: (path, mode) => accessSync(path, mode),
  lstatSync: (path, options) => lstatSync(path, options),
  mkdirSync: (path, options) => mkdirSync(path, options),
  readFileSync: (path, encoding) => readFileSync(path, encoding),
  readlinkSync: (path) => readlinkSync(path),
  realpathSync: (path) => realpathSync.native(path),
  statSync: (path, options) => statSync(path, options),
  symlinkSync: (target, path, type) => {
    try {
      symlinkSync(target, path, type);
    } catch (error) {
      if (!lacksJunctions(error)) throw error;
      symlinkSync(target, path, 'dir');
    }
  },
  promises: {
    access: (path, mode) => promises.access(path, mode),
    lstat: (path, options) => promises.lstat(path, options),
    mkdir: (path, options) => promises.mkdir(path, options),
    readFile: (path, encoding) => promises.readFile(path, encoding),
    readlink: (path) => promises.readlink(path),
    realpath: (path) => promises.realpath(path),
    stat: (path, options) => promises.stat(path, options),
    symlink: (target, path, type) =>
      promises.symlink(target, path, type).catch(async (error: unknown) => {
        if (!lacksJunctions(error)) throw error;
        await promises.symlink(target, path, 'dir');
      }),
  },
};

/** Whether Windows made no junction: a symbolic link may work there, though it needs a right that a junction does not. */
function lacksJunctions(error: unknown): boolean {
  return platform === 'win32' && errnoOf(error) !== 'EEXIST';
}

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
