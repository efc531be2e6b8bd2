import { check, flag, optional, options as optionsOf, somePaths } from '../core/options.ts';
import { mapLimit } from '../core/map-limit.ts';
import { type FileInfo, isUnchanged } from '../fs/file-info.ts';
import { realMigrateDisk } from '../fs/migrate-fs.ts';
import { promisesOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import { defaultInspector, processInspectorKind } from '../sessions/option-kinds.ts';
import { compare } from './compare.ts';
import { type ListedFile, nameOf } from './log.ts';
import { listPool, type OpenFile, type PoolFile, wholeLines, withWholeLines } from './pool.ts';
import { storeProblem } from './problems.ts';
import type { Content, SharedStore } from './session-store.ts';
import {
  type FileOutcome,
  liveSessionIds,
  storeKind,
  type TransferOptions,
  transferOf,
  transferOptions,
  type TransferReport,
} from './transfer.ts';

/** What `syncToStore` accepts. */
export interface SyncOptions extends TransferOptions {
  /** Whether to delete sessions that the pool no longer has, if nobody but a store with this one's `writer` wrote to them. */
  readonly prune?: boolean | undefined;
  /** Account homes whose running sessions are followed until `signal` stops the call. */
  readonly follow?: readonly string[] | undefined;
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
    prune: optional(flag),
    follow: optional(somePaths),
    processInspector: optional(processInspectorKind),
  }),
}))();

/** How often running sessions are looked at. */
const INTERVAL_MS = 300;
/** After so many looks at the running sessions everything is looked at again. */
const ROUNDS = 100;
/** So few files are asked for one by one. */
const MAX_UNLISTED = 4;

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
 * import { type SharedStore, syncToStore } from 'claude-shared-state/store';
 *
 * // With postgresStore(new Pool()), say.
 * export async function push(store: SharedStore) {
 *   const { ok, bytes, problems } = await syncToStore(store);
 *   return ok ? `${bytes} bytes pushed` : problems.map(({ message }) => message).join('; ');
 * }
 * ```
 */
export async function syncToStore(
  store: SharedStore,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const checked = check('syncToStore', schema, { store, options });
  const { fs: given, follow, prune = false } = checked.options;
  const { processInspector = defaultInspector(given) } = checked.options;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = await transferOf(fs, checked);
  /** By path: what has not changed since is not looked at again. */
  const seen = new Map<string, FileInfo>();
  let pruned = 0;

  /** Pushes every file that has changed since the last time. */
  async function pushAll(isWanted: (sessionId: string) => boolean): Promise<void> {
    const found = await listPool(fs, transfer.projects, isWanted);
    const changed = found.filter(({ path, info }) => {
      const before = seen.get(path);
      return info === undefined || before === undefined || !isUnchanged(info, before);
    });
    const isListed = changed.length > MAX_UNLISTED;
    const listed = new Map<string, ListedFile>();
    const projectKeys = new Set(changed.map((file) => transfer.inStore(file).projectKey));
    for await (const { files } of transfer.storedFiles(isListed ? projectKeys : [])) {
      for (const file of files) listed.set(nameOf(file), file);
    }
    await transfer.each(changed, (file) => push(file, isListed ? listed : undefined));
  }

  async function push(
    file: PoolFile,
    listed: ReadonlyMap<string, ListedFile> | undefined,
  ): Promise<FileOutcome> {
    const { info, ...fields } = file;
    if (info?.kind !== 'file') {
      const reason = info === undefined ? 'unusual-name' : 'not-a-file';
      return storeProblem('not-transferable', { ...fields, reason });
    }
    const outcome = await withWholeLines(fs, file, async (open, opened) => {
      const pushed = await pushOpen(file, open, listed);
      seen.set(file.path, opened);
      return pushed;
    });
    // Gone meanwhile.
    if (outcome === undefined) return 'unchanged';
    return outcome === 'diverged' ? storeProblem('session-diverged', fields) : outcome;
  }

  async function pushOpen(
    file: PoolFile,
    open: OpenFile,
    listed: ReadonlyMap<string, ListedFile> | undefined,
  ): Promise<FileOutcome> {
    const key = transfer.inStore(file);
    const before = listed?.get(nameOf(key));
    // A listing of S3 has no heads.
    const tail = before?.head?.tail;
    const isSame =
      before?.size === open.size && (tail === undefined || (await open.endsLike(tail)));
    if (isSame) return 'unchanged';
    // Others may write to it meanwhile: what is there then is looked at, too.
    for (const isFirst of [true, false]) {
      const isNew = isFirst && listed !== undefined && before === undefined;
      const stored = isNew ? undefined : await transfer.engine(() => transfer.log.head(key));
      const { kind, hash } = await compare(transfer, key, stored, open);
      if (kind === 'store-longer') return 'behind';
      if (kind !== 'pool-longer') return kind;
      const outcome = await append(file, open, { stored, hash });
      if (outcome !== undefined) return outcome;
    }
    return 'diverged';
  }

  /** Pushes what a file has beyond what is stored; `undefined` if others wrote to it meanwhile. */
  async function append(
    file: PoolFile,
    open: OpenFile,
    before: Content,
  ): Promise<FileOutcome | undefined> {
    let content = before;
    for await (const body of wholeLines(open, file, before.stored?.head.size ?? 0)) {
      transfer.stopIfAborted();
      const next = await transfer.engine(() =>
        checked.store.appendBytes(transfer.inStore(file), content, body),
      );
      if (next === undefined) return undefined;
      content = next;
      transfer.addBytes(body.length);
    }
    return content === before ? 'unchanged' : 'transferred';
  }

  /** Deletes the sessions of which the pool has nothing, and that nobody else wrote to. */
  async function pruneAll(): Promise<void> {
    const found = await listPool(fs, transfer.projects, () => true);
    // By the id alone: a session that moved to another project is not gone.
    const local = new Set(found.map(({ sessionId }) => sessionId));
    // More often a volume that is not mounted than a pool from which everything was deleted.
    if (local.size === 0) {
      transfer.problem(storeProblem('pool-empty', { path: transfer.projects }));
      return;
    }
    for await (const { projectKey, files: listed } of transfer.storedFiles()) {
      for (const sessionId of new Set(listed.map((file) => file.sessionId))) {
        if (local.has(sessionId)) continue;
        transfer.stopIfAborted();
        const files = listed.filter((file) => file.sessionId === sessionId);
        const heads = await mapLimit(files, (file) =>
          transfer.engine(() => transfer.log.head(file)),
        );
        const writers = heads.flatMap((stored) => stored?.head.writers ?? []);
        if (writers.some((writer) => writer !== checked.store.writer)) continue;
        await transfer.engine(() => checked.store.delete({ projectKey, sessionId }));
        pruned += 1;
      }
    }
  }

  async function followAll(accountHomes: readonly string[]): Promise<void> {
    let before: ReadonlySet<string> = new Set();
    for (let round = 1; ; round += 1) {
      await transfer.sleep(INTERVAL_MS);
      transfer.stopIfAborted();
      const now = await liveSessionIds(accountHomes, processInspector, given);
      // Those that have just ended, too: for what they wrote last.
      const wanted = new Set([...before, ...now]);
      const isEverything = round % ROUNDS === 0;
      await pushAll((id) => transfer.isWanted(id) && (isEverything || wanted.has(id)));
      before = now;
    }
  }

  const report = await transfer.run(async () => {
    await pushAll(transfer.isWanted);
    if (prune) await pruneAll();
    if (follow !== undefined) await followAll(follow);
  });
  return { ...report, pruned };
}
