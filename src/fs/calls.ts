import { type Result, failure } from '../core/result.ts';
import type {
  LinkFs,
  LinkFsSync,
  LinkReadFs,
  LinkReadFsSync,
  SettingsFs,
  SettingsFsSync,
} from './link-fs.ts';
import { textOf } from './port.ts';
import { type Entry, entryOf } from './stats.ts';

/*
 * File-system calls as data. A computation is a generator that yields batches of calls; a driver
 * performs them, all of one batch at once, synchronously or not. The logic that asks is therefore
 * written once and serves both.
 */

/** A call for a file system with certain functions; it keeps its answer to itself and never fails. */
export interface Call<Fs, FsSync> {
  // Properties, not methods: so a call that writes is no call for a file system that only reads.
  readonly perform: (fs: Fs) => Promise<void>;
  readonly performSync: (fs: FsSync) => void;
}

/** A computation that asks in batches and ends with a result. */
export type Steps<C, Result> = Generator<readonly C[], Result, void>;
/** A computation that reads settings, and nothing else. */
export type SettingsSteps<Result> = Steps<Call<SettingsFs, SettingsFsSync>, Result>;
/** A computation that can change nothing. */
export type ReadSteps<Result> = Steps<Call<LinkReadFs, LinkReadFsSync>, Result>;
/** A computation that reads, and adds names; no call in here can remove or replace one. */
export type WriteSteps<Result> = Steps<Call<LinkFs, LinkFsSync>, Result>;

/** Runs a computation to its end, the calls of each batch one after the other. */
export function driveSync<Fs, FsSync, Result>(
  steps: Steps<Call<Fs, FsSync>, Result>,
  fs: FsSync,
): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    for (const call of step.value) call.performSync(fs);
  }
}

/** Runs a computation to its end, the calls of each batch at the same time. */
export async function drive<Fs, FsSync, Result>(
  steps: Steps<Call<Fs, FsSync>, Result>,
  fs: Fs,
): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await Promise.all(step.value.map((call) => call.perform(fs)));
  }
}

/** Runs several computations side by side, merging what they ask into common batches. */
export function* together<C, Result>(all: readonly Steps<C, Result>[]): Steps<C, Result[]> {
  const results: Result[] = [];
  let running = all.map((steps, index) => ({ steps, index }));
  while (running.length > 0) {
    const batch: C[] = [];
    running = running.filter(({ steps, index }) => {
      const step = steps.next();
      if (step.done === true) results[index] = step.value;
      else for (const call of step.value) batch.push(call);
      return step.done !== true;
    });
    if (batch.length > 0) yield batch;
  }
  return results;
}

/** A call that holds its answer once it has been performed. */
interface Asked<Value, Fs, FsSync> extends Call<Fs, FsSync> {
  answer: Result<Value>;
}

function asked<Value, Raw, Fs, FsSync>(
  narrow: (raw: Raw) => Value,
  later: (fs: Fs) => Promise<Raw>,
  now: (fs: FsSync) => Raw,
): Asked<Value, Fs, FsSync> {
  const call: Asked<Value, Fs, FsSync> = {
    answer: failure(undefined),
    async perform(fs) {
      try {
        call.answer = { ok: true, value: narrow(await later(fs)) };
      } catch (error) {
        call.answer = failure(error);
      }
    },
    performSync(fs) {
      try {
        call.answer = { ok: true, value: narrow(now(fs)) };
      } catch (error) {
        call.answer = failure(error);
      }
    },
  };
  return call;
}

/** Performs one call, and gives its answer. */
export function* ask<Value, Fs, FsSync>(
  call: Asked<Value, Fs, FsSync>,
): Steps<Call<Fs, FsSync>, Result<Value>> {
  yield [call];
  return call.answer;
}

/** Performs many calls in one batch, and gives their answers. */
export function* askAll<Value, Fs, FsSync>(
  calls: readonly Asked<Value, Fs, FsSync>[],
): Steps<Call<Fs, FsSync>, readonly Result<Value>[]> {
  yield calls;
  return calls.map(({ answer }) => answer);
}

type SettingsRead<Value> = Asked<Value, SettingsFs, SettingsFsSync>;
type Read<Value> = Asked<Value, LinkReadFs, LinkReadFsSync>;
type Write<Value> = Asked<Value, LinkFs, LinkFsSync>;

const bigint = { bigint: true } as const;
const nothing = () => undefined;

/** Permission bits for {@link access}. */
export const READ = 4;
export const WRITE = 2;
export const SEARCH = 1;

export const access = (path: string, mode: number): Read<undefined> =>
  asked(
    nothing,
    (fs) => fs.access(path, mode),
    (fs) => fs.accessSync(path, mode),
  );
export const lstat = (path: string): Read<Entry> =>
  asked(
    entryOf,
    (fs) => fs.lstat(path, bigint),
    (fs) => fs.lstatSync(path, bigint),
  );
export const readFile = (path: string): SettingsRead<string> =>
  asked(
    textOf,
    (fs) => fs.readFile(path, 'utf8'),
    (fs) => fs.readFileSync(path, 'utf8'),
  );
export const readlink = (path: string): Read<string> =>
  asked(
    textOf,
    (fs) => fs.readlink(path),
    (fs) => fs.readlinkSync(path),
  );
export const realpath = (path: string): Read<string> =>
  asked(
    textOf,
    (fs) => fs.realpath(path),
    (fs) => (fs.realpathSync.native ? fs.realpathSync.native(path) : fs.realpathSync(path)),
  );
export const stat = (path: string): SettingsRead<Entry> =>
  asked(
    entryOf,
    (fs) => fs.stat(path, bigint),
    (fs) => fs.statSync(path, bigint),
  );
export const mkdir = (path: string, mode: number): Write<undefined> =>
  asked(
    nothing,
    (fs) => fs.mkdir(path, { mode }),
    (fs) => fs.mkdirSync(path, { mode }),
  );
export const symlink = (target: string, path: string, type: 'junction' | 'dir'): Write<undefined> =>
  asked(
    nothing,
    (fs) => fs.symlink(target, path, type),
    (fs) => fs.symlinkSync(target, path, type),
  );
