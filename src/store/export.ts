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
import { CallError, tolerate, valueOf } from '../core/result.ts';
import { isUnchanged } from '../fs/file-info.ts';
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
import { defaultInspector, processInspectorKind } from '../sessions/option-kinds.ts';
import { isValidResumeUUID } from '../sessions/resume-uuid.ts';
import { compare, digestsOf, readStored } from './compare.ts';
import type { ListedFile, LogKey, StoredFile } from './log.ts';
import { listPool, OpenFile } from './pool.ts';
import { type OfFile, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';
import {
  type FileOutcome,
  liveSessionIds,
  storeKind,
  type TransferOptions,
  transferOf,
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
 * import { exportFromStore, type SharedStore } from 'claude-shared-state/store';
 *
 * export async function pull(store: SharedStore, accountHomes: readonly string[]) {
 *   const { ok, bytes, problems } = await exportFromStore(store, { accountHomes });
 *   return ok ? `${bytes} bytes pulled` : problems.map(({ message }) => message).join('; ');
 * }
 * ```
 */
export async function exportFromStore(
  store: SharedStore,
  options: ExportOptions = {},
): Promise<TransferReport> {
  const checked = check('exportFromStore', schema, { store, options });
  const { fs: given, accountHomes = [], random = Math.random, pid } = checked.options;
  const { processInspector = defaultInspector(given) } = checked.options;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = await transferOf(fs, checked);
  const state = stateDirectoryOf(transfer.projects);
  const incoming = incomingIn(state);
  /** The sessions of the pool, by their ids and by their directories. */
  const pooled = new Set<string>();
  /** Directories with names that are not durable yet. */
  const written = new Set<string>();
  let live: ReadonlySet<string> = new Set();

  async function pullAll(): Promise<void> {
    if (accountHomes.length > 0) live = await liveSessionIds(accountHomes, processInspector, given);
    // Of calls that were killed; the lock is held, so nobody else writes there.
    for (const { name } of valueOf(incoming, await listDirectory(fs, incoming))) {
      if (name.startsWith(PREFIX)) await removeName(fs, join(incoming, name));
    }
    for (const file of await listPool(fs, transfer.projects, transfer.isWanted)) {
      if (file.file === '') addSession(file);
    }
    for await (const { files } of transfer.storedFiles()) {
      // Transcripts last: a session whose sub-agents are missing is not resumed as if it had none.
      for (const isTranscript of [false, true]) {
        const some = files.filter(({ file }) => (file === '') === isTranscript);
        await transfer.each(some, pull);
      }
    }
    await mapLimit([...written], (directory) => syncDirectory(fs, directory));
  }

  function addSession({ projectKey, sessionId }: LogKey): void {
    pooled.add(sessionId).add(join(projectKey, sessionId));
  }

  async function pull(key: ListedFile & LogKey): Promise<FileOutcome> {
    const file = transfer.inPool(key);
    const { projectKey, sessionId, path } = file;
    if (!isPlain(file)) return skipped({ ...file, path: transfer.projects }, 'unusual-name');
    const isElsewhere = pooled.has(sessionId) && !pooled.has(join(projectKey, sessionId));
    if (isElsewhere) return skipped(file, 'other-project');
    const info = await lstatOrUndefined(fs, path);
    if (info !== undefined && info.kind !== 'file') return skipped(file, 'not-a-file');
    // What has the size that was listed needs no other call.
    const stored =
      key.head !== undefined && key.size === info?.size
        ? { chunks: 0, head: key.head }
        : await transfer.engine(() => transfer.log.head(key));
    // Deleted meanwhile.
    if (stored === undefined) return 'unchanged';
    const outcome = await (info === undefined ? create : extend)(key, file, stored);
    if (outcome === undefined) return await pull(key);
    transfer.tellFork(file, stored.head);
    return outcome;
  }

  /** Writes a file that the pool does not have; `undefined` if something has changed meanwhile. */
  async function create(
    key: LogKey,
    file: OfFile,
    stored: StoredFile,
  ): Promise<FileOutcome | undefined> {
    const { path } = file;
    const temporary = join(incoming, PREFIX + nonceFrom(random));
    try {
      const opening = fs.open(temporary, OPEN.create, 0o600);
      const { sha256 } = await withHandle(temporary, opening, async (handle) => {
        const digests = await digestsOf(
          readStored(transfer, key, stored.chunks),
          0,
          async (body) => {
            await writeFully(handle, body, temporary);
            transfer.addBytes(body.length);
          },
        );
        await syncHandle(handle, temporary);
        return digests;
      });
      if (sha256 !== stored.head.sha256) {
        const isDamaged = await transfer.isAsBefore(key, stored);
        return isDamaged ? storeProblem('store-damaged', file) : undefined;
      }
      await makeDurableDirectories(fs, dirname(path));
      // It can't take a name that somebody else has, as a rename could.
      const linked = await tolerate(['EEXIST'], path, fs.link(temporary, path));
      if (!linked.ok) return undefined;
      written.add(dirname(path));
      if (file.file === '') addSession(file);
      return 'transferred';
    } finally {
      await removeName(fs, temporary);
    }
  }

  /** Adds to a file that the pool has what the store has beyond it. */
  async function extend(key: LogKey, file: OfFile, stored: StoredFile): Promise<FileOutcome> {
    const { path, sessionId } = file;
    const rest: Uint8Array[] = [];
    const compared = await withFile(fs, path, OPEN.read, async (handle, info) => {
      const open = new OpenFile(handle, path, info.size);
      const { kind } = await compare(transfer, key, stored, open, async (body) => {
        rest.push(body);
      });
      return { info, kind };
    });
    // Deleted meanwhile.
    if (compared === undefined) return 'skipped';
    const { info, kind } = compared;
    if (kind === 'unchanged') return kind;
    if (kind === 'pool-longer') return 'behind';
    if (kind === 'diverged') return storeProblem('session-diverged', file);
    if (live.has(sessionId)) return storeProblem('transcript-in-use', file);
    await withFile(fs, path, OPEN.append, async (handle, now) => {
      // Somebody writes to it after all.
      if (!isUnchanged(now, info)) throw new CallError(path, { code: 'EBUSY' });
      for (const body of rest) {
        await writeFully(handle, body, path);
        transfer.addBytes(body.length);
      }
      await syncHandle(handle, path);
    });
    return 'transferred';
  }

  return await transfer.run(async () => {
    await makeDurableDirectories(fs, incoming);
    const self = { processInspector, pid, random };
    const worked = await withLocks(fs, [lockIn(state)], self, pullAll);
    if (!worked.ok) transfer.problem(worked.problem);
  });
}

function skipped(file: OfFile, reason: 'unusual-name' | 'not-a-file' | 'other-project') {
  return storeProblem('not-transferable', { ...file, reason });
}

/** Whether a key that comes from a store names one file below the pool, and nothing else. */
function isPlain({ projectKey, sessionId, file }: LogKey): boolean {
  const segments = [projectKey, ...(file === '' ? [] : file.split('/'))];
  return (
    isValidResumeUUID(sessionId) &&
    segments.every((segment) => !/^\.{0,2}$|[/\\\0]/.test(segment) && segment.length < 255)
  );
}
