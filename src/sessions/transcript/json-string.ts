import { BACKSLASH, LETTER_U, QUOTE } from './json-bytes.ts';

const encoder = new TextEncoder();

/** Bytes that stand for themselves; those from 0x80 on are parts of characters. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);
const isHexDigit = tableOf('0123456789abcdefABCDEF');
const isEscaped = tableOf('"\\/bfnrt');

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of encoder.encode(characters)) table[byte] = 1;
  return table;
}

/** The last byte of those that stand for themselves, from one on that does. */
function lastOfPlain(chunk: Uint8Array, from: number): number {
  let at = from + 1;
  // Four at a time, because most of a transcript is inside strings: a third faster than one by one.
  for (; at + 3 < chunk.length; at += 4) {
    const [one, two] = [isPlain[chunk[at] ?? 0], isPlain[chunk[at + 1] ?? 0]];
    const [three, four] = [isPlain[chunk[at + 2] ?? 0], isPlain[chunk[at + 3] ?? 0]];
    if (one !== 1 || two !== 1 || three !== 1 || four !== 1) break;
  }
  while (at < chunk.length && isPlain[chunk[at] ?? 0] === 1) at += 1;
  return at - 1;
}

/** Recognises what is between the quotes of a JSON string. */
export class JsonString {
  /** 0, 1 behind a backslash, or one more than the hexadecimal digits to come. */
  #escape = 0;

  start(): void {
    this.#escape = 0;
  }

  /** Reads to the closing quote, to a byte that cannot be there, or to the end of the chunk. */
  scan(chunk: Uint8Array, from: number): number {
    const end = chunk.length;
    let escape = this.#escape;
    let at = from;
    for (; at < end; at += 1) {
      const byte = chunk[at] ?? 0;
      if (escape === 0) {
        if (isPlain[byte] === 1) at = lastOfPlain(chunk, at);
        else if (byte === BACKSLASH) escape = 1;
        else break;
      } else if (escape > 1) {
        if (isHexDigit[byte] !== 1) break;
        escape -= 1;
        if (escape === 1) escape = 0;
      } else if (byte === LETTER_U) {
        escape = 5;
      } else {
        if (isEscaped[byte] !== 1) break;
        escape = 0;
      }
    }
    this.#escape = escape;
    return at;
  }

  /** Whether the byte at which reading stopped ends the string. */
  endsWith(byte: number): boolean {
    return byte === QUOTE && this.#escape === 0;
  }
}
