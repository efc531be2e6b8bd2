import { Buffer } from 'node:buffer';
import { type FileInfo, isSameFile } from './file-info.ts';
import { OPEN, readFully, readWhole, syncHandle, withFile, writeFully } from './io.ts';
import type { MigrateFs, MigrateReadFs } from './migrate-fs.ts';
import { readBytes } from './compare-files.ts';

/** Files up to this size are merged by their lines; larger ones are left as they are. */
export const MAX_MERGED_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;
/** How far before the end of a transcript a fragment is looked for: what a session wrote since it was appended. */
const SEARCHED_BYTES = 16 * 1024 * 1024;

const MAX_LINE_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Calls `visit` with each line of a file, without its newline; very long ones are left out. */
export async function forEachLine(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
  visit: (line: Uint8Array) => void,
): Promise<void> {
  await withFile(fs, path, OPEN.read, async (handle, { size }) => {
    let rest = new Uint8Array();
    for (let position = 0; position < size;) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - position));
      const read = await readFully(handle, chunk, position, path);
      if (read === 0) break;
      position += read;
      const bytes = new Uint8Array(rest.length + read);
      bytes.set(rest);
      bytes.set(chunk.subarray(0, read), rest.length);
      let start = 0;
      for (let end; (end = bytes.indexOf(NEWLINE, start)) !== -1; start = end + 1) {
        visit(bytes.subarray(start, end));
      }
      rest = bytes.subarray(start);
      if (rest.length > MAX_LINE_BYTES) rest = new Uint8Array();
    }
    visit(rest);
  });
}

/** The lines of both files, those of `shared` first; `undefined` if that adds nothing to `shared`. */
export function uniteLines(shared: Uint8Array, own: Uint8Array): Uint8Array | undefined {
  const missing = missingLines(shared, own);
  if (missing.length === 0) return undefined;
  const isClosed = shared.length === 0 || shared.at(-1) === NEWLINE;
  return Buffer.concat([shared, Buffer.from(isClosed ? '' : '\n'), missing]);
}

/** The whole lines of a file, starting with the line that contains the offset. */
export async function wholeLinesFrom(
  fs: Pick<MigrateFs, 'open'>,
  path: string,
  offset: number,
): Promise<{ readonly lines: Uint8Array; readonly isTorn: boolean } | undefined> {
  const bytes = await readBytes(fs, path, MAX_MERGED_BYTES);
  if (bytes === undefined) return undefined;
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  // A size that was taken while a line was being written is somewhere within that line.
  const start = offset === 0 ? 0 : bytes.lastIndexOf(NEWLINE, Math.min(offset, end) - 1) + 1;
  return { lines: bytes.subarray(start, end), isTorn: end < bytes.length };
}

/** Whether a file has all of these lines; `undefined` if it is gone, or too large to tell. */
export async function hasLines(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
  lines: Uint8Array,
): Promise<boolean | undefined> {
  const bytes = await readBytes(fs, path, MAX_MERGED_BYTES);
  return bytes && missingLines(bytes, lines).length === 0;
}

/** Appends those of the lines that a file lacks, if the file is the one that is meant; returns whether it has them all now. */
export async function appendMissing(
  fs: Pick<MigrateFs, 'open'>,
  path: string,
  expected: FileInfo,
  lines: Uint8Array,
): Promise<boolean> {
  const hasAll = await withFile(fs, path, OPEN.append, async (handle, info) => {
    if (!isSameFile(info, expected) || info.size > MAX_MERGED_BYTES) return false;
    const missing = missingLines(await readWhole(handle, info.size, path), lines);
    if (missing.length === 0) return true;
    await writeFully(handle, missing, path);
    await syncHandle(handle, path);
    return true;
  });
  return hasAll ?? false;
}

/** Those of the lines that are nowhere in the bytes. */
function missingLines(bytes: Uint8Array, lines: Uint8Array): Uint8Array {
  // One byte a character, so that every byte comes out as it went in.
  const known = new Set(Buffer.from(bytes).toString('latin1').split('\n'));
  const missing = Buffer.from(lines)
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '' && !known.has(line));
  return Buffer.from(missing.map((line) => `${line}\n`).join(''), 'latin1');
}

/**
 * Appends whole lines to a transcript, unless its end has them already.
 *
 * Of what an earlier attempt could write only in part, the rest is appended. A torn last line gets its newline first, as
 * Claude Code gives it one.
 *
 * @returns Whether anything was appended; `undefined` if no file is there.
 */
export async function appendLines(
  fs: Pick<MigrateFs, 'open'>,
  path: string,
  lines: Uint8Array,
): Promise<boolean | undefined> {
  return await withFile(fs, path, OPEN.append, async (handle, { size }) => {
    const tail = new Uint8Array(Math.min(size, lines.length + SEARCHED_BYTES));
    const read = await readFully(handle, tail, size - tail.length, path);
    const missing = missingAtEnd(tail.subarray(0, read), lines);
    if (missing.length === 0) return false;
    await writeFully(handle, missing, path);
    await syncHandle(handle, path);
    return true;
  });
}

/** What has to be appended so that a file with this end has the lines. */
export function missingAtEnd(tail: Uint8Array, lines: Uint8Array): Uint8Array {
  const end = Buffer.from(tail);
  if (lines.length === 0 || end.includes(Buffer.from(lines))) return new Uint8Array();
  // An earlier attempt began at the beginning of a line.
  const from = Math.max(0, end.length - lines.length);
  for (let start = from === 0 ? 0 : end.indexOf(NEWLINE, from) + 1; ;) {
    const rest = end.subarray(start);
    if (rest.length > 0 && rest.equals(lines.subarray(0, rest.length))) {
      return lines.subarray(rest.length);
    }
    const newline = end.indexOf(NEWLINE, start);
    if (newline === -1 || (start === 0 && from !== 0)) break;
    start = newline + 1;
  }
  const isTorn = end.length > 0 && end.at(-1) !== NEWLINE;
  return isTorn ? Buffer.concat([Buffer.from('\n'), lines]) : lines;
}
