import type { Entry, LinkFs, LinkFsSync, LinkReadFs, LinkReadFsSync } from './fs.ts';
import { entryOf, errnoOf, textOf } from './fs.ts';

/*
 * File-system calls as data. A computation is a generator that yields batches of calls; a driver
 * performs them, all of one batch at once, synchronously or not. The logic that asks is therefore
 * written once and serves both.
 */

/** A call that failed. */
export interface Failure {
  readonly ok: false;
  readonly errno: string;
  readonly error: unknown;
}

/** How a call ended. */
export type Answer<Value> = { readonly ok: true; readonly value: Value } | Failure;

/** A call for a file system with certain functions; it keeps its answer to itself and never fails. */
export interface Call<Fs, FsSync> {
  // Properties, not methods: so a call that writes is no call for a file system that only reads.
  readonly perform: (fs: Fs) => Promise<void>;
  readonly performSync: (fs: FsSync) => void;
}

/** A computation that asks in batches and ends with a result. */
export type Steps<C, Result> = Generator<readonly C[], Result, void>;
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
      else batch.push(...step.value);
      return step.done !== true;
    });
    if (batch.length > 0) yield batch;
  }
  return results;
}

/** A call that will hold its answer. */
interface Asked<Value, Fs, FsSync> extends Call<Fs, FsSync> {
  answer: Answer<Value>;
}

function asked<Value, Raw, Fs, FsSync>(
  later: (fs: Fs) => Promise<Raw>,
  now: (fs: FsSync) => Raw,
  narrow: (raw: Raw) => Value,
): Asked<Value, Fs, FsSync> {
  const call: Asked<Value, Fs, FsSync> = {
    answer: unanswered,
    async perform(fs) {
      try {
        call.answer = { ok: true, value: narrow(await later(fs)) };
      } catch (error) {
        call.answer = { ok: false, errno: errnoOf(error), error };
      }
    },
    performSync(fs) {
      try {
        call.answer = { ok: true, value: narrow(now(fs)) };
      } catch (error) {
        call.answer = { ok: false, errno: errnoOf(error), error };
      }
    },
  };
  return call;
}

function* ask<Value, Fs, FsSync>(
  call: Asked<Value, Fs, FsSync>,
): Steps<Call<Fs, FsSync>, Answer<Value>> {
  yield [call];
  return call.answer;
}

const unanswered: Failure = {
  ok: false,
  errno: 'UNKNOWN',
  error: new Error('claude-shared-state: a driver left a call out'),
};

/** Permission bits for {@link access}. */
export const READ = 4;
export const WRITE = 2;
export const SEARCH = 1;

const bigint = { bigint: true } as const;
const nothing = () => undefined;

export function access(path: string, mode: number): ReadSteps<Answer<undefined>> {
  return ask(
    asked(
      (fs: LinkReadFs) => fs.access(path, mode),
      (fs: LinkReadFsSync) => fs.accessSync(path, mode),
      nothing,
    ),
  );
}

export function lstat(path: string): ReadSteps<Answer<Entry>> {
  return ask(
    asked(
      (fs: LinkReadFs) => fs.lstat(path, bigint),
      (fs: LinkReadFsSync) => fs.lstatSync(path, bigint),
      entryOf,
    ),
  );
}

function askedReadlink(path: string): Asked<string, LinkReadFs, LinkReadFsSync> {
  return asked(
    (fs) => fs.readlink(path),
    (fs) => fs.readlinkSync(path),
    textOf,
  );
}

export function readlink(path: string): ReadSteps<Answer<string>> {
  return ask(askedReadlink(path));
}

/** Reads many links in one batch, without a computation for each: this is what a healthy check costs. */
export function* readlinks(paths: readonly string[]): ReadSteps<readonly Answer<string>[]> {
  const calls = paths.map(askedReadlink);
  yield calls;
  return calls.map(({ answer }) => answer);
}

export function realpath(path: string): ReadSteps<Answer<string>> {
  return ask(
    asked(
      (fs: LinkReadFs) => fs.realpath(path),
      (fs: LinkReadFsSync) => fs.realpathSync(path),
      textOf,
    ),
  );
}

export function stat(path: string): ReadSteps<Answer<Entry>> {
  return ask(
    asked(
      (fs: LinkReadFs) => fs.stat(path, bigint),
      (fs: LinkReadFsSync) => fs.statSync(path, bigint),
      entryOf,
    ),
  );
}

export function mkdir(path: string, mode: number): WriteSteps<Answer<undefined>> {
  return ask(
    asked(
      (fs: LinkFs) => fs.mkdir(path, { mode }),
      (fs: LinkFsSync) => fs.mkdirSync(path, { mode }),
      nothing,
    ),
  );
}

export function symlink(target: string, path: string): WriteSteps<Answer<undefined>> {
  return ask(
    asked(
      (fs: LinkFs) => fs.symlink(target, path, 'junction'),
      (fs: LinkFsSync) => fs.symlinkSync(target, path, 'junction'),
      nothing,
    ),
  );
}
