import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  abortSignal,
  callback,
  type Kind,
  kind,
  list,
  nonEmptyString,
  optional,
} from '../core/options.ts';
import { isObject } from '../core/json.ts';
import { CallError, errnoOf } from '../core/result.ts';
import { realPathOrUndefined } from '../fs/io.ts';
import type { MigrateReadFs } from '../fs/migrate-fs.ts';
import { projectsTarget, RequiredShared, type SharedSymlink } from '../links/required.ts';
import { requiredKind } from '../sessions/option-kinds.ts';
import { type StoreProblem, storeProblem } from './problems.ts';
import { type SharedStore, StoreFormatError } from './session-store.ts';

/** What the calls between a pool and a store have in common. */
export interface TransferOptions {
  /** The shared links: the target of `projects` is the pool. `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** Only these sessions; all by default. */
  readonly sessionIds?: readonly string[] | undefined;
  /** Where the pool has another project key than the store, because it has the project at another path: store to pool. */
  readonly projectKeys?: Readonly<Record<string, string>> | undefined;
  /** Receives what was done so far. */
  readonly onProgress?: ((progress: StoreProgress) => void) | undefined;
  /** Stops the call between two files. */
  readonly signal?: AbortSignal | undefined;
  /** Waits the given number of milliseconds; a timer by default. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
}

/** How far a call is. */
export interface StoreProgress {
  /** Files that were looked at. */
  readonly done: number;
  /** Files that are known so far. */
  readonly total: number;
  /** That were brought. */
  readonly bytes: number;
}

/** What became of the files of all sessions. */
export interface TransferCounts {
  /** Added to the other side, or continued there. */
  readonly transferred: number;
  readonly unchanged: number;
  /** The other side has more already. */
  readonly behind: number;
  /** Left, because each side has what the other lacks. */
  readonly diverged: number;
  /** Left for another reason, which a problem tells. */
  readonly skipped: number;
}

/** How a transfer ended. */
export interface TransferReport {
  /** Whether everything that is on the one side is on the other, too. */
  readonly ok: boolean;
  /** `partial`: some files were left. `failed`: the store or the pool could not be used. */
  readonly outcome: 'done' | 'partial' | 'failed' | 'aborted';
  readonly files: TransferCounts;
  /** That were brought. */
  readonly bytes: number;
  readonly problems: readonly StoreProblem[];
}

export type FileOutcome = keyof TransferCounts;

const isStore = (value: unknown): value is SharedStore =>
  isObject(value) && typeof Reflect.get(value, 'appendBytes') === 'function';

const isKeyMap = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((key) => typeof key === 'string');

export const storeKind: Kind<SharedStore> = /* @__PURE__ */ kind(
  isStore,
  'a store, as postgresStore, valkeyStore, s3Store or createSessionStore returns it',
);

export const transferOptions = /* @__PURE__ */ (() => ({
  required: requiredKind,
  sessionIds: optional(list(nonEmptyString, 'session ids')),
  projectKeys: optional(kind(isKeyMap, 'an object with a project key for a project key')),
  onProgress: optional(callback<(progress: StoreProgress) => void>()),
  signal: optional(abortSignal),
  sleep: optional(callback<(milliseconds: number) => Promise<void>>()),
}))();

/** A call of the engine that was repeated in vain. */
class EngineError extends Error {
  override readonly name = 'EngineError';
}

class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** How many files a transfer handles at once. */
export const FILES_AT_ONCE = 4;
const TRIES = 4;
const FIRST_PAUSE_MS = 100;

/** What a transfer works with, and what it has done so far. */
export class Transfer {
  readonly projects: string;
  readonly isWanted: (sessionId: string) => boolean;
  /** Waits the given number of milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly #options: TransferOptions;
  readonly #toPool: ReadonlyMap<string, string>;
  readonly #toStore: ReadonlyMap<string, string>;
  readonly #problems: StoreProblem[] = [];
  #done = 0;
  #files: TransferCounts = { transferred: 0, unchanged: 0, behind: 0, diverged: 0, skipped: 0 };
  #bytes = 0;
  #total = 0;

  constructor(options: TransferOptions, projects: string) {
    this.projects = projects;
    const wanted = options.sessionIds && new Set(options.sessionIds);
    this.isWanted = (sessionId) => wanted?.has(sessionId) ?? true;
    this.#options = options;
    this.sleep = options.sleep ?? ((milliseconds) => sleepFor(milliseconds));
    const pairs = Object.entries(options.projectKeys ?? {});
    this.#toPool = new Map(pairs);
    this.#toStore = new Map(pairs.map(([inStore, inPool]) => [inPool, inStore]));
  }

  keyInPool(projectKey: string): string {
    return this.#toPool.get(projectKey) ?? projectKey;
  }

  keyInStore(projectKey: string): string {
    return this.#toStore.get(projectKey) ?? projectKey;
  }

  expect(files: number): void {
    this.#total += files;
    this.#report();
  }

  addBytes(bytes: number): void {
    this.#bytes += bytes;
    this.#report();
  }

  count(outcome: FileOutcome): void {
    this.#files = { ...this.#files, [outcome]: this.#files[outcome] + 1 };
    this.#done += 1;
    this.#report();
  }

  problem(problem: StoreProblem): void {
    this.#problems.push(problem);
  }

  stopIfAborted(): void {
    if (this.#options.signal?.aborted === true) throw new Stopped();
  }

  /** Does something with one file; a call of the file system that fails concerns that file only. */
  async file(handle: () => Promise<FileOutcome>): Promise<void> {
    this.stopIfAborted();
    try {
      this.count(await handle());
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.problem(storeProblem('io-error', { path: error.path, errno: error.code }));
      this.count('skipped');
    }
  }

