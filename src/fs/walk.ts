import { mapLimit, MANY_AT_ONCE } from '../core/map-limit.ts';
import { CallError, failedWith, tolerate, toResult, valueOf } from '../core/result.ts';
import { type FileInfo, fileInfoOf } from './file-info.ts';
import { listDirectory, lstatOrUndefined } from './io.ts';
import type { MigrateReadFs } from './migrate-fs.ts';
import { join } from '../core/paths.ts';

/** An entry of a directory: what it is, or that its name can't be passed to any call. */
export type Found = FileInfo | 'name-not-utf8';

/** What several directories have at one relative path. */
export interface Group {
  /** Relative to the roots. */
  readonly path: string;
  /** Its last segment. */
  readonly name: string;
  /** By index of the roots; `undefined` where a root has nothing there. */
  readonly copies: readonly (Found | undefined)[];
}

/** A directory still to be visited, and which roots have it. */
interface Pending {
  readonly path: string;
  readonly in: readonly boolean[];
}

/** Handles the entries of one directory; returns those to descend into, each with the roots to descend in. */
export type Visit = (groups: readonly Group[], directory: string) => Promise<readonly Group[]>;

const MAX_DIRECTORIES = 4;

/**
 * Walks several directory trees in step, never through links.
 *
 * Holds only the entries of a few directories, and the paths of those still to be visited.
 *
 * @param onUnreadable - Is told of directories that can't be listed, which count as empty; without it they throw.
 */
export async function walkTogether(
  fs: MigrateReadFs,
  roots: readonly string[],
  visit: Visit,
  onUnreadable?: (error: CallError) => Promise<void>,
): Promise<void> {
  const pending: Pending[] = [{ path: '', in: roots.map(() => true) }];
  const list = async (root: string, path: string): Promise<ReadonlyMap<string, Found>> => {
    const listed = await toResult(entriesAt(fs, path === '' ? root : join(root, path)));
    if (listed.ok) return listed.value;
    if (onUnreadable === undefined || !(listed.error instanceof CallError)) throw listed.error;
    await onUnreadable(listed.error);
    return none;
  };
  const enter = async ({ path, in: isIn }: Pending) => {
    const listed = await Promise.all(
      roots.map(async (root, index) => (isIn[index] === true ? await list(root, path) : none)),
    );
    const names = [...new Set(listed.flatMap((entries) => [...entries.keys()]))].toSorted();
    const groups = names.map((name) => ({
      path: path === '' ? name : join(path, name),
      name,
      copies: listed.map((entries) => entries.get(name)),
    }));
    const inside = await visit(groups, path);
    return inside.map((group) => ({ path: group.path, in: group.copies.map(isDirectory) }));
  };
  // The newest entries first, so the list never holds more than the siblings along a few paths.
  let working = 0;
  const failures: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    const work = async (directory: Pending) => {
      working += 1;
      const entered = await toResult(enter(directory));
      working -= 1;
      if (entered.ok) pending.push(...entered.value.toReversed());
      else failures.push(entered.error);
      next();
    };
    const next = () => {
      const free = MAX_DIRECTORIES - working;
      if (failures.length === 0 && free > 0) {
        for (const directory of pending.splice(-free)) void work(directory);
      }
      if (working > 0) return;
      if (failures.length === 0) resolve();
      // oxlint-disable-next-line prefer-promise-reject-errors -- it is what was thrown
      else reject(failures[0]);
    };
    next();
  });
}

const none: ReadonlyMap<string, Found> = new Map();
// What is not UTF-8 is listed with this character, and a name with it leads to nothing.
const REPLACEMENT = '\ufffd';

async function entriesAt(fs: MigrateReadFs, path: string): Promise<ReadonlyMap<string, Found>> {
  const listed = await listDirectory(fs, path);
  // A directory wrongly taken for empty would count as merged, so check twice.
  if (failedWith(listed, 'ENOENT') && (await lstatOrUndefined(fs, path)) === undefined) return none;
  const names = valueOf(path, listed).map(({ name }) => name);
  const infos = await mapLimit(
    names,
    (name) => toResult(fs.lstat(join(path, name), { bigint: true })),
    MANY_AT_ONCE,
  );
  const found = new Map<string, Found>();
  for (const [index, name] of names.entries()) {
    const info = infos[index];
    if (found.has(name) && name.includes(REPLACEMENT)) found.set(name, 'name-not-utf8');
    else if (info?.ok === true) found.set(name, fileInfoOf(info.value));
    else {
      // Gone meanwhile: asked twice, too.
      const again = await lstatOrUndefined(fs, join(path, name));
      if (again !== undefined) found.set(name, again);
      else if (name.includes(REPLACEMENT)) found.set(name, 'name-not-utf8');
    }
  }
  return found;
}

export function isDirectory(found: Found | undefined): boolean {
  return found !== undefined && found !== 'name-not-utf8' && found.kind === 'directory';
}

/** Walks one tree; calls `visit` for everything that is not a directory, and with each directory after its content. */
export async function walkTree(
  fs: MigrateReadFs,
  root: string,
  visit: (path: string, found: Found) => Promise<void>,
): Promise<void> {
  for (const [name, found] of await entriesAt(fs, root)) {
    if (isDirectory(found)) await walkTree(fs, join(root, name), visit);
    await visit(join(root, name), found);
  }
}

/** A regular file somewhere in a directory; `undefined` if there is none that can be seen. */
export async function firstFile(fs: MigrateReadFs, directory: string): Promise<string | undefined> {
  const listed = await listDirectory(fs, directory);
  for (const { name, kind } of listed.ok ? listed.value : []) {
    const path = join(directory, name);
    if (kind === 'symlink') continue;
    if (kind === 'directory') {
      const found = await firstFile(fs, path);
      if (found !== undefined) return found;
      continue;
    }
    const info = await toResult(lstatOrUndefined(fs, path));
    if (info.ok && info.value?.kind === 'file') return path;
  }
  return undefined;
}

/** Removes a directory and those in it, as far as there are no files. */
export async function removeEmpty(
  fs: MigrateReadFs & { rmdir(path: string): Promise<void> },
  directory: string,
): Promise<void> {
  if ((await lstatOrUndefined(fs, directory)) === undefined) return;
  const remove = (path: string) =>
    tolerate(['ENOENT', 'ENOTEMPTY', 'EEXIST'], path, fs.rmdir(path));
  await walkTree(fs, directory, async (path, found) => {
    if (isDirectory(found)) await remove(path);
  });
  await remove(directory);
}
