import type { MigrateReadHandle } from '../../fs/migrate-fs.ts';
import { readFully } from './read-fully.ts';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;

/** The whole lines of an open file between two places, each with its newline; a torn last one is left out. */
export async function* linesIn(
  handle: MigrateReadHandle,
  from: number,
  to: number,
  path: string,
): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  for (let position = from; position < to;) {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, to - position));
    const read = await readFully(handle, buffer, position, path);
    if (read === 0) return;
    position += read;
    let start = 0;
    for (;;) {
      const newline = buffer.subarray(0, read).indexOf(NEWLINE, start);
      if (newline === -1) break;
      yield joined([...parts, buffer.subarray(start, newline + 1)]);
      parts = [];
      start = newline + 1;
    }
    if (start < read) parts.push(buffer.subarray(start, read));
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let length = 0;
  for (const part of parts) {
    whole.set(part, length);
    length += part.length;
  }
  return whole;
}
