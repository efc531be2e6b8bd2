import { createHash } from 'node:crypto';
import {
  callback,
  check,
  integer,
  optional,
  options as optionsOf,
  paths,
  port,
} from '../core/options.ts';
import { mapLimit } from '../core/map-limit.ts';
import { dirname, join } from '../core/paths.ts';
import { CallError, failedWith, tolerate } from '../core/result.ts';
import { type FileInfo, isUnchanged } from '../fs/file-info.ts';
import {
  listDirectory,
  lstatOrUndefined,
  makeDurableDirectories,
  OPEN,
  removeName,
  syncDirectory,
  syncHandle,
  withFile,
  withHandle,
  writeFully,
} from '../fs/io.ts';
import { type MigrateFs, migratePort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import { withLocks } from '../lock/lock.ts';
import { nonceFrom } from '../lock/owner.ts';
import { incomingIn, lockIn, stateDirectoryOf } from '../migrate/layout.ts';
import { findLiveSessions } from '../sessions/live-sessions.ts';
import { defaultInspector, processInspectorKind } from '../sessions/option-kinds.ts';
import { isValidResumeUUID } from '../sessions/resume-uuid.ts';
import type { Head, ListedFile, LogKey } from './log.ts';
import { endsLike, hashOf, listPool, pathIn, type PoolFile } from './pool.ts';
import { type OfFile, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';
import {
  type FileOutcome,
  FILES_AT_ONCE,
  poolOf,
  storeKind,
  Transfer,
  type TransferOptions,
  transferOptions,
  type TransferReport,
} from './transfer.ts';

/** What `exportFromStore` accepts. */
export interface ExportOptions extends TransferOptions {
  /** The file system to write to; the real disk by default. */
  readonly fs?: FsLike<MigrateFs> | undefined;
  /** Account homes whose running sessions are not extended; none by default. */
  readonly accountHomes?: readonly string[] | undefined;
  /** Tells which processes run: those of this machine by default, or none with an injected `fs`. */
  readonly processInspector?: ProcessInspector | undefined;
  /** Returns a number from 0 to below 1, for unique names; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
  /** The process id to write into the lock; this process's by default. */
  readonly pid?: number | undefined;
}

const schema = /* @__PURE__ */ (() => ({
  store: storeKind,
  options: optionsOf<ExportOptions>({
    ...transferOptions,
    fs: optional(port<FsLike<MigrateFs>>(migratePort)),
    accountHomes: optional(paths),
    processInspector: optional(processInspectorKind),
    random: optional(callback<() => number>()),
    pid: optional(integer({ min: 0 })),
  }),
}))();

const PREFIX = 'store-';

/**
 * Brings the sessions of a store into the pool, so that Claude Code resumes them there with plain `--resume`.
 *
 * It only adds: a file that the pool lacks, or what the store has beyond one that it begins with, at the end of that. A
 * file that differs is reported and left, and so is a running session. Every byte is checked against the digest of the
 * store before it gets its name.
 *
 * @param store - The store.
 * @param options - `required`: where the pool is. `accountHomes`: whose running sessions are left alone. `sessionIds`,
 * `projectKeys`: which sessions, and under which keys.
 * @returns How it ended; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example Get the sessions of other machines
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { exportFromStore } from 'claude-shared-state/store';
 * import { postgresStore } from 'claude-shared-state/store/postgres';
 *
 * // In place of new Pool() of pg.
 * const query = async (sql: string) => ({
 *   rows: sql.includes('format FROM') ? [{ format: 1 }] : [],
 * });
 * const { fs } = memfs({ '/me/.claude-projects-shared': null });
 * const options = { required: requiredSharedUnder('/me'), fs };
 * const report = await exportFromStore(postgresStore({ query }), options);
 * assert.deepEqual([report.outcome, report.bytes], ['done', 0]);
 * ```
 */
export async function exportFromStore(
  store: SharedStore,
  options: ExportOptions = {},
): Promise<TransferReport> {
  const checked = check('exportFromStore', schema, { store, options });
  const { fs: given, required, accountHomes = [], random = Math.random, pid } = checked.options;
  const { processInspector = defaultInspector(given) } = checked.options;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = new Transfer(checked.options, await poolOf(fs, required));
  return await transfer.run(async () => {
    await transfer.engine(() => checked.store.requireFormat());
    const state = stateDirectoryOf(transfer.projects);
    await makeDurableDirectories(fs, incomingIn(state));
    const self = { processInspector, pid, random };
    const worked = await withLocks(fs, [lockIn(state)], self, async () => {
      const live = new Set<string>();
      if (accountHomes.length > 0) {
        const options = { processInspector, ...(given === undefined ? {} : { fs: given }) };
        const { sessions } = await findLiveSessions(accountHomes, options);
        for (const { sessionId } of sessions) live.add(sessionId);
      }
      await new Pull(fs, checked.store, transfer, live, incomingIn(state), random).all();
    });
    if (!worked.ok) transfer.problem(worked.problem);
  });
}

class Pull {
  readonly #fs: MigrateFs;
  readonly #store: SharedStore;
  readonly #transfer: Transfer;
  readonly #live: ReadonlySet<string>;
  readonly #incoming: string;
  readonly #random: () => number;
  /** The project keys under which the pool has each session. */
  readonly #projectKeys = new Map<string, Set<string>>();
  /** Directories with names that are not durable yet. */
  readonly #written = new Set<string>();

  constructor(
    fs: MigrateFs,
    store: SharedStore,
    transfer: Transfer,
    live: ReadonlySet<string>,
    incoming: string,
    random: () => number,
  ) {
    this.#fs = fs;
    this.#store = store;
    this.#transfer = transfer;
    this.#live = live;
    this.#incoming = incoming;
    this.#random = random;
  }

  async all(): Promise<void> {
    const transfer = this.#transfer;
    // Of calls that were killed; the lock is held, so nobody else writes there.
    const left = await listDirectory(this.#fs, this.#incoming);
    for (const { name } of left.ok ? left.value : []) {
      if (name.startsWith(PREFIX)) await removeName(this.#fs, join(this.#incoming, name));
    }
    for (const file of await listPool(this.#fs, transfer.projects, transfer.isWanted)) {
      if (file.file === '') this.#keysOf(file.sessionId).add(file.projectKey);
    }
    const { log } = this.#store;
    for (const projectKey of await transfer.engine(() => log.listProjects())) {
      const listed = await transfer.engine(() => log.list(projectKey));
      const wanted = listed.filter(({ sessionId }) => transfer.isWanted(sessionId));
      transfer.expect(wanted.length);
      await mapLimit(
        // The transcript last: a session whose sub-agents are missing is not resumed as if it had none.
        wanted.toSorted((one, other) => Number(one.file === '') - Number(other.file === '')),
        (file) => transfer.file(() => this.#pull({ projectKey, ...file }, file)),
        FILES_AT_ONCE,
      );
    }
    await mapLimit([...this.#written], (directory) => syncDirectory(this.#fs, directory));
  }

  #keysOf(sessionId: string): Set<string> {
    const keys = this.#projectKeys.get(sessionId) ?? new Set();
    this.#projectKeys.set(sessionId, keys);
    return keys;
  }

  async #pull(key: LogKey, listed: ListedFile): Promise<FileOutcome> {
    const transfer = this.#transfer;
    const { sessionId, file } = key;
    const local: LogKey = { projectKey: transfer.keyInPool(key.projectKey), sessionId, file };
    const path = isPlain(local) ? pathIn(transfer.projects, local) : transfer.projects;
    const fields: OfFile = { ...local, path };
    const skip = (reason: 'unusual-name' | 'not-a-file' | 'other-project'): FileOutcome => {
      transfer.problem(storeProblem('not-transferable', { ...fields, reason }));
      return 'skipped';
    };
    if (!isPlain(local)) return skip('unusual-name');
    const others = this.#projectKeys.get(sessionId);
    if (others !== undefined && !others.has(local.projectKey)) return skip('other-project');
    const info = await lstatOrUndefined(this.#fs, path);
    const head = listed.head ?? (await this.#headOf(key));
    // Deleted meanwhile.
    if (head === undefined) return 'unchanged';
    if (file === '' && head.isForked) {
      transfer.problem(storeProblem('session-forked', { ...fields, writers: head.writers }));
    }
    if (info === undefined) {
      const created = await this.#create(key, path);
      if (created === 'created' && file === '') this.#keysOf(sessionId).add(local.projectKey);
      if (created === 'created') return 'transferred';
      if (created === 'exists') return await this.#pull(key, listed);
      transfer.problem(storeProblem('store-damaged', fields));
      return 'skipped';
    }
    if (info.kind !== 'file') return skip('not-a-file');
    const outcome = await this.#meet(key, { ...local, path, info }, head);
    if (outcome === 'diverged') transfer.problem(storeProblem('session-diverged', fields));
    return outcome;
  }

  async #headOf(key: LogKey): Promise<Head | undefined> {
    return (await this.#transfer.engine(() => this.#store.log.head(key)))?.head;
  }

  /** Writes a file that the pool does not have. */
  async #create(key: LogKey, path: string): Promise<'created' | 'exists' | 'damaged'> {
    const fs = this.#fs;
    const temporary = join(this.#incoming, PREFIX + nonceFrom(this.#random));
    try {
      const isWhole = await withHandle(
        temporary,
        fs.open(temporary, OPEN.create, 0o600),
        async (handle) => {
          const isRead = await this.#download(key, 0, async (body) => {
            await writeFully(handle, body, temporary);
          });
          await syncHandle(handle, temporary);
          return isRead !== undefined;
        },
      );
      if (!isWhole) return 'damaged';
      await makeDurableDirectories(fs, dirname(path));
      // It can't take a name that somebody else has, as a rename could.
      const linked = await tolerate(['EEXIST'], path, fs.link(temporary, path));
      this.#written.add(dirname(path));
      return failedWith(linked, 'EEXIST') ? 'exists' : 'created';
    } finally {
      await removeName(fs, temporary);
    }
  }

  /**
   * Reads what is stored, from an offset on, and checks it: `undefined` if it is not what was stored.
   *
   * @returns The digest of what is before the offset.
   */
  async #download(
    key: LogKey,
    from: number,
    use: (body: Uint8Array) => Promise<void>,
  ): Promise<string | undefined> {
    const { log } = this.#store;
    const transfer = this.#transfer;
    const there = await transfer.engine(() => log.head(key));
    if (there === undefined) return undefined;
    const hash = createHash('sha256');
    let [chunks, size] = [0, 0];
    let before: string | undefined = from === 0 ? hash.copy().digest('hex') : undefined;
    // A connection that breaks in the middle is continued at the chunk where it broke.
    await transfer.engine(async () => {
      for await (const body of log.read(key, chunks)) {
        transfer.stopIfAborted();
        const rest = Math.min(body.length, Math.max(0, from - size));
        hash.update(body.subarray(0, rest));
        if (before === undefined && size + body.length >= from) before = hash.copy().digest('hex');
        hash.update(body.subarray(rest));
        if (body.length > rest) await use(body.subarray(rest));
        transfer.addBytes(body.length - rest);
        size += body.length;
        chunks += 1;
        // What was added meanwhile is for the next time.
        if (chunks === there.chunks) break;
      }
    });
    return hash.digest('hex') === there.head.sha256 ? before : undefined;
  }

  /** Brings what the store has to a file that the pool has. */
  async #meet(key: LogKey, file: PoolFile & { info: FileInfo }, head: Head): Promise<FileOutcome> {
    const { path } = file;
    const met = await withFile(this.#fs, path, OPEN.read, async (handle, info) => {
      if (info.size === head.size) {
        return (await endsLike(handle, path, head.size, head.tail)) ? 'unchanged' : 'diverged';
      }
      const length = Math.min(info.size, head.size);
      const own = (await hashOf(handle, path, length)).digest('hex');
      if (info.size > head.size) return own === head.sha256 ? 'behind' : 'diverged';
      return { info, own };
    });
    if (met === undefined) return 'skipped';
    if (typeof met === 'string') return met;
    if (this.#live.has(file.sessionId)) {
      this.#transfer.problem(storeProblem('transcript-in-use', { ...key, path }));
      return 'skipped';
    }
    return await this.#extend(key, path, met.info, met.own);
  }

  /** Adds what the store has beyond a file, at its end. */
  async #extend(key: LogKey, path: string, info: FileInfo, own: string): Promise<FileOutcome> {
    const rest: Uint8Array[] = [];
    const before = await this.#download(key, info.size, async (body) => {
      rest.push(body);
    });
    if (before !== own) return 'diverged';
    const isAdded = await withFile(this.#fs, path, OPEN.append, async (handle, now) => {
      // Somebody writes to it after all.
      if (!isUnchanged(now, info)) return false;
      for (const body of rest) await writeFully(handle, body, path);
      await syncHandle(handle, path);
      return true;
    });
    if (isAdded === true) return 'transferred';
    throw new CallError(path, { code: 'EBUSY' });
  }
}

/** Whether a key that comes from a store names one file below the pool, and nothing else. */
function isPlain({ projectKey, sessionId, file }: LogKey): boolean {
  const segments = [projectKey, ...(file === '' ? [] : file.split('/'))];
  return (
    isValidResumeUUID(sessionId) &&
    segments.every((segment) => !/^\.{0,2}$|[/\\\0]/.test(segment) && segment.length < 255)
  );
}
