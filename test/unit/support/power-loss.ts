import { constants } from 'node:fs';
import { type PosixWorld, posixWorldOf } from './posix-memfs.ts';
import type { Change, Inode, VolumeOptions } from './posix-volume.ts';
import { randomFrom } from './seeded-random.ts';
import type { DiskImage, ImageNode } from './disk-image.ts';

/** A change of names. It is pending from when it was made until a sync has covered it. */
interface NameChange {
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
interface DataChange {
  readonly node: number;
  readonly position: number;
  /** `undefined` for a truncation to nothing. */
  readonly bytes: Uint8Array | undefined;
}

/** A moment after a change, with everything that a power failure may undo. */
interface Moment {
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
type NewDirectories = 'unsafe' | 'safe';

/** What a run has done to a disk, call by call. */
class PowerLog {
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

/** The disk as it was at a moment, without some changes of names, and with only so many unsynced bytes of each file. */
function imageAfter(
  log: PowerLog,
  moment: Moment,
  lost: ReadonlySet<number>,
  keep: (bytes: number) => number,
): DiskImage {
  const entriesOf = new Map<number, Map<string, number>>();
  const idOfBase = new Map([...log.baseNodes].map(([id, node]) => [node, id]));
  for (const [id, node] of log.baseNodes) {
    if (node.entries === undefined) continue;
    const names = [...node.entries].map(([name, child]): [string, number] => [
      name,
      idOfBase.get(child) ?? 0,
    ]);
    entriesOf.set(id, new Map(names));
  }
  for (const { index, sets } of log.changes.slice(0, moment.names)) {
    if (lost.has(index)) continue;
    for (const { dir, name, node } of sets) {
      const entries = entriesOf.get(dir) ?? new Map<string, number>();
      entriesOf.set(dir, entries);
      if (node === undefined) entries.delete(name);
      else entries.set(name, node);
    }
  }
  const built = new Map<number, ImageNode>();
  let nextInode = 1;
  const build = (id: number): ImageNode => {
    const known = built.get(id);
    if (known !== undefined) return known;
    const base = log.baseNodes.get(id);
    const meta = log.metaOf.get(id) ?? base;
    if (meta === undefined) throw new Error('an inode that nobody has described');
    const kind = meta.mode & constants.S_IFMT;
    const node: ImageNode = {
      ...meta,
      ...(kind === constants.S_IFREG
        ? { content: contentOf(log, moment, id, base?.content, keep) }
        : {}),
      ...(kind === constants.S_IFDIR ? { entries: new Map<string, ImageNode>() } : {}),
    };
    built.set(id, node);
    nextInode = Math.max(nextInode, meta.ino);
    for (const [name, child] of entriesOf.get(id) ?? []) node.entries?.set(name, build(child));
    return node;
  };
  const root = build(log.rootId);
  for (const { ino } of log.metaOf.values()) nextInode = Math.max(nextInode, ino);
  return { root, nextInode };
}

function contentOf(
  log: PowerLog,
  { data }: Moment,
  id: number,
  base: Uint8Array = new Uint8Array(0),
  keep: (bytes: number) => number,
): Uint8Array {
  const { made, synced } = data.get(id) ?? { made: 0, synced: 0 };
  const changes = (log.dataOf.get(id) ?? []).slice(0, made);
  const unsynced = changes.slice(synced).reduce((sum, { bytes }) => sum + (bytes?.length ?? 1), 0);
  let left = keep(unsynced);
  let content = Buffer.from(base);
  for (const [index, { bytes, position }] of changes.entries()) {
    const size = bytes?.length ?? 1;
    const kept = index < synced ? size : Math.min(left, size);
    if (index >= synced) left -= kept;
    if (kept === 0 && index >= synced) break;
    if (bytes === undefined) {
      content = Buffer.alloc(0);
    } else {
      const grown = Buffer.alloc(Math.max(content.length, position + kept));
      content.copy(grown);
      grown.set(bytes.subarray(0, kept), position);
      content = grown;
    }
  }
  return content;
}

/** A disk as it may be found after a power failure. */
interface CrashState {
  /** After which change of the run the power failed, counted from 1. */
  readonly after: number;
  /** What had been done last. */
  readonly last: string;
  /** The changes of names that are missing. */
  readonly lost: readonly string[];
  /** What is left of the unsynced data, in words. */
  readonly data: string;
  /** Makes the world to be looked at, and to be recovered in. */
  readonly build: () => PosixWorld;
}

/** How the disks are made that are told, and by which rule. */
interface PowerOptions extends VolumeOptions {
  /** `unsafe` by default, as POSIX has it. */
  readonly newDirectories?: NewDirectories;
}

interface CrashOptions {
  /** After every change, or only once the run is over. */
  readonly when?: 'always' | 'end';
  /** Up to how many pending changes all sets are tried. 12 by default. */
  readonly exhaustive?: number;
  /** How many sets are tried where there are more. 64 by default. */
  readonly samples?: number;
  readonly seed?: number;
}

export interface PowerRecorder {
  /** Changes so far: those of names, writes and syncs. */
  changes(): number;
  /** The most changes of names that were pending at one time. */
  mostPending(): number;
  crashStates(options?: CrashOptions): Generator<CrashState>;
}

/**
 * Records what is done in a world from now on, and tells every disk that a power failure could leave.
 *
 * The rules of the model, which are those of POSIX and thus harder than any one file system:
 *
 * - Everything there when the recording starts is on the disk.
 * - A change of names (create, link, symlink, mkdir, unlink, rmdir, rename) is *pending* until a sync of a directory
 *   whose entries it changes. A sync of a file covers the file's data, and no name of it.
 * - After a failure, any set of the pending changes may be there, as long as: changes of one name are there in
 *   their order; what changes a name in a new directory needs that directory; a directory is removed or replaced only
 *   with everything that emptied it; renames of directories keep their order. A rename is there as a whole or not at all.
 * - A sync of a *new* directory makes its entries safe, and not its own name: only a sync of its parent does that.
 *   What a sync makes safe brings along what it needs otherwise. With `newDirectories: 'safe'` that includes the
 *   names of the new directories above, as in a file system with one journal (ext4, XFS).
 * - Of unsynced data of a file any beginning may be there, cut at any byte. A truncation is a write like others.
 *   Unsynced data and names are independent of each other.
 * - Modes, times and the texts of links are on the disk with their inode.
 *
 * Make the world with `reuseInodes: false`: in a disk on which a removal is missing, a number can't be taken twice.
 */
export function recordPower(
  world: PosixWorld,
  { newDirectories = 'unsafe', ...options }: PowerOptions = {},
): PowerRecorder {
  const log = new PowerLog(world, newDirectories);
  return {
    changes: () => log.moments.length,
    mostPending: () => Math.max(0, ...log.moments.map(({ pending }) => pending.length)),
    crashStates: (crash = {}) => crashStates(log, { reuseInodes: false, ...options }, crash),
  };
}

function* crashStates(
  log: PowerLog,
  options: VolumeOptions,
  { when = 'always', exhaustive = 12, samples = 64, seed = 1 }: CrashOptions,
): Generator<CrashState> {
  const random = randomFrom(seed);
  for (const [at, moment] of log.moments.entries()) {
    const isEnd = at === log.moments.length - 1;
    if (when === 'end' ? !isEnd : false) continue;
    const isAll = when === 'end';
    // A sync only rules states out, and a set without the newest change was there a moment ago.
    if (!isAll && moment.change === undefined && moment.wrote === undefined) continue;
    const must = isAll ? undefined : moment.change?.index;
    const sets =
      moment.pending.length <= exhaustive && (isAll || moment.change !== undefined)
        ? allSets(log.changes, moment.pending, must)
        : someSets(
            log.changes,
            moment.pending,
            must,
            moment.change === undefined ? 4 : samples,
            random,
          );
    for (const present of sets) {
      for (const cut of cutsOf(log, moment, random)) {
        const lost = moment.pending.filter((index) => !present.has(index));
        yield {
          after: at + 1,
          last: moment.text,
          lost: lost.map((index) => log.changes[index]?.text ?? ''),
          data: cut.text,
          build: () => posixWorldOf(imageAfter(log, moment, new Set(lost), cut.keep), options),
        };
      }
    }
  }
}

/** Every set of pending changes that is complete in itself, with `must` in it. */
function* allSets(
  changes: readonly NameChange[],
  pending: readonly number[],
  must: number | undefined,
): Generator<ReadonlySet<number>> {
  const isPending = new Set(pending);
  const wanted = must === undefined ? new Set<number>() : closure(changes, isPending, [must]);
  const choose = function* (at: number, present: Set<number>): Generator<ReadonlySet<number>> {
    const index = pending[at];
    if (index === undefined) {
      yield new Set(present);
      return;
    }
    const isPossible = changes[index]?.needs.every(
      (one) => !isPending.has(one) || present.has(one),
    );
    if (isPossible === true) {
      present.add(index);
      yield* choose(at + 1, present);
      present.delete(index);
    }
    if (!wanted.has(index)) yield* choose(at + 1, present);
  };
  yield* choose(0, new Set());
}

/** Nothing, everything, each change alone and each missing alone, and sets at random. */
function* someSets(
  changes: readonly NameChange[],
  pending: readonly number[],
  must: number | undefined,
  samples: number,
  random: () => number,
): Generator<ReadonlySet<number>> {
  const isPending = new Set(pending);
  const told = new Set<string>();
  const fresh = (seeds: readonly number[]): ReadonlySet<number> | undefined => {
    const set = closure(changes, isPending, must === undefined ? seeds : [...seeds, must]);
    const key = [...set].toSorted((one, other) => one - other).join(' ');
    if (told.has(key)) return undefined;
    told.add(key);
    return set;
  };
  const tries: (() => readonly number[])[] = [() => [], () => pending];
  if (samples > 8) {
    for (const index of pending) {
      tries.push(
        () => [index],
        () => pending.filter((one) => !closure(changes, isPending, [one]).has(index)),
      );
    }
  }
  for (let count = 0; count < samples; count += 1) {
    const share = random();
    tries.push(() => pending.filter(() => random() < share));
  }
  for (const seeds of tries) {
    const set = fresh(seeds());
    if (set !== undefined) yield set;
  }
}

/** The given changes and all pending ones that they need. */
function closure(
  changes: readonly NameChange[],
  isPending: ReadonlySet<number>,
  seeds: readonly number[],
): Set<number> {
  const set = new Set<number>();
  const add = (index: number): void => {
    if (set.has(index) || !isPending.has(index)) return;
    set.add(index);
    for (const need of changes[index]?.needs ?? []) add(need);
  };
  for (const seed of seeds) add(seed);
  return set;
}

interface Cut {
  readonly text: string;
  /** Of the given number of unsynced bytes, how many are there. */
  readonly keep: (bytes: number) => number;
}

/** Where unsynced data is cut: all of it there, nothing, or torn. */
function cutsOf(log: PowerLog, { data, wrote }: Moment, random: () => number): readonly Cut[] {
  const hasUnsynced = [...data.values()].some(({ made, synced }) => made > synced);
  if (!hasUnsynced) return [{ text: 'all synced', keep: (bytes) => bytes }];
  const share = random();
  const cuts: Cut[] = [
    { text: 'all there', keep: (bytes) => bytes },
    { text: 'all lost', keep: () => 0 },
    { text: `torn at ${share.toFixed(3)}`, keep: (bytes) => Math.floor(bytes * share) },
  ];
  if (wrote !== undefined && log.dataOf.has(wrote)) {
    cuts.push(
      { text: 'the first byte there', keep: (bytes) => Math.min(bytes, 1) },
      { text: 'the last byte lost', keep: (bytes) => Math.max(bytes - 1, 0) },
    );
  }
  return cuts;
}
