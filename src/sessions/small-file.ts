import { type Answer, failure, settle } from '../answer.ts';
import { type ReadHandle, READ_WITHOUT_WAITING, type SessionReadFs } from '../fs/session-fs.ts';

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
  const opened = await settle(fs.open(path, READ_WITHOUT_WAITING));
  if (!opened.ok) return opened;
  const handle = opened.value;
  const read = await settle(readText(handle, path, mostBytes));
  const closed = await settle(handle.close());
  return read.ok && !closed.ok ? failure(closed.error) : read;
}

async function readText(handle: ReadHandle, path: string, mostBytes: number): Promise<string> {
  const stats = await handle.stat({ bigint: true });
  if (stats.isDirectory()) throw new UnreadableError('EISDIR', path);
  if (!stats.isFile()) throw new UnreadableError('EFTYPE', path);
  if (stats.size > mostBytes) throw new UnreadableError('EFBIG', path);
  // One byte more than is allowed, because the file may be growing.
  const buffer = new Uint8Array(mostBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return new TextDecoder().decode(buffer.subarray(0, length));
    length += bytesRead;
    if (length > mostBytes) throw new UnreadableError('EFBIG', path);
  }
}

/** Like the error of a failed call. */
class UnreadableError extends Error {
  readonly code: string;

  constructor(code: 'EISDIR' | 'EFTYPE' | 'EFBIG', path: string) {
    super(`${code}: not a file of the expected kind, read '${path}'`);
    this.code = code;
  }
}
