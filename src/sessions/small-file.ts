import type { Result } from '../core/result.ts';
import type { FileStats, ReadHandle, SessionReadFs } from '../fs/session-fs.ts';
import { UnreadableError, withOpenFile } from './open-file.ts';

/**
 * The text of a file that is small unless somebody means harm; of a larger one nothing is read: `EFBIG`.
 */
export async function readSmallFile(
  fs: SessionReadFs,
  path: string,
  mostBytes: number,
): Promise<Result<string>> {
  return await withOpenFile(fs, path, async (handle, stats) => {
    const bytes = await readAtMost(handle, stats, mostBytes);
    if (bytes === undefined) throw new UnreadableError('EFBIG', path);
    return new TextDecoder().decode(bytes);
  });
}

async function readAtMost(
  handle: ReadHandle,
  { size }: FileStats,
  mostBytes: number,
): Promise<Uint8Array | undefined> {
  if (size > mostBytes) return undefined;
  // One byte more than it has, to see whether it is growing.
  let buffer = new Uint8Array(Number(size) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length > mostBytes) return undefined;
    if (length === buffer.length) buffer = enlarged(buffer, mostBytes + 1);
  }
}

function enlarged(buffer: Uint8Array, mostBytes: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(Math.min(buffer.length * 2, mostBytes));
  more.set(buffer);
  return more;
}
