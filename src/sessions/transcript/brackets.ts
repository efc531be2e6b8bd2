const FIRST_BYTES = 64;
const MOST_BYTES = 2 ** 20;

/** The brackets that are open: one bit for each, so that a million levels are 128 kilobytes. */
export class Brackets {
  /** How many levels there can be: 8,388,608. A text that nests deeper is not understood. */
  static readonly most = MOST_BYTES * 8;

  #bits = new Uint8Array(FIRST_BYTES);
  #depth = 0;

  get depth(): number {
    return this.#depth;
  }

  /** Whether the innermost bracket that is open belongs to an object. */
  get inObject(): boolean {
    const at = this.#depth - 1;
    return ((this.#bits[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  /** Opens one more; tells whether there was room. */
  open(isObject: boolean): boolean {
    const at = this.#depth;
    if (at === Brackets.most) return false;
    const index = at >>> 3;
    if (index === this.#bits.length) {
      const grown = new Uint8Array(this.#bits.length * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const bit = 1 << (at & 7);
    const others = (this.#bits[index] ?? 0) & ~bit;
    this.#bits[index] = isObject ? others | bit : others;
    this.#depth = at + 1;
    return true;
  }

  close(): void {
    this.#depth -= 1;
  }

  closeAll(): void {
    this.#depth = 0;
  }
}
