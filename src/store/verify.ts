import { check, options as optionsOf } from '../core/options.ts';
import { realMigrateDisk } from '../fs/migrate-fs.ts';
import { promisesOf } from '../fs/port.ts';
import { differenceOf, type Digests, digestsOf, readStored } from './compare.ts';
import { type LogKey, nameOf } from './log.ts';
import { listPool, type PoolFile, withWholeLines } from './pool.ts';
import { type OfFile, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';
import {
  type FileOutcome,
  storeKind,
  type TransferOptions,
  transferOf,
  transferOptions,
  type TransferReport,
} from './transfer.ts';

/** The whole lines of a file on one side. */
export interface SideDigest {
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** A file that is not the same on both sides. */
export interface FileDifference extends OfFile {
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

/** What `verifyStore` found; in `files`, `unchanged` are those that are the same on both sides. */
export interface VerifyReport extends TransferReport {
  readonly differences: readonly FileDifference[];
}

const schema = /* @__PURE__ */ (() => ({
  store: storeKind,
  options: optionsOf<TransferOptions>(transferOptions),
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
 * import { type SharedStore, verifyStore } from 'claude-shared-state/store';
 *
 * export async function whatDiffers(store: SharedStore) {
 *   const { differences } = await verifyStore(store);
 *   return differences.map(({ kind, path }) => `${kind} ${path}`);
 * }
 * ```
 */
export async function verifyStore(
  store: SharedStore,
  options: TransferOptions = {},
): Promise<VerifyReport> {
  const checked = check('verifyStore', schema, { store, options });
  const fs = promisesOf(checked.options.fs ?? realMigrateDisk);
  const transfer = await transferOf(fs, checked);
  const differences: FileDifference[] = [];

  async function verify(key: LogKey, pooled: PoolFile | undefined): Promise<FileOutcome> {
    const file = transfer.inPool(key);
    const there = await transfer.engine(() => transfer.log.head(key));
    const pool = pooled && (await digestsInPool(pooled, there?.head.size));
    const stored =
      there && (await digestsOf(readStored(transfer, key, there.chunks), pool?.size ?? 0));
    const isDamaged = stored?.sha256 !== there?.head.sha256;
    if (isDamaged && there && !(await transfer.isAsBefore(key, there))) {
      return await verify(key, pooled);
    }
    if (there !== undefined) transfer.tellFork(file, there.head);
    const kind = isDamaged ? 'damaged' : kindOf(pool, stored);
    if (kind === 'unchanged') return kind;
    differences.push({ ...file, kind, pool: sideOf(pool), stored: sideOf(stored) });
    return isDamaged ? storeProblem('store-damaged', file) : 'diverged';
  }

  async function digestsInPool(file: PoolFile, offset?: number): Promise<Digests | undefined> {
    if (file.info?.kind !== 'file') return undefined;
    return await withWholeLines(fs, file, (open) => digestsOf(open.pieces(), offset));
  }

  const report = await transfer.run(async () => {
    const files = new Map<string, readonly [LogKey, PoolFile?]>();
    for (const file of await listPool(fs, transfer.projects, transfer.isWanted)) {
      const key = transfer.inStore(file);
      files.set(nameOf(key), [key, file]);
    }
    for await (const { files: listed } of transfer.storedFiles()) {
      for (const key of listed) files.set(nameOf(key), files.get(nameOf(key)) ?? [key]);
    }
    await transfer.each([...files.values()], ([key, file]) => verify(key, file));
  });
  const sorted = differences.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  return { ...report, differences: sorted };
}

function kindOf(
  pool: Digests | undefined,
  stored: Digests | undefined,
): FileDifference['kind'] | 'unchanged' {
  if (pool !== undefined && stored !== undefined) return differenceOf(pool, stored);
  if (stored !== undefined) return 'store-only';
  // A file without a whole line is not stored.
  return pool !== undefined && pool.size > 0 ? 'pool-only' : 'unchanged';
}

function sideOf(side: Digests | undefined): SideDigest | undefined {
  return side && { size: side.size, sha256: side.sha256 };
}
