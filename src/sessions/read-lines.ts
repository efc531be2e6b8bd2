import { Buffer } from 'node:buffer';
import { readChunks } from '../fs/read-file.ts';
import type { Readable } from '../fs/io.ts';

/** A line of a file. */
export interface Line {
  /** Without the newline; absent if it is longer than the limit. */
  readonly text?: string;
  /** Its length, with the newline. */
  readonly bytes: number;
  readonly endsWithNewline: boolean;
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Reads the lines of a file, without a byte order mark; holds one of them at a time, up to a limit.
 *
 * Reads to the end that the file has when it gets there: it may grow, or shrink, meanwhile.
 */
export async function* readLines(
  handle: Readable,
  path: string,
  maxBytes: number,
): AsyncGenerator<Line, void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let isFirst = true;
  const lineWith = (part: Uint8Array, endsWithNewline: boolean): Line => {
    const bytes = length + part.length + (endsWithNewline ? 1 : 0);
    const text = bytes > maxBytes ? undefined : textOf([...parts, part]);
    const isMarked = isFirst && text?.startsWith(BYTE_ORDER_MARK) === true;
    [parts, length, isFirst] = [[], 0, false];
    if (text === undefined) return { bytes, endsWithNewline };
    return { text: isMarked ? text.slice(1) : text, bytes, endsWithNewline };
  };
  for await (const chunk of readChunks(handle, CHUNK_BYTES, path)) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield lineWith(chunk.subarray(from, end), true);
      from = end + 1;
    }
    length += chunk.length - from;
    // A copy, because the next chunk takes its place.
    if (length <= maxBytes) parts.push(chunk.slice(from));
    else parts = [];
  }
  if (length > 0) yield lineWith(new Uint8Array(), false);
}

function textOf(parts: readonly Uint8Array[]): string {
  const [first = new Uint8Array()] = parts;
  const { buffer, byteOffset, byteLength } = parts.length === 1 ? first : Buffer.concat(parts);
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}
