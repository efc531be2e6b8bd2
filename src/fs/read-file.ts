import { CallError, failure, orThrow, type Result, toResult } from '../core/result.ts';
import { parsedJson } from '../core/json.ts';
import { OPEN, type Readable, withHandle } from './io.ts';

interface SizedStats {
  readonly size: number | bigint;
  isDirectory(): boolean;
  isFile(): boolean;
}

interface StatHandle extends Readable {
  stat(options: { bigint: true }): Promise<SizedStats>;
}

interface ReadFs<Handle> {
  open(path: string, flags: number): Promise<Handle>;
  stat(path: string, options: { bigint: true }): Promise<SizedStats>;
}

/**
 * Opens a regular file, also through links, and reads it: `EISDIR` if it is a directory, `EFTYPE` if it is anything else.
 *
 * Never waits for a FIFO, and never lets a writer go on that waits at its other end.
 */
export function readThroughLinks<Handle extends StatHandle, Value>(
  fs: ReadFs<Handle>,
  path: string,
  use: (handle: Handle, size: number) => Promise<Value>,
): Promise<Result<Value>> {
  const read = async () => {
    requireFile(await orThrow(path, fs.stat(path, { bigint: true })), path);
    return await withHandle(path, fs.open(path, OPEN.readThroughLinks), async (handle) => {
      const stats = await orThrow(path, handle.stat({ bigint: true }));
      // Again, because it may have been replaced since: /dev/zero, say, never ends.
      requireFile(stats, path);
      return await use(handle, Number(stats.size));
    });
  };
  return toResult(read());
}

function requireFile(stats: SizedStats, path: string): void {
  if (stats.isDirectory()) throw new CallError(path, { code: 'EISDIR' });
  if (!stats.isFile()) throw new CallError(path, { code: 'EFTYPE' });
}

/** Reads from the current position to the end; a chunk is valid until the next one is asked for. */
export async function* readChunks(
  handle: Readable,
  chunkBytes: number,
  path: string,
): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(chunkBytes);
  for (;;) {
    const { bytesRead } = await orThrow(path, handle.read(buffer, 0, buffer.length, null));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

const MIN_BUFFER_BYTES = 1024;

/** The text of a file without a byte order mark, also through links; `EFBIG` if it has more than `maxBytes`. */
export function readSmallFile(
  fs: ReadFs<StatHandle>,
  path: string,
  maxBytes: number,
): Promise<Result<string>> {
  return readThroughLinks(fs, path, async (handle, size) => {
    requireAtMost(maxBytes, size, path);
    const decoder = new TextDecoder();
    let [text, length] = ['', 0];
    // It may grow while it is read.
    for await (const chunk of readChunks(handle, Math.max(size, MIN_BUFFER_BYTES), path)) {
      length += chunk.length;
      requireAtMost(maxBytes, length, path);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  });
}

function requireAtMost(maxBytes: number, bytes: number, path: string): void {
  if (bytes > maxBytes) throw new CallError(path, { code: 'EFBIG' });
}

/** The JSON in a small file, also through links; `EINVAL` if it contains none. */
export async function readJson(
  fs: ReadFs<StatHandle>,
  path: string,
  maxBytes: number,
): Promise<Result<unknown>> {
  const file = await readSmallFile(fs, path, maxBytes);
  if (!file.ok) return file;
  const value = parsedJson(file.value);
  return value === undefined ? failure({ code: 'EINVAL' }) : { ok: true, value };
}
