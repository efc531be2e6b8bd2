import { Buffer } from 'node:buffer';
import { parsedJson } from '../../core/json.ts';
import { orThrow } from '../../core/result.ts';
import type { ReadHandle } from '../../fs/session-fs.ts';

/** Where a transcript has a text. */
export interface FoundText {
  /** The number of the line in the file, from 1. */
  readonly line: number;
  /** The text with some of what surrounds it. Data: it may have line breaks and escape sequences. */
  readonly excerpt: string;
}

/** A text to look for. */
export interface Needle {
  /** What finds it in bytes that are read as Latin-1, in the spelling of JSON. */
  readonly pattern: RegExp;
  readonly bytes: number;
}

/** Upper and lower case of the letters A to Z are the same; of others they differ. */
export function needleFor(text: string): Needle {
  const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
  const source = bytes
    .toString('latin1')
    .replaceAll(/[^]/g, (unit) =>
      /[a-z]/i.test(unit)
        ? `[${unit.toLowerCase()}${unit.toUpperCase()}]`
        : String.raw`\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return { pattern: new RegExp(source, 'g'), bytes: bytes.length };
}

const NEWLINE = 10;
const BACKSLASH = 92;
// What is shown before and after.
const BEFORE = 60;
const AFTER = 120;

/** Finds the first place in a file of this size that has the text. */
export async function find(
  handle: ReadHandle,
  path: string,
  size: number,
  needle: Needle,
  buffer: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<FoundText | undefined> {
  const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  // What is looked at again, because the text may begin in it and end in what is read next.
  const overlap = Math.min(needle.bytes + BEFORE + AFTER, bytes.length / 2);
  let lines = 1;
  let kept = 0;
  for (let position = 0; position < size;) {
    signal?.throwIfAborted();
    const wanted = Math.min(bytes.length - kept, size - position);
    const { bytesRead } = await orThrow(path, handle.read(bytes, kept, wanted, position));
    if (bytesRead === 0) return undefined;
    position += bytesRead;
    const length = kept + bytesRead;
    const part = bytes.subarray(0, length);
    const found = findIn(part, needle);
    if (found !== undefined) {
      return { line: lines + newlinesIn(part.subarray(0, found.at)), excerpt: found.excerpt };
    }
    if (position >= size) return undefined;
    kept = Math.min(overlap, length);
    lines += newlinesIn(part.subarray(0, length - kept));
    bytes.copyWithin(0, length - kept, length);
  }
  return undefined;
}

function findIn(bytes: Buffer, { pattern, bytes: length }: Needle) {
  const units = bytes.toString('latin1');
  pattern.lastIndex = 0;
  for (let hit; (hit = pattern.exec(units)) !== null; pattern.lastIndex = hit.index + 1) {
    // A line break is written as `\n`, whose n is not the beginning of a word.
    if (isInEscape(bytes, hit.index)) continue;
    return { at: hit.index, excerpt: excerptAt(bytes, hit.index, hit.index + length) };
  }
  return undefined;
}

function isInEscape(bytes: Buffer, at: number): boolean {
  let start = at;
  while (bytes[start - 1] === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}

/** What is around a place in a line of JSON: at most the text in which it is. */
function excerptAt(bytes: Buffer, from: number, end: number): string {
  const before = bytes.toString('utf8', Math.max(0, from - BEFORE), from);
  const after = bytes.toString('utf8', end, end + AFTER);
  // Up to a quotation mark or a line break, which end the text.
  const [own = ''] = /(?:[^"\\\n]|\\[^\n])*$/.exec(before) ?? [];
  const [more = ''] = /^(?:[^"\\\n]|\\[^\n])*/.exec(after) ?? [];
  // Otherwise cut at a blank, where neither a character nor an escape is cut.
  const isCut = from > BEFORE && own.length === before.length;
  const goesOn = end + AFTER < bytes.length && more.length === after.length;
  const json = [
    isCut ? own.replace(/^\S*/, '') : own,
    bytes.toString('utf8', from, end),
    goesOn ? more.replace(/\S*$/, '') : more,
  ].join('');
  const text = parsedJson(`"${json}"`);
  return (typeof text === 'string' ? text : json).trim();
}

function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; (at = bytes.indexOf(NEWLINE, at)) !== -1; at += 1) count += 1;
  return count;
}
