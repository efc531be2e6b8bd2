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
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, LONGEST_SIGN)]);
    this.#isFound = signs.some((sign) => seam.indexOf(sign) !== -1 || bytes.indexOf(sign) !== -1);
    // A copy, because the caller fills its buffer anew.
    this.#tail = Buffer.from(Buffer.concat([this.#tail, bytes.subarray(-LONGEST_SIGN)]));
    this.#tail = this.#tail.subarray(-LONGEST_SIGN);
  }
}
