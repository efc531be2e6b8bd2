import { createHash } from 'node:crypto';
import {
  check,
  flag,
  integer,
  optional,
  options as optionsOf,
  port,
  somePaths,
} from '../core/options.ts';
import { mapLimit } from '../core/map-limit.ts';
import { type FileInfo, isSameFile, isUnchanged } from '../fs/file-info.ts';
import { OPEN, withFile } from '../fs/io.ts';
import {
  type MigrateReadFs,
  type MigrateReadHandle,
  migrateReadPort,
  realMigrateDisk,
} from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import { findLiveSessions } from '../sessions/live-sessions.ts';
import { defaultInspector, processInspectorKind } from '../sessions/option-kinds.ts';
import type { ListedFile, LogKey } from './log.ts';
import {
  endsLike,
  hashOf,
  isLog,
  LineTooLong,
  listPool,
  type PoolFile,
  wholeLines,
} from './pool.ts';
import { storeProblem } from './problems.ts';
import { type Content, nothing, type SharedStore } from './session-store.ts';
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

/** What `syncToStore` accepts. */
export interface SyncOptions extends TransferOptions {
  /** The file system to read; the real disk by default. */
  readonly fs?: FsLike<MigrateReadFs> | undefined;
  /** Whether to delete sessions that the pool no longer has, if nobody but a store with this one's `writer` wrote to them. */
  readonly prune?: boolean | undefined;
  /** Account homes whose running sessions are followed until `signal` stops the call. */
  readonly follow?: readonly string[] | undefined;
  /** How often running sessions are looked at, in milliseconds; 300 by default. */
  readonly intervalMs?: number | undefined;
  /** Tells which sessions run: those of this machine by default, or none with an injected `fs`. */
  readonly processInspector?: ProcessInspector | undefined;
}

/** How a sync ended. */
export interface SyncReport extends TransferReport {
  /** Sessions that were deleted from the store. */
  readonly pruned: number;
}

const schema = /* @__PURE__ */ (() => ({
  store: storeKind,
  options: optionsOf<SyncOptions>({
    ...transferOptions,
    fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
    prune: optional(flag),
    follow: optional(somePaths),
    intervalMs: optional(integer({ min: 1, of: 'milliseconds' })),
    processInspector: optional(processInspectorKind),
  }),
}))();

/** After so many looks at the running sessions everything is looked at again. */
const ROUNDS = 100;

/**
 * Brings all sessions of the pool into a store, with their sub-agents and tool results.
 *
 * Only what the store lacks: what it has is its own cursor, so a call that was killed is completed by the next one. Of a
 * running session it never takes half a line. A transcript that the store has another continuation of is reported and
 * left. What Claude Code deletes from the pool stays in the store.
 *
 * @param store - The store; call its `prepare` once before.
 * @param options - `required`: where the pool is. `sessionIds`, `projectKeys`: which sessions, under which keys. `prune`:
 * delete from the store what is gone from the pool. `follow`: account homes to follow until `signal`.
 * @returns How it ended; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example Bring everything to PostgreSQL
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { syncToStore } from 'claude-shared-state/store';
 * import { postgresStore } from 'claude-shared-state/store/postgres';
 *
 * // In place of new Pool() of pg.
 * const query = async (sql: string) => ({
 *   rows: sql.includes('format FROM') ? [{ format: 1 }] : [],
 * });
 * const { fs } = memfs({ '/me/.claude-projects-shared': null });
 * const options = { required: requiredSharedUnder('/me'), fs };
 * const report = await syncToStore(postgresStore({ query }), options);
 * assert.deepEqual([report.outcome, report.bytes], ['done', 0]);
 * ```
 */
export async function syncToStore(
  store: SharedStore,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const checked = check('syncToStore', schema, { store, options });
  const { fs: given, required, follow, prune = false, intervalMs = 300 } = checked.options;
  const { processInspector = defaultInspector(given) } = checked.options;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = new Transfer(checked.options, await poolOf(fs, required));
  const push = new Push(fs, checked.store, transfer);
  let pruned = 0;
  const report = await transfer.run(async () => {
    await push.all(transfer.isWanted);
    if (prune) pruned = await push.prune();
    if (follow === undefined) return;
    let before: ReadonlySet<string> = new Set();
    for (let round = 1; ; round += 1) {
      await transfer.sleep(intervalMs);
      transfer.stopIfAborted();
      const { sessions } = await findLiveSessions(follow, {
        processInspector,
        ...(given === undefined ? {} : { fs: given }),
      });
      const now = new Set(sessions.map(({ sessionId }): string => sessionId));
      // Those that have just ended, too: for what they wrote last.
      const wanted = new Set([...before, ...now]);
      const isWanted = (id: string) =>
        transfer.isWanted(id) && (round % ROUNDS === 0 || wanted.has(id));
      if (wanted.size > 0 || round % ROUNDS === 0) await push.all(isWanted);
      before = now;
    }
  });
  return { ...report, pruned };
}

/** What this process knows to be in the store. */
interface Synced {
  readonly info: FileInfo;
  readonly content: Content | undefined;
}

