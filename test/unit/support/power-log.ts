import type { ImageNode } from './disk-image.ts';
import type { PosixWorld } from './posix-memfs.ts';
import type { Change, Inode } from './posix-volume.ts';

/** A change of names. It is pending from when it was made until a sync has covered it. */
export interface NameChange {
  readonly index: number;
  /** What it does, for whoever reads of its loss. */
  readonly text: string;
  /** The names it changes, as `<directory>/<name>`, and what stands there afterwards. */
  readonly sets: readonly {
    readonly dir: number;
    readonly name: string;
    readonly node: number | undefined;
  }[];
  /** Earlier changes without which it cannot be on the disk. */
  readonly needs: readonly number[];
  /** Those of {@link needs} that made the directory it is in. */
  readonly places: readonly { readonly dir: number; readonly index: number }[];
}

/** Bytes that were written, or a truncation, in the order in which one file got them. */
export interface DataChange {
  readonly node: number;
  readonly position: number;
  /** `undefined` for a truncation to nothing. */
  readonly bytes: Uint8Array | undefined;
}

/** A moment after a change, with everything that a power failure may undo. */
export interface Moment {
  /** What has just been done. */
  readonly text: string;
  readonly change: NameChange | undefined;
  readonly wrote: number | undefined;
  /** Changes of names so far. */
  readonly names: number;
  /** Those of them that are not on the disk for sure. */
  readonly pending: readonly number[];
  /** For each file: how many of its data changes are made, and how many are on the disk for sure. */
  readonly data: ReadonlyMap<number, { readonly made: number; readonly synced: number }>;
}

interface Meta {
  readonly ino: number;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly birthtimeMs: number;
  readonly target?: string;
}

/** Whether a sync of a new directory leaves that directory's own name unsafe (POSIX), or makes it safe (journals). */
export type NewDirectories = 'unsafe' | 'safe';

/** What a run has done to a disk, call by call. */
export class PowerLog {
  readonly base: ImageNode;
  readonly changes: NameChange[] = [];
  readonly moments: Moment[] = [];
  readonly dataOf = new Map<number, DataChange[]>();
  readonly baseNodes = new Map<number, ImageNode>();
  readonly metaOf = new Map<number, Meta>();
  readonly #ids = new Map<Inode, number>();
  readonly #lastOf = new Map<string, number>();
  readonly #madeBy = new Map<number, number>();
  readonly #dirMoves: number[] = [];
  readonly #inside = new Map<number, number[]>();
  readonly #newDirectories: NewDirectories;
  #pending: number[] = [];
  #data = new Map<number, { made: number; synced: number }>();

  constructor(world: PosixWorld, newDirectories: NewDirectories) {
    this.#newDirectories = newDirectories;
    const seen = new Map<Inode, ImageNode>();
    this.base = world.volume.imageWith(seen);
    for (const [node, image] of seen) this.baseNodes.set(this.#idOf(node), image);
    world.volume.onChange = (change) => this.#take(change);
  }

  get rootId(): number {
    return 1;
  }

  #idOf(node: Inode): number {
    let id = this.#ids.get(node);
    if (id === undefined) {
      id = this.#ids.size + 1;
      this.#ids.set(node, id);
    }
    return id;
  }

  #take(change: Change): void {
    const node = this.#idOf(change.node);
    if (!this.baseNodes.has(node) || change.kind === 'meta') this.#describe(node, change.node);
    switch (change.kind) {
      case 'attach':
        return this.#name(
          `make ${change.name}`,
          [{ dir: this.#idOf(change.dir), name: change.name, node }],
          change.node,
        );
      case 'detach':
        return this.#name(
          `remove ${change.name}`,
          [{ dir: this.#idOf(change.dir), name: change.name, node: undefined }],
          change.node,
        );
      case 'move': {
        const sets = [
          { dir: this.#idOf(change.dir), name: change.name, node: undefined },
          { dir: this.#idOf(change.toDir), name: change.toName, node },
        ];
        return this.#name(
          `rename ${change.name} to ${change.toName}`,
          sets,
          change.node,
          change.replaced,
        );
      }
      case 'write':
        return this.#write(node, { node, position: change.position, bytes: change.bytes });
      case 'truncate':
        return this.#write(node, { node, position: 0, bytes: undefined });
      case 'meta':
        return undefined;
      case 'sync':
        return this.#sync(node, change.node);
    }
  }

  #name(text: string, sets: NameChange['sets'], moved: Inode, replaced?: Inode): void {
    const index = this.changes.length;
    const needs = new Set<number>();
    const places: { dir: number; index: number }[] = [];
    for (const { dir, name } of sets) {
      const before = this.#lastOf.get(`${dir}/${name}`);
      if (before !== undefined) needs.add(before);
      const made = this.#madeBy.get(dir);
      if (made !== undefined) places.push({ dir, index: made });
      this.#lastOf.set(`${dir}/${name}`, index);
      this.#inside.set(dir, [...(this.#inside.get(dir) ?? []), index]);
    }
    const last = sets.at(-1);
    if (moved.isDirectory() && last !== undefined) {
      if (sets.length === 2) {
        // Two directories moved in the wrong order could come to lie in each other.
        for (const one of this.#dirMoves) needs.add(one);
        this.#dirMoves.push(index);
      } else if (last.node !== undefined) {
        this.#madeBy.set(last.node, index);
      }
    }
    // A directory goes only once it is empty.
    const emptied = last?.node === undefined ? moved : replaced;
    if (emptied?.isDirectory() === true) {
      for (const one of this.#inside.get(this.#idOf(emptied)) ?? []) needs.add(one);
    }
    for (const place of places) needs.add(place.index);
    const change = { index, text, sets, needs: [...needs], places };
    this.changes.push(change);
    this.#pending = [...this.#pending, index];
    this.#mark(text, change);
  }

  #write(node: number, change: DataChange): void {
    const list = this.dataOf.get(node) ?? [];
    this.dataOf.set(node, list);
    list.push(change);
    this.#data.set(node, { made: list.length, synced: this.#data.get(node)?.synced ?? 0 });
    this.#mark(`write ${change.bytes?.length ?? 0} bytes`, undefined, node);
  }

  #sync(id: number, node: Inode): void {
    if (node.isDirectory()) {
      const done = new Set<number>();
      const settle = (index: number, isOwn: boolean): void => {
        const change = this.changes[index];
        if (change === undefined || done.has(index)) return;
        done.add(index);
        const own = new Set(
          isOwn ? change.places.filter(({ dir }) => dir === id).map(({ index }) => index) : [],
        );
        for (const need of change.needs) if (!own.has(need)) settle(need, false);
      };
      for (const index of this.#pending) {
        if (this.changes[index]?.sets.some(({ dir }) => dir === id) === true)
          settle(index, this.#newDirectories === 'unsafe');
      }
      this.#pending = this.#pending.filter((index) => !done.has(index));
    } else {
      const made = this.#data.get(id)?.made;
      if (made !== undefined) this.#data.set(id, { made, synced: made });
    }
    this.#mark(node.isDirectory() ? 'sync a directory' : 'sync a file');
  }

  #mark(text: string, change?: NameChange, wrote?: number): void {
    this.moments.push({
      text,
      change,
      wrote,
      names: this.changes.length,
      pending: this.#pending,
      data: new Map(this.#data),
    });
  }

  #describe(id: number, node: Inode): void {
    this.metaOf.set(id, {
      ino: node.ino,
      mode: node.mode,
      mtimeMs: node.mtime.getTime(),
      birthtimeMs: node.btime.getTime(),
      ...(node.isSymlink() ? { target: node.symlink } : {}),
    });
  }
}
