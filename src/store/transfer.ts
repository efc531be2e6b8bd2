import { setTimeout as sleepFor } from 'node:timers/promises';
import {
  abortSignal,
  callback,
  type Kind,
  kind,
  list,
  nonEmptyString,
  optional,
  port,
} from '../core/options.ts';
import { isObject } from '../core/json.ts';
import { mapLimit } from '../core/map-limit.ts';
import { CallError, errnoOf, toResult } from '../core/result.ts';
import { realPathOrUndefined } from '../fs/io.ts';
import { type MigrateReadFs, migrateReadPort } from '../fs/migrate-fs.ts';
import type { FsLike } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { projectsTarget, RequiredShared, type SharedSymlink } from '../links/required.ts';
import { findLiveSessions } from '../sessions/live-sessions.ts';
import { requiredKind } from '../sessions/option-kinds.ts';
import { FORMAT, type Head, type LogKey, type SessionLog, type StoredFile } from './log.ts';
import { pathIn } from './pool.ts';
import { type OfFile, type StoreProblem, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';

/** What the calls between a pool and a store have in common. */
export interface TransferOptions {
  /** The file system with the pool; the real disk by default. */
  readonly fs?: FsLike<MigrateReadFs> | undefined;
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

/** What became of a file; a problem, if it was left because of one. */
export type FileOutcome = keyof TransferCounts | StoreProblem;

const isStore = (value: unknown): value is SharedStore =>
  isObject(value) && typeof Reflect.get(value, 'appendBytes') === 'function';

const isKeyMap = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((key) => typeof key === 'string');

export const storeKind: Kind<SharedStore> = /* @__PURE__ */ kind(
  isStore,
  'a store, as postgresStore, valkeyStore, s3Store or createSessionStore returns it',
);

export const transferOptions = /* @__PURE__ */ (() => ({
  fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
  required: requiredKind,
  sessionIds: optional(list(nonEmptyString, 'session ids')),
  projectKeys: optional(kind(isKeyMap, 'an object with a project key for a project key')),
  onProgress: optional(callback<(progress: StoreProgress) => void>()),
  signal: optional(abortSignal),
  sleep: optional(callback<(milliseconds: number) => Promise<void>>()),
}))();

/** Ends a transfer: because of a problem, or because the caller asked for it. */
class Ended extends Error {
  override readonly name = 'Ended';
  readonly problem: StoreProblem | undefined;

  constructor(problem?: StoreProblem) {
    super('the transfer has ended');
    this.problem = problem;
  }
}

const TRIES = 4;
const FIRST_PAUSE_MS = 100;

/** What a transfer works with, and what it has done so far. */
export class Transfer {
  readonly projects: string;
  readonly isWanted: (sessionId: string) => boolean;
  /** Waits the given number of milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The engine of the store; its calls are made by `engine`. */
  readonly log: SessionLog;
  readonly #options: TransferOptions;
  readonly #toPool: ReadonlyMap<string, string>;
  readonly #toStore: ReadonlyMap<string, string>;
  readonly #problems: StoreProblem[] = [];
  #done = 0;
  #files: TransferCounts = { transferred: 0, unchanged: 0, behind: 0, diverged: 0, skipped: 0 };
  #bytes = 0;
  #total = 0;

  constructor({ log }: SharedStore, options: TransferOptions, projects: string) {
    this.projects = projects;
    this.log = log;
    this.#options = options;
    const wanted = options.sessionIds && new Set(options.sessionIds);
    this.isWanted = (sessionId) => wanted?.has(sessionId) ?? true;
    this.sleep = options.sleep ?? ((milliseconds) => sleepFor(milliseconds));
    const pairs = Object.entries(options.projectKeys ?? {});
    this.#toPool = new Map(pairs);
    this.#toStore = new Map(pairs.map(([inStore, inPool]) => [inPool, inStore]));
  }

  /** What a problem says of a file in the store: its key in the pool, and where that is. */
  inPool({ projectKey, sessionId, file }: LogKey): OfFile {
    const key = { projectKey: this.#toPool.get(projectKey) ?? projectKey, sessionId, file };
    return { ...key, path: pathIn(this.projects, key) };
  }

  /** The key in the store of a file in the pool. */
  inStore({ projectKey, sessionId, file }: LogKey): LogKey {
    return { projectKey: this.#toStore.get(projectKey) ?? projectKey, sessionId, file };
  }

  /** What the store has of the sessions that are wanted, project by project. */
  async *storedFiles(keys?: Iterable<string>) {
    for (const projectKey of keys ?? (await this.engine(() => this.log.listProjects()))) {
      const listed = await this.engine(() => this.log.list(projectKey));
      const wanted = listed.filter(({ sessionId }) => this.isWanted(sessionId));
      yield { projectKey, files: wanted.map((file) => ({ ...file, projectKey })) };
    }
  }

  /** Whether a file is still as it was: if not, what was read of it says nothing. */
  async isAsBefore(key: LogKey, { head }: StoredFile): Promise<boolean> {
    return (await this.engine(() => this.log.head(key)))?.head.sha256 === head.sha256;
  }

  addBytes(bytes: number): void {
    this.#bytes += bytes;
    this.#report();
  }

  problem(problem: StoreProblem): void {
    this.#problems.push(problem);
  }

  tellFork(file: OfFile, { isForked, writers }: Head): void {
    if (isForked) this.problem(storeProblem('session-forked', { ...file, writers }));
  }

  stopIfAborted(): void {
    if (this.#options.signal?.aborted === true) throw new Ended();
  }

  /** Does something with each file; a call of the file system that fails concerns that file only. */
  async each<File>(
    files: readonly File[],
    handle: (file: File) => Promise<FileOutcome>,
  ): Promise<void> {
    this.#total += files.length;
    this.#report();
    await mapLimit(files, async (file) => {
      this.stopIfAborted();
      const result = await toResult(handle(file));
      const ended = result.ok ? result.value : ioProblem(result.error);
      let outcome: keyof TransferCounts = 'skipped';
      if (typeof ended === 'string') outcome = ended;
      else {
        if (ended.code === 'session-diverged') outcome = 'diverged';
        this.problem(ended);
      }
      this.#files = { ...this.#files, [outcome]: this.#files[outcome] + 1 };
      this.#done += 1;
      this.#report();
    });
  }

  /** Calls the engine, several times if need be: so the call must be one that may have taken effect already. */
  async engine<Value>(call: () => Promise<Value>): Promise<Value> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        // These are not the engine's.
        if (error instanceof CallError || error instanceof Ended) throw error;
        if (tries === TRIES) {
          throw new Ended(
            storeProblem('store-failed', { path: this.projects, reason: reasonOf(error) }),
          );
        }
      }
      this.stopIfAborted();
      await this.sleep(FIRST_PAUSE_MS * 4 ** (tries - 1));
    }
  }

  /** Runs a transfer to its end. */
  async run(act: () => Promise<void>): Promise<TransferReport> {
    const outcome = await this.#outcomeOf(act);
    return {
      ok: outcome === 'done',
      outcome,
      files: this.#files,
      bytes: this.#bytes,
      problems: this.#problems,
    };
  }

  async #outcomeOf(act: () => Promise<void>): Promise<TransferReport['outcome']> {
    try {
      const format = await this.engine(() => this.log.format());
      const fields = { path: this.projects, format };
      if (format !== FORMAT) throw new Ended(storeProblem('store-not-prepared', fields));
      await act();
    } catch (error) {
      const problem = error instanceof Ended ? error.problem : ioProblem(error);
      if (problem === undefined) return 'aborted';
      this.problem(problem);
      return 'failed';
    }
    const { skipped, diverged } = this.#files;
    const isPartial =
      skipped + diverged > 0 || this.#problems.some(({ severity }) => severity === 'error');
    return isPartial ? 'partial' : 'done';
  }

  #report(): void {
    const [done, total, bytes] = [this.#done, this.#total, this.#bytes];
    this.#options.onProgress?.({ done, total, bytes });
  }
}

/** A transfer between a store and the pool, which is the real directory of the transcripts. */
export async function transferOf(
  fs: MigrateReadFs,
  { store, options }: { readonly store: SharedStore; readonly options: TransferOptions },
): Promise<Transfer> {
  const target = projectsTarget(options.required ?? RequiredShared) ?? '';
  return new Transfer(store, options, (await realPathOrUndefined(fs, target)) ?? target);
}

/** The sessions that run under some account homes. */
export async function liveSessionIds(
  accountHomes: readonly string[],
  processInspector: ProcessInspector,
  fs: FsLike<SessionReadFs> | undefined,
): Promise<ReadonlySet<string>> {
  const { sessions } = await findLiveSessions(accountHomes, { processInspector, fs });
  return new Set(sessions.map(({ sessionId }) => sessionId));
}

/** What a call of the file system that failed is; anything else is thrown. */
function ioProblem(error: unknown): StoreProblem {
  if (!(error instanceof CallError)) throw error;
  return storeProblem('io-error', { path: error.path, errno: error.code });
}

/** What a driver says. Some errors have only a code, or only those of the addresses they tried. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return message === '' ? errnoOf(error) : message;
}
