import { check, optional, options as optionsOf, port } from '../core/options.ts';
import { mapLimit } from '../core/map-limit.ts';
import { OPEN, withFile } from '../fs/io.ts';
import { type MigrateReadFs, migrateReadPort, realMigrateDisk } from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { compare, type FileComparison, readStored } from './compare.ts';
import { type LogKey, nameOf } from './log.ts';
import { hashOf, listPool, pathIn, type PoolFile, wholeSize } from './pool.ts';
import { type StoreProblem, storeProblem } from './problems.ts';
import type { SharedStore } from './session-store.ts';
import {
  type FileOutcome,
  poolOf,
  storeKind,
  Transfer,
  type TransferOptions,
  transferOptions,
} from './transfer.ts';

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
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const checked = check('verifyStore', schema, { store, options });
  const { fs: given, required } = checked.options;
  const fs = promisesOf(given ?? realMigrateDisk);
  const transfer = new Transfer(checked.store, checked.options, await poolOf(fs, required));
  const { log } = transfer;
  const differences: FileDifference[] = [];

  async function verifyFile(key: LogKey, file: PoolFile | undefined): Promise<FileOutcome> {
    const local = transfer.inPool(key);
    const fields = { ...local, path: pathIn(transfer.projects, local) };
    const there = await transfer.engine(() => log.head(key));
    const stored = there && (await readStored(transfer, key, there.chunks));
    const pool =
      file?.info?.kind === 'file'
        ? await withFile(fs, file.path, OPEN.read, async (handle, info) => {
            const { path } = file;
            const size = await wholeSize(handle, file, info.size);
            const hash = await hashOf(handle, path, size);
            const { kind } = await compare(transfer, key, there, { handle, path, size });
            return { size, sha256: hash.digest('hex'), kind };
          })
        : undefined;
    const isDamaged = stored?.sha256 !== there?.head.sha256;
    if (isDamaged) transfer.problem(storeProblem('store-damaged', fields));
    if (there?.head.isForked === true) {
      const { writers } = there.head;
      transfer.problem(storeProblem('session-forked', { ...fields, writers }));
    }
    const kind = isDamaged ? 'damaged' : kindOf(pool, stored);
    if (kind === undefined) return 'unchanged';
    differences.push({ ...fields, kind, pool: sideOf(pool), stored: sideOf(stored) });
    return 'diverged';
  }

  const report = await transfer.run(async () => {
    const files = new Map<string, { readonly key: LogKey; readonly file?: PoolFile }>();
    for (const file of await listPool(fs, transfer.projects, transfer.isWanted)) {
      const key = transfer.inStore(file);
      files.set(nameOf(key), { key, file });
    }
    for (const projectKey of await transfer.engine(() => log.listProjects())) {
      for (const { sessionId, file } of await transfer.engine(() => log.list(projectKey))) {
        const key: LogKey = { projectKey, sessionId, file };
        if (transfer.isWanted(sessionId))
          files.set(nameOf(key), { key, ...files.get(nameOf(key)) });
      }
    }
    transfer.expect(files.size);
    await mapLimit([...files.values()], ({ key, file }) =>
      transfer.file(() => verifyFile(key, file)),
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

function kindOf(
  pool: (SideDigest & { readonly kind: FileComparison['kind'] }) | undefined,
  stored: SideDigest | undefined,
): FileDifference['kind'] | undefined {
  if (pool?.sha256 === stored?.sha256) return undefined;
  if (pool === undefined) return 'store-only';
  // A file without a whole line is not stored.
  if (stored === undefined) return pool.size > 0 ? 'pool-only' : undefined;
  return pool.kind === 'equal' ? 'diverged' : pool.kind;
}

function sideOf(side: SideDigest | undefined): SideDigest | undefined {
  return side && { size: side.size, sha256: side.sha256 };
}
