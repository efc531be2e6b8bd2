import { type Answer, failure, settle } from '../answer.ts';
import {
  type FileStats,
  type ReadHandle,
  READ_WITHOUT_WAITING,
  type SessionReadFs,
} from '../fs/session-fs.ts';

/**
 * The text of a file that is small unless somebody means harm.
 *
 * Never waits for a FIFO, and reads nothing of a file that is larger: `EFBIG`. What is no file at all is
 * `EISDIR` or `EFTYPE`. Links are followed.
 */
export async function readSmallFile(
  fs: SessionReadFs,
  path: string,
  mostBytes: number,
): Promise<Answer<string>> {
  const seen = await settle(lookedAt(fs, path));
  if (!seen.ok) return seen;
  const opened = await settle(fs.open(path, READ_WITHOUT_WAITING));
  if (!opened.ok) return opened;
  const handle = opened.value;
  const read = await settle(readText(handle, path, mostBytes));
  const closed = await settle(handle.close());
  return read.ok && !closed.ok ? failure(closed.error) : read;
}

// Not by opening it, which would let whoever waits at the other end of a FIFO go on.
async function lookedAt(fs: SessionReadFs, path: string): Promise<void> {
  refuseUnlessFile(await fs.stat(path, { bigint: true }), path);
}

function refuseUnlessFile(stats: FileStats, path: string): void {
  if (stats.isDirectory()) throw new UnreadableError('EISDIR', path);
  if (!stats.isFile()) throw new UnreadableError('EFTYPE', path);
}

async function readText(handle: ReadHandle, path: string, mostBytes: number): Promise<string> {
  const stats = await handle.stat({ bigint: true });
  // Once more, because something else may have been put there.
  refuseUnlessFile(stats, path);
  if (stats.size > mostBytes) throw new UnreadableError('EFBIG', path);
  // One byte more than it has, to see whether it is growing.
  let buffer = new Uint8Array(Number(stats.size) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return new TextDecoder().decode(buffer.subarray(0, length));
    length += bytesRead;
    if (length > mostBytes) throw new UnreadableError('EFBIG', path);
    if (length === buffer.length) buffer = enlarged(buffer, mostBytes + 1);
  }
}

function enlarged(buffer: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(Math.min(buffer.length * 2, mostBytes));
  more.set(buffer);
  return more;
}

/** Like the error of a failed call. */
export class UnreadableError extends Error {
  readonly code: string;

  constructor(code: 'EISDIR' | 'EFTYPE' | 'EFBIG', path: string) {
    super(`${code}: not a file of the expected kind, read '${path}'`);
    this.code = code;
  }
}
