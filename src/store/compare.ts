import { createHash } from 'node:crypto';
import type { LogKey, StoredFile } from './log.ts';
import type { OpenFile } from './pool.ts';
import type { RunningDigest } from './session-store.ts';
import type { Transfer } from './transfer.ts';

/** The first chunks of a stored file; after a connection that broke it goes on with the chunk at which it did. */
export async function* readStored(
  transfer: Transfer,
  key: LogKey,
  end: number,
): AsyncGenerator<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined;
  for (let next = 0; next < end; next += 1) {
    transfer.stopIfAborted();
    const chunk = await transfer.engine(async () => {
      const reading = chunks ?? transfer.log.read(key, next)[Symbol.asyncIterator]();
      chunks = undefined;
      const result = await reading.next();
      chunks = reading;
      return result;
    });
    if (chunk.done === true) return;
    yield chunk.value;
  }
}

/** The digests of a file: of all of it, and of what is before an offset. */
export interface Digests {
  readonly size: number;
  readonly sha256: string;
  readonly before: RunningDigest;
}

type Difference = 'unchanged' | 'pool-longer' | 'store-longer' | 'diverged';

/** How two files differ, of each of which it is known what it has before the size of the other one. */
export function differenceOf(
  pool: Digests,
  stored: Pick<Digests, 'sha256'> & Partial<Digests>,
): Difference {
  if (pool.sha256 === stored.sha256) return 'unchanged';
  if (pool.before.copy().digest('hex') === stored.sha256) return 'pool-longer';
  return stored.before?.digest('hex') === pool.sha256 ? 'store-longer' : 'diverged';
}

/**
 * Digests bytes that come in pieces.
 *
 * @param offset - Everything behind it goes to `use`.
 */
export async function digestsOf(
  pieces: AsyncIterable<Uint8Array>,
  offset = 0,
  use: (behind: Uint8Array) => Promise<void> = async () => {},
): Promise<Digests> {
  const hash = createHash('sha256');
  let [size, before] = [0, hash.copy()];
  for await (const piece of pieces) {
    const own = Math.max(0, offset - size);
    if (own > 0) before = hash.copy().update(piece.subarray(0, own));
    hash.update(piece);
    size += piece.length;
    if (own < piece.length) await use(piece.subarray(own));
  }
  return { size, sha256: hash.digest('hex'), before };
}

/**
 * Compares the first bytes of an open file with what is stored of it; if they are as many, by their ends.
 *
 * @param use - Receives what the store has beyond them, before it is known that this continues them.
 * @returns How they differ; if the pool has more, also the digest of what is stored.
 */
export async function compare(
  transfer: Transfer,
  key: LogKey,
  stored: StoredFile | undefined,
  open: OpenFile,
  use?: (body: Uint8Array) => Promise<void>,
): Promise<{ readonly kind: Difference; readonly hash: RunningDigest }> {
  const hash = createHash('sha256');
  if (stored === undefined) return { kind: 'pool-longer', hash };
  const { chunks, head } = stored;
  if (open.size === head.size) {
    const isSame = await open.endsLike(head.tail);
    return { kind: isSame ? 'unchanged' : 'diverged', hash };
  }
  const pool = await digestsOf(open.pieces(), head.size);
  const there =
    open.size > head.size
      ? head
      : await digestsOf(readStored(transfer, key, chunks), open.size, use);
  const isDamaged = there.sha256 !== head.sha256;
  return { kind: isDamaged ? 'diverged' : differenceOf(pool, there), hash: pool.before };
}
