import { failedWith, orThrow, tolerate, valueOf } from '../../core/result.ts';
import { type FileInfo, fileKey, stampOf } from '../../fs/file-info.ts';
import { listDirectory, lstatOrUndefined, removeName, syncDirectory } from '../../fs/io.ts';
import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { dirname, join } from '../../core/paths.ts';
import { type Context, nonceOf } from '../context.ts';
import type { Step } from './absorb.ts';

/**
 * What runs copied into a target, and from where.
 *
 * Until the directories are replaced by links, each copy keeps its temporary name in `incoming/`, which tells where it came
 * from. So the next run knows, too, which of the target's files are nobody's work but that of a run that died, and that a
 * newer version in the home is simply newer. Afterwards the names would be in the way: Claude Code 2.1.329 leaves
 * memory files with two names out of an index that it creates.
 */
export interface Brought {
  /** The temporary name for a copy of `own`. */
  nameFor(origin: string, own: FileInfo): string;
  /** Records that the file at a temporary name has its final name, too. */
  add(origin: string, own: FileInfo, copy: FileInfo, temporary: string): Promise<void>;
  /** Records that the target has the same as `own` already; only after `clear`, because the next run could not know. */
  addEqual(origin: string, own: FileInfo, shared: FileInfo): void;
  /** Records that the target has everything that `own` has. */
  note(origin: string, own: FileInfo): void;
  /** Whether this run brought what `origin` has, before the directories were replaced by links. */
  had(origin: string, own: FileInfo): boolean;
  /**
   * Whether `shared` is an untouched copy of what `origin` had: `current` if it still has that. Also `current` if this run
   * brought what `origin` has, whatever became of that in the target since.
   */
  of(origin: string, own: FileInfo, shared: FileInfo): 'current' | 'outdated' | undefined;
  /** Removes all temporary names; from now on none is kept. */
  clear(): Promise<void>;
}

/** What the file was that the target's is a copy of. */
interface Entry {
  readonly origin: string;
  readonly size: number;
  readonly mtimeNs: bigint;
  /** The time of the copy, if it is another one. */
  readonly copyMtimeNs?: bigint;
}

const NAME = /^[\da-z]+-(\d+)-(-?\d+)-([\da-z]+)$/;
/** Times are set with this precision, in nanoseconds. */
const PRECISION = 2000n;

/** Reads what earlier runs left in `incoming/`. */
export async function readBrought(
  context: Pick<Context, 'fs' | 'random'>,
  incoming: string,
): Promise<Brought> {
  const { fs } = context;
  const entries = new Map<string, Entry>();
  /** By the hash of each origin: what this run has brought from there. */
  const sources = new Map<string, string>();
  const temporaries = new Set<string>();
  let isClosed = false;
  const listed = await listDirectory(fs, incoming);
  const names = failedWith(listed, 'ENOENT') ? [] : valueOf(incoming, listed);
  for (const { name, kind } of names) {
    if (kind === 'directory') continue;
    const path = join(incoming, name);
    temporaries.add(path);
    const [, size, mtimeNs, origin] = NAME.exec(name) ?? [];
    const info = await lstatOrUndefined(fs, path);
    if (info === undefined || origin === undefined || info.linkCount < 2) continue;
    entries.set(fileKey(info), { origin, size: Number(size), mtimeNs: BigInt(mtimeNs ?? 0) });
  }
  return {
    nameFor: (origin, { size, mtimeNs }) =>
      join(incoming, `${nonceOf(context)}-${size}-${mtimeNs}-${hashOf(origin)}`),
    async add(origin, own, copy, temporary) {
      const { size, mtimeNs } = own;
      sources.set(hashOf(origin), stampOf(own));
      if (isClosed) await removeName(fs, temporary);
      else temporaries.add(temporary);
      entries.set(fileKey(copy), { origin: hashOf(origin), size, mtimeNs });
    },
    addEqual(origin, { size, mtimeNs }, shared) {
      if (!isClosed || entries.has(fileKey(shared))) return;
      const copyMtimeNs = mtimeNs > shared.mtimeNs ? mtimeNs : shared.mtimeNs;
      entries.set(fileKey(shared), { origin: hashOf(origin), size, mtimeNs, copyMtimeNs });
    },
    note(origin, own) {
      sources.set(hashOf(origin), stampOf(own));
    },
    had: (origin, own) => isClosed && sources.get(hashOf(origin)) === stampOf(own),
    of(origin, own, shared) {
      if (sources.get(hashOf(origin)) === stampOf(own)) return 'current';
      const entry = entries.get(fileKey(shared));
      if (entry === undefined || entry.origin !== hashOf(origin)) return undefined;
      const { mtimeNs, copyMtimeNs = mtimeNs } = entry;
      const isUntouched = shared.size === entry.size && isClose(shared.mtimeNs, copyMtimeNs);
      if (!isUntouched) return undefined;
      const isCurrent = own.size === entry.size && own.mtimeNs === mtimeNs;
      if (isCurrent) sources.set(hashOf(origin), stampOf(own));
      return isCurrent ? 'current' : 'outdated';
    },
    async clear() {
      isClosed = true;
      for (const path of temporaries) await removeName(fs, path);
      // Otherwise they could be back after a power failure, and nobody would look for them.
      if (temporaries.size > 0) await syncDirectory(fs, incoming);
      temporaries.clear();
    },
  };
}

