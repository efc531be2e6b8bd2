import { createHash } from 'node:crypto';
import type { MigrateReadHandle } from '../fs/migrate-fs.ts';
import type { Head, LogKey } from './log.ts';
import { endsLike, hashOf } from './pool.ts';
import { type Content, nothing } from './session-store.ts';
import type { Transfer } from './transfer.ts';

/** What is stored of a file, as the engine's `head` has it. */
export interface StoredFile {
  readonly chunks: number;
  readonly head: Head;
}

/**
 * Reads what is stored of a file.
 *
 * @param end - How many chunks to read.
 * @param from - In bytes: everything behind it goes to `use`.
 * @returns The digests of everything, and of what is before `from`.
 */
export async function readStored(
  transfer: Transfer,
  key: LogKey,
  end: number,
  from = 0,
  use: (body: Uint8Array) => Promise<void> = async () => {},
) {
  const hash = createHash('sha256');
  let [chunks, size] = [0, 0];
  let before = hash.copy();
  // A connection that breaks in the middle is continued at the chunk where it broke.
  await transfer.engine(async () => {
    for await (const body of transfer.log.read(key, chunks)) {
      transfer.stopIfAborted();
      const rest = Math.max(0, from - size);
      if (rest > 0) before = hash.copy().update(body.subarray(0, rest));
      hash.update(body);
      if (rest < body.length) await use(body.subarray(rest));
      size += body.length;
      chunks += 1;
      // What was added meanwhile is for the next time.
      if (chunks === end) break;
    }
  });
  return { size, sha256: hash.digest('hex'), before: before.digest('hex') };
}

/** The first bytes of a file of the pool. */
export interface OpenFile {
  readonly handle: MigrateReadHandle;
  readonly path: string;
  /** As many as are looked at. */
  readonly size: number;
}

/** How the pool's file stands to the stored one. */
export type FileComparison =
  | { readonly kind: 'equal' | 'store-longer' | 'diverged' }
  | { readonly kind: 'pool-longer'; readonly stored: Content };

/**
 * Compares the first bytes of an open file with what is stored of it; if they are as many, by their ends.
 *
 * @param use - Receives what the store has beyond them, before it is known that this continues them.
 */
export async function compare(
  transfer: Transfer,
  key: LogKey,
  stored: StoredFile | undefined,
  { handle, path, size }: OpenFile,
  use?: (body: Uint8Array) => Promise<void>,
): Promise<FileComparison> {
  if (stored === undefined) return { kind: 'pool-longer', stored: nothing() };
  const { chunks, head } = stored;
  if (size === head.size) {
    return { kind: (await endsLike(handle, path, size, head.tail)) ? 'equal' : 'diverged' };
  }
  const hash = await hashOf(handle, path, Math.min(size, head.size));
  const own = hash.copy().digest('hex');
  if (size > head.size) {
    const isContinued = own === head.sha256;
    return isContinued
      ? { kind: 'pool-longer', stored: { ...stored, hash } }
      : { kind: 'diverged' };
  }
  const { sha256, before } = await readStored(transfer, key, chunks, size, use);
  return { kind: before === own && sha256 === head.sha256 ? 'store-longer' : 'diverged' };
}
