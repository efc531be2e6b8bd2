import { type Identity, isSameFile } from '../disk/facts.ts';
import { PackedPaths } from './packed-paths.ts';

/** What a run has put into the target under one name. */
export interface Linked extends Identity {
  readonly size: number;
  readonly mtime: bigint;
  /** The file in the target, where that is a copy. */
  readonly copy?: Identity;
}

// Device, inode, birth, size and time of each.
const COLUMNS = 5;
const ROWS_AT_ONCE = 1024;

/** What was brought over, by path relative to the tree: numbers side by side, because there may be very many. */
export class LinkedFiles implements Iterable<readonly [string, Linked]> {
  readonly #paths = new PackedPaths();
  readonly #blocks: BigInt64Array[] = [];
  readonly #copies = new Map<number, Identity>();
  readonly #deleted = new Set<number>();
  /** By inode; made when it is first asked for, because most runs never do. */
  #inodes: Map<bigint, number | readonly number[]> | undefined;

  constructor(files: Iterable<readonly [string, Linked]> = []) {
    for (const [path, linked] of files) this.set(path, linked);
  }

  get size(): number {
    return this.#paths.size - this.#deleted.size;
  }

  has(path: string): boolean {
    return this.#rowOf(path) !== undefined;
  }

  get(path: string): Linked | undefined {
    const row = this.#rowOf(path);
    return row === undefined ? undefined : this.#linkedAt(row);
  }

  /** Under which paths a file was brought over. */
  pathsOf(file: Identity): readonly string[] {
    if (this.#inodes === undefined) {
      this.#inodes = new Map();
      for (const row of this.#rows()) this.#index(row, this.#linkedAt(row).inode);
    }
    const rows = [this.#inodes.get(file.inode) ?? []].flat();
    return rows
      .filter((row) => !this.#deleted.has(row) && isSameFile(this.#linkedAt(row), file))
      .map((row) => this.#paths.at(row));
  }

  set(path: string, { device, inode, birth, size, mtime, copy }: Linked): void {
    const row = this.#paths.add(path);
    this.#deleted.delete(row);
    this.#cellsOf(row).set([device, inode, birth, BigInt(size), mtime]);
    if (copy === undefined) this.#copies.delete(row);
    else this.#copies.set(row, copy);
    this.#index(row, inode);
  }

  delete(path: string): void {
    const row = this.#rowOf(path);
    if (row !== undefined) this.#deleted.add(row);
  }

  *[Symbol.iterator](): Iterator<readonly [string, Linked]> {
    for (const row of this.#rows()) yield [this.#paths.at(row), this.#linkedAt(row)];
  }

  *#rows(): Generator<number> {
    for (let row = 0; row < this.#paths.size; row += 1) {
      if (!this.#deleted.has(row)) yield row;
    }
  }

  #rowOf(path: string): number | undefined {
    const row = this.#paths.find(path);
    return row === undefined || this.#deleted.has(row) ? undefined : row;
  }

  #index(row: number, inode: bigint): void {
    const rows = this.#inodes?.get(inode);
    if (rows === undefined) this.#inodes?.set(inode, row);
    else if (rows !== row) this.#inodes?.set(inode, [...new Set([rows, row].flat())]);
  }

  /** Room for more is made block by block: what is copied into twice the room would be kept for long, too. */
  #cellsOf(row: number): BigInt64Array {
    const index = row % ROWS_AT_ONCE;
    const number = (row - index) / ROWS_AT_ONCE;
    const block = (this.#blocks[number] ??= new BigInt64Array(ROWS_AT_ONCE * COLUMNS));
    return block.subarray(index * COLUMNS, (index + 1) * COLUMNS);
  }

  #linkedAt(row: number): Linked {
    const [device = 0n, inode = 0n, birth = 0n, size = 0n, mtime = 0n] = this.#cellsOf(row);
    const linked = {
      device: BigInt.asUintN(64, device),
      inode: BigInt.asUintN(64, inode),
      birth,
      size: Number(size),
      mtime,
    };
    const copy = this.#copies.get(row);
    return copy === undefined ? linked : { ...linked, copy };
  }
}
