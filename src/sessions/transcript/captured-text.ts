import { BACKSLASH } from './json-bytes.ts';

// A byte order mark is a character of a JSON string like any other.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes between the quotes of a JSON string, or of a JSON number, gathered up to a limit. */
export class CapturedText {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(limit: number) {
    this.#bytes = new Uint8Array(limit);
  }

  clear(): void {
    this.#length = 0;
  }

  append(chunk: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length <= this.#bytes.length) {
      // Not `set` and `subarray`: most texts are so short that making the view costs more.
      for (let at = from; at < to; at += 1) this.#bytes[this.#length + at - from] = chunk[at] ?? 0;
    }
    this.#length = length;
  }

  /** What the bytes mean, or `undefined` if they are more than the limit. */
  get text(): string | undefined {
    if (this.#length > this.#bytes.length) return undefined;
    const bytes = this.#bytes.subarray(0, this.#length);
    const text = decoder.decode(bytes);
    if (!bytes.includes(BACKSLASH)) return text;
    const unescaped: unknown = JSON.parse(`"${text}"`);
    return typeof unescaped === 'string' ? unescaped : undefined;
  }
}
