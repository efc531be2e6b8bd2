/** What the search in all projects takes for a sign of messages (seen on 2.1.329). */
const signs = ['"type":"user"', '"type":"assistant"', '"subtype":"voice_call_talk"'].map((text) =>
  Buffer.from(text),
);
const LONGEST_SIGN = Math.max(...signs.map(({ length }) => length));

/**
 * Finds out whether the bytes of a transcript look as if it held messages.
 *
 * That is how the program chooses among all projects: by text anywhere in the file, even in a line that
 * is no message or no JSON at all.
 */
export class MessageTextSearch {
  #tail = Buffer.alloc(0);
  #isFound = false;

  get isFound(): boolean {
    return this.#isFound;
  }

  push(chunk: Uint8Array): void {
    if (this.#isFound) return;
    const bytes = Buffer.concat([this.#tail, chunk]);
    this.#isFound = signs.some((sign) => bytes.includes(sign));
    // A copy, because the caller fills its buffer anew.
    this.#tail = Buffer.from(bytes.subarray(-LONGEST_SIGN));
  }
}
