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
import { compare, readStored, type StoredFile } from './compare.ts';
import type { ListedFile, LogKey } from './log.ts';
import { listPool, pathIn } from './pool.ts';
import { type OfFile, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';
import {
  type FileOutcome,
  FILES_AT_ONCE,
  liveSessionIds,
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
  const { fs: given, required, accountHomes = [], random = Math.random, pid } = checked.options;
  const { processInspector = defaultInspector(given) } = checked.options;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = new Transfer(checked.store, checked.options, await poolOf(fs, required));
  const { log } = transfer;
  const state = stateDirectoryOf(transfer.projects);
  const incoming = incomingIn(state);
  /** The project keys under which the pool has each session. */
  const projectKeys = new Map<string, Set<string>>();
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
      if (file.file === '') keysOf(file.sessionId).add(file.projectKey);
    }
    for (const projectKey of await transfer.engine(() => log.listProjects())) {
      const listed = await transfer.engine(() => log.list(projectKey));
      const wanted = listed.filter(({ sessionId }) => transfer.isWanted(sessionId));
      transfer.expect(wanted.length);
      await mapLimit(
        // The transcript last: a session whose sub-agents are missing is not resumed as if it had none.
        wanted.toSorted((one, other) => Number(one.file === '') - Number(other.file === '')),
        (listed) => transfer.file(() => pull(projectKey, listed)),
        FILES_AT_ONCE,
      );
    }
    await mapLimit([...written], (directory) => syncDirectory(fs, directory));
  }

  function keysOf(sessionId: string): Set<string> {
    const keys = projectKeys.get(sessionId) ?? new Set();
    projectKeys.set(sessionId, keys);
    return keys;
  }

  async function pull(projectKey: string, listed: ListedFile): Promise<FileOutcome> {
    const { sessionId, file } = listed;
    const key: LogKey = { projectKey, sessionId, file };
    const local = transfer.inPool(key);
    const path = isPlain(local) ? pathIn(transfer.projects, local) : transfer.projects;
    const fields: OfFile = { ...local, path };
    const skip = (reason: 'unusual-name' | 'not-a-file' | 'other-project'): FileOutcome => {
      transfer.problem(storeProblem('not-transferable', { ...fields, reason }));
      return 'skipped';
    };
    if (!isPlain(local)) return skip('unusual-name');
    const keys = keysOf(sessionId);
    if (keys.size > 0 && !keys.has(local.projectKey)) return skip('other-project');
    const info = await lstatOrUndefined(fs, path);
    if (info !== undefined && info.kind !== 'file') return skip('not-a-file');
    // What has the size that was listed needs no other call.
    const stored =
      listed.head !== undefined && listed.size === info?.size
        ? { chunks: 0, head: listed.head }
        : await transfer.engine(() => log.head(key));
    // Deleted meanwhile.
    if (stored === undefined) return 'unchanged';
    if (file === '' && stored.head.isForked) {
      const { writers } = stored.head;
      transfer.problem(storeProblem('session-forked', { ...fields, writers }));
    }
    const outcome =
      info === undefined ? await create(key, path, stored) : await meet(key, path, stored);
    // Its name is taken by now.
    if (outcome === 'exists') return await pull(projectKey, listed);
    if (outcome === 'damaged') transfer.problem(storeProblem('store-damaged', fields));
    if (outcome === 'diverged') transfer.problem(storeProblem('session-diverged', fields));
    if (outcome === 'in-use') transfer.problem(storeProblem('transcript-in-use', fields));
    return outcome === 'damaged' || outcome === 'in-use' ? 'skipped' : outcome;
  }

  /** Writes a file that the pool does not have. */
  async function create(key: LogKey, path: string, { chunks, head }: StoredFile) {
    const temporary = join(incoming, PREFIX + nonceFrom(random));
    try {
      const opening = fs.open(temporary, OPEN.create, 0o600);
      const digest = await withHandle(temporary, opening, async (handle) => {
        const { sha256 } = await readStored(transfer, key, chunks, 0, async (body) => {
          await writeFully(handle, body, temporary);
          transfer.addBytes(body.length);
        });
        await syncHandle(handle, temporary);
        return sha256;
      });
      if (digest !== head.sha256) return 'damaged';
      await makeDurableDirectories(fs, dirname(path));
      // It can't take a name that somebody else has, as a rename could.
      const linked = await tolerate(['EEXIST'], path, fs.link(temporary, path));
      if (!linked.ok) return 'exists';
      written.add(dirname(path));
      if (key.file === '') keysOf(key.sessionId).add(transfer.inPool(key).projectKey);
      return 'transferred';
    } finally {
      await removeName(fs, temporary);
    }
  }

  /** Adds to a file that the pool has what the store has beyond it. */
  async function meet(key: LogKey, path: string, stored: StoredFile) {
    const rest: Uint8Array[] = [];
    const compared = await withFile(fs, path, OPEN.read, async (handle, info) => {
      const open = { handle, path, size: info.size };
      const { kind } = await compare(transfer, key, stored, open, async (body) => {
        rest.push(body);
      });
      return { info, kind };
    });
    // Deleted meanwhile.
    if (compared === undefined) return 'skipped';
    const { info, kind } = compared;
    if (kind === 'equal') return 'unchanged';
    if (kind === 'pool-longer') return 'behind';
    if (kind === 'diverged') return 'diverged';
    if (live.has(key.sessionId)) return 'in-use';
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

/** Whether a key that comes from a store names one file below the pool, and nothing else. */
function isPlain({ projectKey, sessionId, file }: LogKey): boolean {
  const segments = [projectKey, ...(file === '' ? [] : file.split('/'))];
  return (
    isValidResumeUUID(sessionId) &&
    segments.every((segment) => !/^\.{0,2}$|[/\\\0]/.test(segment) && segment.length < 255)
  );
}