  /** Calls the engine, several times if need be: so the call must be one that may have taken effect already. */
  async engine<Value>(call: () => Promise<Value>): Promise<Value> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        // These are not the engine's.
        const isOther = [StoreFormatError, CallError, Stopped].some((it) => error instanceof it);
        if (isOther) throw error;
        if (tries === TRIES) throw new EngineError(reasonOf(error), { cause: error });
      }
      this.stopIfAborted();
      await this.sleep(FIRST_PAUSE_MS * 4 ** (tries - 1));
    }
  }

  /** Runs a transfer to its end. */
  async run(act: () => Promise<void>): Promise<TransferReport> {
    const outcome = await this.#outcomeOf(act);
    const isPartial =
      this.#files.skipped + this.#files.diverged > 0 ||
      this.#problems.some(({ severity }) => severity === 'error');
    return {
      ok: outcome === 'done' && !isPartial,
      outcome: outcome === 'done' && isPartial ? 'partial' : outcome,
      files: this.#files,
      bytes: this.#bytes,
      problems: this.#problems,
    };
  }

  async #outcomeOf(act: () => Promise<void>): Promise<'done' | 'failed' | 'aborted'> {
    try {
      await act();
      return 'done';
    } catch (error) {
      const path = this.projects;
      if (error instanceof Stopped) return 'aborted';
      if (error instanceof CallError) {
        this.problem(storeProblem('io-error', { path: error.path, errno: error.code }));
      } else if (error instanceof EngineError) {
        this.problem(storeProblem('store-failed', { path, reason: error.message }));
      } else if (error instanceof StoreFormatError) {
        this.problem(storeProblem('store-not-prepared', { path, format: error.format }));
      } else throw error;
      return 'failed';
    }
  }

  #report(): void {
    const total = Math.max(this.#done, this.#total);
    this.#options.onProgress?.({ done: this.#done, total, bytes: this.#bytes });
  }
}

/** The real directory of the transcripts. */
export async function poolOf(
  fs: MigrateReadFs,
  required: readonly SharedSymlink[] = RequiredShared,
): Promise<string> {
  const target = projectsTarget(required) ?? '';
  return (await realPathOrUndefined(fs, target)) ?? target;
}

/** What a driver says. Some errors have only a code, or only those of the addresses they tried. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return message === '' ? errnoOf(error) : message;
}
