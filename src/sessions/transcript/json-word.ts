import { LETTER_F, LETTER_N, LETTER_T } from './json-bytes.ts';

type Word = 'true' | 'false' | 'null';

/** Recognises the words that JSON has for values. */
export class JsonWord {
  #word: Word = 'null';
  #length = 0;

  /** The word that starts with this byte. */
  start(byte: number): Word | undefined {
    const word = wordStartingWith(byte);
    if (word !== undefined) this.#word = word;
    this.#length = 0;
    return word;
  }

  /** Reads to the end of the word, to a byte that cannot be there, or to the end of the chunk. */
  scan(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && chunk[at] === this.#word.charCodeAt(this.#length)) {
      at += 1;
      this.#length += 1;
    }
    return at;
  }

  get isWhole(): boolean {
    return this.#length === this.#word.length;
  }
}

function wordStartingWith(byte: number): Word | undefined {
  switch (byte) {
    case LETTER_T:
      return 'true';
    case LETTER_F:
      return 'false';
    case LETTER_N:
      return 'null';
    default:
      return undefined;
  }
}
