import type { MigrateReadHandle } from '../../fs/migrate-fs.ts';
import { must } from './call-failure.ts';

/** Fills a buffer from a place in a file; returns how much of it the file could fill. */
export async function readFully(
  handle: MigrateReadHandle,
  buffer: Uint8Array,
  position: number,
  path: string,
): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const reading = handle.read(buffer, length, buffer.length - length, position + length);
    const { bytesRead } = await must(path, reading);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
