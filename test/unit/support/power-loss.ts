import { imageAfter } from './power-image.ts';
import { type Moment, type NameChange, type NewDirectories, PowerLog } from './power-log.ts';
import { type PosixWorld, posixWorldOf } from './posix-memfs.ts';
import type { VolumeOptions } from './posix-volume.ts';
import { randomFrom } from './seeded-random.ts';

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