/** Tells the file from all others that are brought into the target. */
export function originOf({ origin }: Step['tree'], path: string): string {
  return join(origin, path);
}

/** Whether the target's is a copy of the tree's; what a fragment has is newer than what its home had before. */
export function broughtFrom(
  brought: Brought | undefined,
  tree: Step['tree'],
  path: string,
  own: FileInfo,
  shared: FileInfo,
): ReturnType<Brought['of']> {
  const copied = brought?.of(originOf(tree, path), own, shared);
  if (copied !== undefined || !tree.isFragment) return copied;
  return brought?.of(join(tree.place, path), own, shared) === 'outdated' ? 'outdated' : undefined;
}

function isClose(one: bigint, other: bigint): boolean {
  const difference = one - other;
  return difference < PRECISION && difference > -PRECISION;
}

/** A short name for a path; two paths of one name in one target would have to collide to matter. */
function hashOf(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  return (high >>> 0).toString(36) + (low >>> 0).toString(36);
}

const PROMISE = /^promised-[\da-z]+$/;

/**
 * Records that a name will be taken from a file for a moment: if the process ends right then, the next run gives it back.
 *
 * @returns The names to remove afterwards.
 */
export async function promiseName(
  context: Pick<Context, 'fs' | 'random'>,
  incoming: string,
  path: string,
): Promise<readonly string[]> {
  const { fs } = context;
  const file = join(incoming, `promised-${nonceOf(context)}`);
  const name = `${file}.name`;
  await orThrow(name, fs.symlink(path, name, 'junction'));
  await orThrow(file, fs.link(path, file));
  await syncDirectory(fs, incoming);
  return [file, name];
}

/** Gives back the names that a run which died had taken, before anybody looks at what the target has. */
export async function keepPromises(fs: MigrateFs, incoming: string): Promise<void> {
  const listed = await listDirectory(fs, incoming);
  for (const entry of listed.ok ? listed.value : []) {
    if (!PROMISE.test(entry.name)) continue;
    const file = join(incoming, entry.name);
    const name = await tolerate(['ENOENT'], file, fs.readlink(`${file}.name`));
    if (!name.ok) continue;
    const path = textOf(name.value);
    const back = await tolerate(['EEXIST', 'ENOENT'], path, fs.link(file, path));
    if (back.ok) await syncDirectory(fs, dirname(path));
    await removeName(fs, file);
    await removeName(fs, `${file}.name`);
  }
}
