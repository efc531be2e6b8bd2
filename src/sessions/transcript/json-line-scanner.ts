import { Brackets } from './brackets.ts';
import { FieldTracker } from './field-tracker.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isSpace,
  NEWLINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './json-bytes.ts';
import type { JsonField } from './json-field.ts';
import { JsonNumber } from './json-number.ts';
import { JsonString } from './json-string.ts';
import { JsonWord } from './json-word.ts';

/** What a line is: white space; what `JSON.parse` takes; that and more; or none of them. */
export type LineVerdict = 'blank' | 'json' | 'json-and-more' | 'not-json';

/** What comes between strings, numbers and words. */
type Mark = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end';

/** What comes next in a line. */
type Expected =
  | Mark
  | 'rest-of-key'
  | 'rest-of-string'
  | 'rest-of-number'
  | 'rest-of-word'
  | 'newline-after-mistake'
  | 'newline-after-more';

/**
 * Recognises lines of JSON in chunks that may end anywhere: a line is JSON exactly if `JSON.parse`
 * takes it decoded as UTF-8, and it does not nest deeper than {@link Brackets.most}. Fills in the
 * wanted fields, and holds nothing else, however long or deep a line is.
 */
export class JsonLineScanner {
  readonly #fields: FieldTracker;
  readonly #brackets = new Brackets();
  readonly #string = new JsonString();
  readonly #number = new JsonNumber();
  readonly #word = new JsonWord();
  #expected: Expected = 'value';

  constructor(root: JsonField) {
    this.#fields = new FieldTracker(root);
  }

  /** Reads to the end of the line, or of the chunk; tells where that is. */
  scan(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const expected = this.#expected;
      switch (expected) {
        case 'rest-of-string':
        case 'rest-of-key':
          at = this.#scanString(chunk, at);
          break;
        case 'rest-of-number':
          at = this.#scanNumber(chunk, at);
          break;
        case 'rest-of-word':
          at = this.#scanWord(chunk, at);
          break;
        case 'newline-after-mistake':
        case 'newline-after-more': {
          const newline = chunk.indexOf(NEWLINE, at);
          return newline === -1 ? chunk.length : newline;
        }
        default: {
          const byte = chunk[at] ?? 0;
          if (byte === NEWLINE) return at;
          if (!isSpace(byte)) this.#expected = this.#after(expected, byte);
          // The first byte of a number or word is read again, with the rest.
          if (this.#expected !== 'rest-of-number' && this.#expected !== 'rest-of-word') at += 1;
        }
      }
    }
    return at;
  }

  /** Whether the line ends between the parts of a value, so that the next line can go on with it. */
  get canGoOn(): boolean {
    return this.#brackets.depth > 0 && this.#expected !== 'newline-after-mistake';
  }

  /** Ends the line. What it left in the fields stays until the next one. */
  finish(): LineVerdict {
    const verdict = this.#verdict();
    this.#brackets.closeAll();
    this.#fields.startLine();
    this.#expected = 'value';
    return verdict;
  }

  #verdict(): LineVerdict {
    if (this.#brackets.depth > 0) return 'not-json';
    if (this.#expected === 'value') return 'blank';
    if (this.#expected === 'newline-after-more') return 'json-and-more';
    const isWhole = this.#expected === 'rest-of-number' && this.#number.isWhole;
    return isWhole || this.#expected === 'comma-or-end' ? 'json' : 'not-json';
  }

  #after(expected: Mark, byte: number): Expected {
    switch (expected) {
      case 'value':
        return this.#startValue(byte);
      case 'value-or-end':
        return byte === CLOSE_ARRAY ? this.#close() : this.#startValue(byte);
      case 'key':
        return this.#startKey(byte);
      case 'key-or-end':
        return byte === CLOSE_OBJECT ? this.#close() : this.#startKey(byte);
      case 'colon':
        return byte === COLON ? 'value' : 'newline-after-mistake';
      default:
        return this.#afterValue(byte);
    }
  }

  #startValue(byte: number): Expected {
    switch (byte) {
      case QUOTE:
        this.#fields.startValue('string', this.#brackets.depth);
        this.#string.start();
        return 'rest-of-string';
      case OPEN_OBJECT:
        this.#fields.startValue('object', this.#brackets.depth);
        return this.#brackets.open(true) ? 'key-or-end' : 'newline-after-mistake';
      case OPEN_ARRAY:
        this.#fields.startValue('array', this.#brackets.depth);
        return this.#brackets.open(false) ? 'value-or-end' : 'newline-after-mistake';
      default:
        return this.#startWordOrNumber(byte);
    }
  }

  #startWordOrNumber(byte: number): Expected {
    const word = this.#word.start(byte);
    this.#fields.startValue(word ?? 'number', this.#brackets.depth);
    this.#number.start();
    return word === undefined ? 'rest-of-number' : 'rest-of-word';
  }

  #startKey(byte: number): Expected {
    if (byte !== QUOTE) return 'newline-after-mistake';
    this.#fields.startKey(this.#brackets.depth);
    this.#string.start();
    return 'rest-of-key';
  }

  #afterValue(byte: number): Expected {
    if (this.#brackets.depth === 0) return 'newline-after-more';
    const { inObject } = this.#brackets;
    if (byte === COMMA) return inObject ? 'key' : 'value';
    return byte === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)
      ? this.#close()
      : 'newline-after-mistake';
  }

  #close(): Expected {
    this.#fields.close(this.#brackets.depth);
    this.#brackets.close();
    return 'comma-or-end';
  }

  #scanString(chunk: Uint8Array, from: number): number {
    const at = this.#string.scan(chunk, from);
    this.#fields.append(chunk, from, at);
    if (at === chunk.length) return at;
    if (!this.#string.endsWith(chunk[at] ?? 0)) {
      this.#expected = 'newline-after-mistake';
      return at;
    }
    const isKey = this.#expected === 'rest-of-key';
    if (isKey) this.#fields.endKey();
    this.#expected = isKey ? 'colon' : 'comma-or-end';
    return at + 1;
  }

  #scanNumber(chunk: Uint8Array, from: number): number {
    const at = this.#number.scan(chunk, from);
    this.#fields.append(chunk, from, at);
    if (at < chunk.length)
      this.#expected = this.#number.isWhole ? 'comma-or-end' : 'newline-after-mistake';
    return at;
  }

  #scanWord(chunk: Uint8Array, from: number): number {
    const at = this.#word.scan(chunk, from);
    if (this.#word.isWhole) this.#expected = 'comma-or-end';
    else if (at < chunk.length) this.#expected = 'newline-after-mistake';
    return at;
  }
}