class Push {
  readonly #fs: MigrateReadFs;
  readonly #store: SharedStore;
  readonly #transfer: Transfer;
  /** By path: what has not changed since is not looked at again. */
  readonly #synced = new Map<string, Synced>();

  constructor(fs: MigrateReadFs, store: SharedStore, transfer: Transfer) {
    this.#fs = fs;
    this.#store = store;
    this.#transfer = transfer;
  }

  /** Pushes every file that has changed since the last time. */
  async all(isWanted: (sessionId: string) => boolean): Promise<void> {
    const transfer = this.#transfer;
    const found = await listPool(this.#fs, transfer.projects, isWanted);
    const changed = found.filter(({ path, info }) => {
      const before = this.#synced.get(path);
      return info === undefined || before === undefined || !isUnchanged(info, before.info);
    });
    if (changed.length === 0) return;
    const listed = await this.#listedFor(changed);
    transfer.expect(changed.length);
    await mapLimit(
      changed,
      (file) => transfer.file(() => this.#push(file, listed.get(nameOf(this.#keyOf(file))))),
      FILES_AT_ONCE,
    );
  }

  /** Deletes the sessions of which the pool has nothing, and that nobody else wrote to. */
  async prune(): Promise<number> {
    const transfer = this.#transfer;
    const { log, writer } = this.#store;
    const found = await listPool(this.#fs, transfer.projects, () => true);
    // By the id alone: a session that moved to another project is not gone.
    const local = new Set(found.map(({ sessionId }) => sessionId));
    let pruned = 0;
    for (const projectKey of await transfer.engine(() => log.listProjects())) {
      const listed = await transfer.engine(() => log.list(projectKey));
      for (const sessionId of new Set(listed.map((file) => file.sessionId))) {
        if (local.has(sessionId) || !transfer.isWanted(sessionId)) continue;
        transfer.stopIfAborted();
        const files = listed.filter((file) => file.sessionId === sessionId);
        const heads = await mapLimit(files, (file) =>
          transfer.engine(() => log.head({ projectKey, ...file })),
        );
        const writers = heads.flatMap((there) => there?.head.writers ?? []);
        if (writers.some((other) => other !== writer)) continue;
        await transfer.engine(() => this.#store.delete({ projectKey, sessionId }));
        pruned += 1;
      }
    }
    return pruned;
  }

  #keyOf({ projectKey, sessionId, file }: PoolFile): LogKey {
    return { projectKey: this.#transfer.keyInStore(projectKey), sessionId, file };
  }

  /** What the store has of the projects, or sessions, of some files. */
  async #listedFor(files: readonly PoolFile[]): Promise<ReadonlyMap<string, ListedFile>> {
    const { log } = this.#store;
    const unknown = files.filter(({ path }) => this.#synced.get(path)?.content === undefined);
    const sessions = new Map(unknown.map((file) => [file.sessionId, this.#keyOf(file)]));
    const projects = new Set(unknown.map((file) => this.#keyOf(file).projectKey));
    const requests: readonly (readonly [string, string?])[] =
      sessions.size < projects.size + FILES_AT_ONCE
        ? [...sessions.values()].map(({ projectKey, sessionId }) => [projectKey, sessionId])
        : [...projects].map((projectKey) => [projectKey]);
    const listed = new Map<string, ListedFile>();
    await mapLimit(requests, async ([projectKey, sessionId]) => {
      for (const file of await this.#transfer.engine(async () => {
        await this.#store.requireFormat();
        return await log.list(projectKey, sessionId);
      })) {
        listed.set(nameOf({ projectKey, ...file }), file);
      }
    });
    return listed;
  }

  async #push(file: PoolFile, listed: ListedFile | undefined): Promise<FileOutcome> {
    const transfer = this.#transfer;
    const key = this.#keyOf(file);
    const skip = (reason: 'not-a-file' | 'unusual-name' | 'line-too-long'): FileOutcome => {
      transfer.problem(storeProblem('not-transferable', { ...file, reason }));
      return 'skipped';
    };
    if (file.info === undefined) return skip('unusual-name');
    if (file.info.kind !== 'file') return skip('not-a-file');
    const opened = await withFile(this.#fs, file.path, OPEN.read, async (handle, info) => {
      try {
        return { info, ...(await this.#pushOpen(file, key, handle, info, listed)) };
      } catch (error) {
        if (error instanceof LineTooLong) return { info, outcome: skip('line-too-long') };
        throw error;
      }
    });
    // Gone meanwhile.
    if (opened === undefined) return 'unchanged';
    const { info, outcome } = opened;
    const content = 'content' in opened ? opened.content : undefined;
    this.#synced.set(file.path, { info, content });
    if (outcome === 'diverged') {
      transfer.problem(storeProblem('session-diverged', fieldsOf(file)));
    }
    return outcome;
  }

  async #pushOpen(
    file: PoolFile,
    key: LogKey,
    handle: MigrateReadHandle,
    info: FileInfo,
    listed: ListedFile | undefined,
  ): Promise<{ readonly outcome: FileOutcome; readonly content?: Content }> {
    const before = this.#synced.get(file.path);
    const known =
      before?.content?.head !== undefined &&
      isSameFile(info, before.info) &&
      info.size >= before.content.head.size &&
      (await endsLike(handle, file.path, before.content.head.size, before.content.head.tail))
        ? before.content
        : undefined;
    const continued = known && (await this.#append(file, key, handle, info, known));
    if (continued !== undefined) return continued;
    // Others may have written to it meanwhile, so the second look is at what is there now.
    const first = await this.#compare(
      file,
      key,
      handle,
      info,
      known ? await this.#now(key) : listed,
    );
    return (
      first ??
      (await this.#compare(file, key, handle, info, await this.#now(key))) ?? {
        outcome: 'diverged',
      }
    );
  }

  async #now(key: LogKey): Promise<ListedFile | undefined> {
    const there = await this.#transfer.engine(() => this.#store.log.head(key));
    return there && { ...key, size: there.head.size, updatedAt: 0, head: there.head };
  }

  /** Compares a file with what the store has, and pushes the rest; `undefined` if others wrote to it meanwhile. */
  async #compare(
    file: PoolFile,
    key: LogKey,
    handle: MigrateReadHandle,
    info: FileInfo,
    listed: ListedFile | undefined,
  ): Promise<{ readonly outcome: FileOutcome; readonly content?: Content } | undefined> {
    const transfer = this.#transfer;
    const { path } = file;
    if (listed === undefined) return await this.#append(file, key, handle, info, nothing());
    const { size, head } = listed;
    if (size === info.size && head !== undefined) {
      const isEqual = await endsLike(handle, path, size, head.tail);
      return { outcome: isEqual ? 'unchanged' : 'diverged' };
    }
    if (size === info.size) return { outcome: 'unchanged' };
    if (size > info.size) {
      return { outcome: (await this.#isBehind(file, key, handle, info)) ? 'behind' : 'diverged' };
    }
    // Half a line more than what is stored is nothing new.
    const [next] = await take(wholeLines(handle, file, size, info.size));
    if (next === undefined) return { outcome: 'unchanged' };
    const there = await transfer.engine(() => this.#store.log.head(key));
    if (there?.head.size !== size) return undefined;
    const hash = await hashOf(handle, path, size);
    if (hash.copy().digest('hex') !== there.head.sha256) return { outcome: 'diverged' };
    return await this.#append(file, key, handle, info, { ...there, hash });
  }

  /** Pushes what a file has beyond what is stored; `undefined` if others wrote to it meanwhile. */
  async #append(
    file: PoolFile,
    key: LogKey,
    handle: MigrateReadHandle,
    info: FileInfo,
    from: Content,
  ): Promise<{ readonly outcome: FileOutcome; readonly content: Content } | undefined> {
    const transfer = this.#transfer;
    const { log } = this.#store;
    const start = from.head?.size ?? 0;
    let content = from;
    const write = async (body: Uint8Array) => {
      const written = await transfer.engine(async (): Promise<Content | undefined> => {
        const done = await this.#store.appendBytes(key, content, body);
        if (done !== undefined) return done;
        // An earlier try may have taken effect, although its answer was lost.
        const there = await log.head(key);
        const hash = content.hash.copy().update(body);
        const isOurs = there?.head.sha256 === hash.copy().digest('hex');
        return there !== undefined && isOurs ? { ...there, hash } : undefined;
      });
      if (written === undefined) return false;
      content = written;
      transfer.addBytes(body.length);
      return true;
    };
    for await (const body of wholeLines(handle, file, start, info.size)) {
      transfer.stopIfAborted();
      if (!(await write(body))) return undefined;
    }
    // An empty file is a file, too; an empty transcript has nothing to resume.
    const isEmptyFile = info.size === 0 && content.chunks === 0 && !isLog(file);
    if (isEmptyFile && !(await write(new Uint8Array()))) return undefined;
    return { outcome: content === from ? 'unchanged' : 'transferred', content };
  }

  /** Whether the store begins with all whole lines of the file. */
  async #isBehind(
    file: PoolFile,
    key: LogKey,
    handle: MigrateReadHandle,
    info: FileInfo,
  ): Promise<boolean> {
    const own = createHash('sha256');
    let length = 0;
    for await (const body of wholeLines(handle, file, 0, info.size)) {
      own.update(body);
      length += body.length;
    }
    const stored = await this.#transfer.engine(() => beginning(this.#store, key, length));
    return stored === own.digest('hex');
  }
}

/** The digest of the first bytes that are stored. */
async function beginning(store: SharedStore, key: LogKey, length: number): Promise<string> {
  const hash = createHash('sha256');
  let left = length;
  for await (const body of store.log.read(key, 0)) {
    hash.update(body.subarray(0, left));
    left -= body.length;
    if (left <= 0) break;
  }
  return hash.digest('hex');
}

async function take(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  for await (const piece of pieces) return [piece];
  return [];
}

function nameOf({ projectKey, sessionId, file }: LogKey): string {
  return JSON.stringify([projectKey, sessionId, file]);
}

/** What a problem says of a file. */
function fieldsOf({ path, projectKey, sessionId, file }: PoolFile) {
  return { path, projectKey, sessionId, file };
}
