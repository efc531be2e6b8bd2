import { createHash } from 'node:crypto';
import { check, optional, options as optionsOf, port } from '../core/options.ts';
import { mapLimit } from '../core/map-limit.ts';
import { OPEN, withFile } from '../fs/io.ts';
import { type MigrateReadFs, migrateReadPort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import type { LogKey } from './log.ts';
import { listPool, pathIn, type PoolFile, wholeLines } from './pool.ts';
import { type StoreProblem, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';
import { poolOf, storeKind, Transfer, type TransferOptions, transferOptions } from './transfer.ts';

/** What `verifyStore` accepts. */
export interface VerifyOptions extends TransferOptions {
  /** The file system to read; the real disk by default. */
  readonly fs?: FsLike<MigrateReadFs> | undefined;
}

/** The whole lines of a file on one side. */
export interface SideDigest {
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** A file that is not the same on both sides. */
export interface FileDifference extends LogKey {
  /** Where the pool has it, or would have it. */
  readonly path: string;
  /**
   * `pool-only`, `store-only`: the other side lacks it. `pool-longer`, `store-longer`: one continues the other. `diverged`:
   * each has what the other lacks. `damaged`: the store does not give back what was put into it.
   */
  readonly kind:
    | 'pool-only'
    | 'store-only'
    | 'pool-longer'
    | 'store-longer'
    | 'diverged'
    | 'damaged';
  readonly pool: SideDigest | undefined;
  readonly stored: SideDigest | undefined;
}

/** What `verifyStore` found. */
export interface VerifyReport {
  /** Whether both sides have the same, all of it was read, and nothing is damaged. */
  readonly ok: boolean;
  /** Files that are the same on both sides. */
  readonly equal: number;
  readonly differences: readonly FileDifference[];
  readonly problems: readonly StoreProblem[];
}

const schema = /* @__PURE__ */ (() => ({
  store: storeKind,
  options: optionsOf<VerifyOptions>({
    ...transferOptions,
    fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
  }),
}))();

/**
 * Reads the pool and the store as a whole, and says what differs; changes nothing.
 *
 * @param store - The store.
 * @param options - `required`: where the pool is. `sessionIds`, `projectKeys`: which sessions, under which keys.
 * @returns Every file that is not the same on both sides, with the digests of both.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example Compare every byte
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { verifyStore } from 'claude-shared-state/store';
 * import { postgresStore } from 'claude-shared-state/store/postgres';
 *
 * // In place of new Pool() of pg.
 * const query = async (sql: string) => ({
 *   rows: sql.includes('format FROM') ? [{ format: 1 }] : [],
 * });
 * const { fs } = memfs({ '/me/.claude-projects-shared': null });
 * const options = { required: requiredSharedUnder('/me'), fs };
 * const report = await verifyStore(postgresStore({ query }), options);
 * assert.deepEqual([report.ok, report.differences], [true, []]);
 * ```
 */
export async function verifyStore(
  store: SharedStore,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const checked = check('verifyStore', schema, { store, options });
  const { fs: given, required } = checked.options;
  const { log } = checked.store;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = new Transfer(checked.options, await poolOf(fs, required));
  const differences: FileDifference[] = [];

  /** The digests of everything, and of its beginning. */
  async function digestsOf(bodies: AsyncIterable<Uint8Array>, length: number) {
    const hash = createHash('sha256');
    let size = 0;
    let beginning = hash.copy();
    for await (const body of bodies) {
      transfer.stopIfAborted();
      if (size < length) beginning = hash.copy().update(body.subarray(0, length - size));
      hash.update(body);
      size += body.length;
    }
    return { size, sha256: hash.digest('hex'), beginning: beginning.digest('hex') };
  }

  async function poolSide(file: PoolFile | undefined, length: number) {
    if (file?.info?.kind !== 'file') return undefined;
    return await withFile(fs, file.path, OPEN.read, (handle, { size }) =>
      digestsOf(wholeLines(handle, file, 0, size), length),
    );
  }

  async function compare(key: LogKey, file: PoolFile | undefined): Promise<void> {
    const { sessionId } = key;
    const projectKey = transfer.keyInPool(key.projectKey);
    const fields = { ...key, projectKey, path: pathIn(transfer.projects, { ...key, projectKey }) };
    const there = await transfer.engine(() => log.head(key));
    const pool = await poolSide(file, there?.head.size ?? 0);
    const stored =
      there === undefined
        ? undefined
        : await transfer.engine(() => digestsOf(log.read(key, 0), pool?.size ?? 0));
    const kind = kindOf(pool, stored, there?.head.sha256);
    if (there?.head.isForked === true) {
      transfer.problem(storeProblem('session-forked', { ...fields, writers: there.head.writers }));
    }
    if (kind === 'damaged')
      transfer.problem(storeProblem('store-damaged', { ...fields, sessionId }));
    if (kind !== undefined) {
      const side = (it: typeof pool) => it && { size: it.size, sha256: it.sha256 };
      differences.push({ ...fields, kind, pool: side(pool), stored: side(stored) });
    }
  }

  const report = await transfer.run(async () => {
    await transfer.engine(() => checked.store.requireFormat());
    const files = new Map<string, { readonly key: LogKey; readonly file?: PoolFile }>();
    for (const file of await listPool(fs, transfer.projects, transfer.isWanted)) {
      const projectKey = transfer.keyInStore(file.projectKey);
      const key: LogKey = { projectKey, sessionId: file.sessionId, file: file.file };
      files.set(JSON.stringify(key), { key, file });
    }
    for (const projectKey of await transfer.engine(() => log.listProjects())) {
      for (const { sessionId, file } of await transfer.engine(() => log.list(projectKey))) {
        const key: LogKey = { projectKey, sessionId, file };
        const name = JSON.stringify(key);
        if (transfer.isWanted(sessionId) && !files.has(name)) files.set(name, { key });
      }
    }
    transfer.expect(files.size);
    await mapLimit([...files.values()], ({ key, file }) =>
      transfer.file(async () => {
        const before = differences.length;
        await compare(key, file);
        return differences.length === before ? 'unchanged' : 'diverged';
      }),
    );
  });
  const { ok, files, problems } = report;
  return {
    ok,
    equal: files.unchanged,
    differences: differences.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    problems,
  };
}

interface Side extends SideDigest {
  readonly beginning: string;
}

function kindOf(
  pool: Side | undefined,
  stored: Side | undefined,
  recorded: string | undefined,
): FileDifference['kind'] | undefined {
  if (stored !== undefined && stored.sha256 !== recorded) return 'damaged';
  // A file without a whole line is not stored.
  if (stored === undefined) return pool === undefined || pool.size === 0 ? undefined : 'pool-only';
  if (pool === undefined) return 'store-only';
  if (pool.sha256 === stored.sha256) return undefined;
  if (pool.size > stored.size && pool.beginning === stored.sha256) return 'pool-longer';
  if (stored.size > pool.size && stored.beginning === pool.sha256) return 'store-longer';
  return 'diverged';
}
