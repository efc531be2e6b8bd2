import { type Identity, isSameFile } from './facts.ts';

/** What a run has put into the target under one name. */
export interface Linked extends Identity {
  readonly size: number;
  readonly mtime: bigint;
  /** The file in the target, where that is a copy. */
  readonly copy?: Identity;
}

// Device, inode, birth, size and time of each.
const COLUMNS = 5;
const FIRST_ROOM = 64;

/** What was brought over, by path relative to the tree: numbers side by side, because there may be very many. */
export class LinkedFiles implements Iterable<readonly [string, Linked]> {
  readonly #rows = new Map<string, number>();
  readonly #copies = new Map<string, Identity>();
  #cells = new BigInt64Array(FIRST_ROOM * COLUMNS);
  #used = 0;
  /** By inode; made when it is first asked for, because most runs never do. */
  #paths: Map<bigint, string[]> | undefined;

  constructor(files: Iterable<readonly [string, Linked]> = []) {
    for (const [path, linked] of files) this.set(path, linked);
  }

  get size(): number {
    return this.#rows.size;
  }

  has(path: string): boolean {
    return this.#rows.has(path);
  }

  get(path: string): Linked | undefined {
    const row = this.#rows.get(path);
    return row === undefined ? undefined : this.#linkedAt(row, path);
  }

  /** Under which paths a file was brought over. */
  pathsOf(file: Identity): readonly string[] {
    if (this.#paths === undefined) {
      this.#paths = new Map();
      for (const [path, { inode }] of this) this.#index(path, inode);
    }
    const paths = this.#paths.get(file.inode) ?? [];
    return paths.filter((path) => {
      const linked = this.get(path);
      return linked !== undefined && isSameFile(linked, file);
    });
  }

  set(path: string, { device, inode, birth, size, mtime, copy }: Linked): void {
    const row = this.#rows.get(path) ?? this.#newRow();
    this.#cells.set([device, inode, birth, BigInt(size), mtime], row * COLUMNS);
    this.#rows.set(path, row);
    if (copy === undefined) this.#copies.delete(path);
    else this.#copies.set(path, copy);
    this.#index(path, inode);
  }

  delete(path: string): void {
    this.#rows.delete(path);
    this.#copies.delete(path);
  }

  *[Symbol.iterator](): Iterator<readonly [string, Linked]> {
    for (const [path, row] of this.#rows) yield [path, this.#linkedAt(row, path)];
  }

  #index(path: string, inode: bigint): void {
    const paths = this.#paths?.get(inode);
    if (paths === undefined) this.#paths?.set(inode, [path]);
    else if (!paths.includes(path)) paths.push(path);
  }

  #newRow(): number {
    const row = this.#used;
    this.#used += 1;
    if (this.#used * COLUMNS > this.#cells.length) {
      const cells = new BigInt64Array(this.#cells.length * 2);
      cells.set(this.#cells);
      this.#cells = cells;
    }
    return row;
  }

  #linkedAt(row: number, path: string): Linked {
    const cells = this.#cells.subarray(row * COLUMNS, (row + 1) * COLUMNS);
    const [device = 0n, inode = 0n, birth = 0n, size = 0n, mtime = 0n] = cells;
    const linked = {
      device: BigInt.asUintN(64, device),
      inode: BigInt.asUintN(64, inode),
      birth,
      size: Number(size),
      mtime,
    };
    const copy = this.#copies.get(path);
    return copy === undefined ? linked : { ...linked, copy };
  }
}
