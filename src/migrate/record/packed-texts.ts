import { Buffer } from 'node:buffer';

// A longer text has a chunk of its own.
const CHUNK = 65_536;
const FIRST_ROOM = 64;
// Hash, start, and length.
const COLUMNS = 3;

/**
 * Numbers texts in the order in which they come, and finds the number of each.
 *
 * Of very many a `Map` takes five times as much memory: so their bytes lie side by side, outside of the heap.
 */
export class PackedTexts {
  readonly #chunks: Buffer[] = [];
  /** How much of the last chunk is used. */
  #used = CHUNK;
  #rows = new Uint32Array(FIRST_ROOM * COLUMNS);
  /** Each number plus one, in the slot that the hash of its text says, or in the next one that was free. */
  #slots = new Uint32Array(FIRST_ROOM * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of a text; `undefined` where it was not added. */
  find(text: string): number | undefined {
    return this.#rowIn(this.#slotOf(text, hashOf(text)));
  }

  /** The number that a text has, or gets. */
  add(text: string): number {
    const hash = hashOf(text);
    const slot = this.#slotOf(text, hash);
    const known = this.#rowIn(slot);
    if (known !== undefined) return known;
    const row = this.#size;
    this.#size += 1;
    this.#slots[slot] = this.#size;
    this.#write(row, hash, text);
    if (this.#size * COLUMNS === this.#rows.length) this.#grow();
    return row;
  }

  /** The text that has a number. */
  at(row: number): string {
    const start = this.#rows[row * COLUMNS + 1] ?? 0;
    const length = this.#rows[row * COLUMNS + 2] ?? 0;
    const offset = start % CHUNK;
    const chunk = this.#chunks[(start - offset) / CHUNK];
    return chunk?.toString(encodingOf(length), offset, offset + (length >>> 1)) ?? '';
  }

  #rowIn(slot: number): number | undefined {
    const row = this.#slots[slot] ?? 0;
    return row === 0 ? undefined : row - 1;
  }

  /** The slot of a text, or the one in which it belongs. */
  #slotOf(text: string, hash: number): number {
    for (let slot = this.#firstSlot(hash); ; slot = this.#firstSlot(slot + 1)) {
      const row = this.#rowIn(slot);
      if (row === undefined) return slot;
      if (this.#rows[row * COLUMNS] === hash && this.at(row) === text) return slot;
    }
  }

  #firstSlot(hash: number): number {
    return hash & (this.#slots.length - 1);
  }

  #write(row: number, hash: number, text: string): void {
    // What has other characters, too, takes two bytes for each: so whatever a text holds comes back.
    const isWide = /[^\0-\xff]/.test(text);
    const bytes = isWide ? text.length * 2 : text.length;
    if (this.#used + bytes > CHUNK) {
      this.#chunks.push(Buffer.alloc(Math.max(CHUNK, bytes)));
      this.#used = 0;
    }
    const last = this.#chunks.length - 1;
    const length = bytes * 2 + (isWide ? 1 : 0);
    this.#chunks[last]?.write(text, this.#used, encodingOf(length));
    this.#rows.set([hash, last * CHUNK + this.#used, length], row * COLUMNS);
    this.#used += bytes;
  }

  #grow(): void {
    const rows = new Uint32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let row = 0; row < this.#size; row += 1) {
      let slot = this.#firstSlot(rows[row * COLUMNS] ?? 0);
      while (this.#rowIn(slot) !== undefined) slot = this.#firstSlot(slot + 1);
      this.#slots[slot] = row + 1;
    }
  }
}

/** Its lowest bit says how a text is written; what is above it, how many bytes it takes. */
function encodingOf(length: number): 'latin1' | 'utf16le' {
  return (length & 1) === 0 ? 'latin1' : 'utf16le';
}

/** FNV-1a, over the code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
