import { type Result, failure, toResult } from '../core/result.ts';
import {
  type FileStats,
  type ReadHandle,
  READ_WITHOUT_WAITING,
  type SessionReadFs,
} from '../fs/session-fs.ts';

/**
 * Opens a regular file for as long as it is used; links are followed.
 *
 * Never waits for a FIFO, nor lets whoever waits at its other end go on. What is no file is `EISDIR` or
 * `EFTYPE`.
 */
export async function withOpenFile<Value>(
  fs: SessionReadFs,
  path: string,
  use: (handle: ReadHandle, stats: FileStats) => Promise<Value>,
): Promise<Result<Value>> {
  const seen = await toResult(lookedAt(fs, path));
  if (!seen.ok) return seen;
  const opened = await toResult(fs.open(path, READ_WITHOUT_WAITING));
  if (!opened.ok) return opened;
  const handle = opened.value;
  const used = await toResult(useFile(handle, path, use));
  const closed = await toResult(handle.close());
  return used.ok && !closed.ok ? failure(closed.error) : used;
}

async function lookedAt(fs: SessionReadFs, path: string): Promise<void> {
  refuseUnlessFile(await fs.stat(path, { bigint: true }), path);
}

async function useFile<Value>(
  handle: ReadHandle,
  path: string,
  use: (handle: ReadHandle, stats: FileStats) => Promise<Value>,
): Promise<Value> {
  const stats = await handle.stat({ bigint: true });
  // Once more, because something else may have been put there: /dev/zero, say, never ends.
  refuseUnlessFile(stats, path);
  return await use(handle, stats);
}

function refuseUnlessFile(stats: FileStats, path: string): void {
  if (stats.isDirectory()) throw new UnreadableError('EISDIR', path);
  if (!stats.isFile()) throw new UnreadableError('EFTYPE', path);
}

/** Like the error of a failed call. */
export class UnreadableError extends Error {
  readonly code: string;

  constructor(code: 'EISDIR' | 'EFTYPE' | 'EFBIG', path: string) {
    super(`${code}: not a file of the expected kind, read '${path}'`);
    this.code = code;
  }
}
