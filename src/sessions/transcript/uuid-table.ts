const FIRST_SIZE = 2 ** 10;

/** Gives texts numbers: 1, 2 and so on; the same text the same number. Keeps 64 bits of each. */
export class UuidTable {
  /** How many texts there can be; the table then holds 16 megabytes. */
  static readonly most = 2 ** 20 - 1;

  /** Two halves of a hash for each number; number 0 is nobody's. */
  #hashes = new Uint32Array(FIRST_SIZE * 2);
  /** Open addressing, never more than half full; 0 is a free slot. */
  #slots = new Uint32Array(FIRST_SIZE * 2);
  #last = 0;
  /** Other ones in every table, so that nobody can write texts that share a slot. */
  readonly #highSeed: number;
  readonly #lowSeed: number;
  readonly #factor: number;

  constructor() {
    const [high = 0, low = 0, factor = 0] = crypto.getRandomValues(new Uint32Array(3));
    this.#highSeed = high;
    this.#lowSeed = low;
    this.#factor = factor | 1;
  }

  /** The greatest number that has been given. */
  get last(): number {
    return this.#last;
  }

  /** The number of a text, or 0 where the table is full and has not got it. */
  numberOf(text: string): number {
    const high = hashOf(text, this.#highSeed, this.#factor);
    const low = hashOf(text, this.#lowSeed, this.#factor);
    const slot = this.#slotOf(high, low);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0 || this.#last === UuidTable.most) return known;
    this.#last += 1;
    this.#hashes[this.#last * 2] = high;
    this.#hashes[this.#last * 2 + 1] = low;
    this.#slots[slot] = this.#last;
    if ((this.#last + 1) * 2 === this.#slots.length && this.#last < UuidTable.most) this.#grow();
    return this.#last;
  }

  /** The slot that has this hash, or would take it. */
  #slotOf(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      if (this.#hashes[number * 2] === high && this.#hashes[number * 2 + 1] === low) return slot;
    }
  }

  #grow(): void {
    const hashes = new Uint32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 1; number <= this.#last; number += 1) {
      const slot = this.#slotOf(hashes[number * 2] ?? 0, hashes[number * 2 + 1] ?? 0);
      this.#slots[slot] = number;
    }
  }
}

/** A hash of 32 bits, as an unsigned number: every unit is mixed in as by MurmurHash3. */
function hashOf(text: string, seed: number, factor: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), factor);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}
