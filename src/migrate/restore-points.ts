import { check, flag, optional, options as optionsOf, port, somePaths } from '../core/options.ts';
import { CallError, tolerate, toResult } from '../core/result.ts';
import {
  listDirectory,
  lstatOrUndefined,
  makeDirectories,
  realPathOrUndefined,
  removeName,
  syncDirectory,
} from '../fs/io.ts';
import {
  type MigrateFs,
  type MigrateReadFs,
  migrateReadPort,
  realMigrateDisk,
} from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf, textOf } from '../fs/port.ts';
import { dirname, join } from '../core/paths.ts';
import {
  MARKERS,
  preparedLinkOf,
  recreatedOf,
  restorePointEntry,
  restorePointsOf,
  timeOfRun,
} from './layout.ts';
import type { ListRestorePointsOptions } from './options.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { RestorePoint, RestorePointList, RestorePointState } from './report.ts';
import { look } from './run.ts';
import { walkTree } from '../fs/walk.ts';

/** A restore point as it is on disk. */
export interface FoundRestorePoint {
  readonly path: string;
  readonly createdAt: Date;
  readonly state: RestorePointState;
  /** Whether its migration was completed, whatever has begun since. */
  readonly wasComplete: boolean;
  /** The names whose directories are in it. */
  readonly trees: readonly string[];
  /** Directories that were re-created while the link was missing, oldest first. */
  readonly recreated: readonly { readonly path: string; readonly name: string }[];
  /** The text of each link: the target that the directory was merged into. */
  readonly targets: ReadonlyMap<string, string>;
  /** When each directory was about to be moved away; nanoseconds of the file system's clock. */
  readonly movedAt: ReadonlyMap<string, bigint>;
}

/**
 * The one answer to "is something half done here?": all restore points of a home, the oldest first.
 *
 * `incomplete`: complete it with `migrate`; `restoring`: with `restore`, or take it back with `migrate`; `deleting`: with
 * `deleteRestorePoint`.
 */
export async function readRestorePoints(
  fs: MigrateReadFs,
  realHome: string,
): Promise<readonly FoundRestorePoint[]> {
  const directory = restorePointsOf(realHome);
  const listed = await listDirectory(fs, directory);
  if (!listed.ok) {
    if (listed.errno === 'ENOENT' || listed.errno === 'ENOTDIR') return [];
    throw new CallError(directory, listed.error);
  }
  const found: FoundRestorePoint[] = [];
  for (const { name, kind } of listed.value.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const createdAt = timeOfRun(name);
    if (kind !== 'directory' || createdAt === undefined) continue;
    found.push({ createdAt, ...(await readRestorePoint(fs, join(directory, name))) });
  }
  return found;
}

export async function readRestorePoint(
  fs: MigrateReadFs,
  path: string,
): Promise<Omit<FoundRestorePoint, 'createdAt'>> {
  const listed = await listDirectory(fs, path);
  if (!listed.ok) throw new CallError(path, listed.error);
  const names = new Set(listed.value.map(({ name }) => name));
  const trees: string[] = [];
  const recreated: { readonly path: string; readonly name: string; readonly count: number }[] = [];
  const targets = new Map<string, string>();
  const movedAt = new Map<string, bigint>();
  for (const { name: entryName, kind } of listed.value) {
    const entry = restorePointEntry(entryName);
    if (entry.kind === 'link') {
      const link = preparedLinkOf(path, entry.name);
      const text = await tolerate(['ENOENT', 'EINVAL'], link, fs.readlink(link));
      if (!text.ok) continue;
      targets.set(entry.name, textOf(text.value));
      movedAt.set(entry.name, (await lstatOrUndefined(fs, link))?.mtimeNs ?? 0n);
    } else if (entry.kind === 'tree' && kind === 'directory') trees.push(entry.name);
    else if (entry.kind === 'recreated' && kind === 'directory') {
      recreated.push({ path: join(path, entryName), name: entry.name, count: entry.count });
    }
  }
  // An empty one was being deleted: only the last call was missing.
  const unmarked = names.size === 0 ? 'deleting' : 'incomplete';
  const state = MARKERS.findLast((marker) => names.has(marker)) ?? unmarked;
  recreated.sort((one, other) => one.count - other.count);
  const wasComplete = names.has('complete');
  return { path, state, wasComplete, trees: trees.toSorted(), recreated, targets, movedAt };
}

/** Whether it holds anything that was moved away from under a name. */
export function hasTree(
  { trees, recreated }: Pick<FoundRestorePoint, 'trees' | 'recreated'>,
  name: string,
): boolean {
  return trees.includes(name) || recreated.some((it) => it.name === name);
}

/** Whether `migrate` has to complete it, or may take back what `restore` began. */
export function isUnfinished({ state, trees, recreated }: FoundRestorePoint): boolean {
  return (state === 'incomplete' || state === 'restoring') && trees.length + recreated.length > 0;
}

const schema = /* @__PURE__ */ (() => ({
  accountHomes: somePaths,
  options: optionsOf({
    fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
    countFiles: optional(flag, true),
  }),
}))();

/**
 * Lists the restore points of account homes: what migrations set aside there, and whether a run is half done.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `countFiles`: whether to count the files in each, which takes a while for hundreds of thousands; `true` by
 * default. `fs`: the file system to read.
 * @returns All restore points, the oldest first; and in `problems` what could not be read, and where `projects` has lost what
 * was merged into it (`other-target`).
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example List what a migration set aside
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { listRestorePoints, migrate } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/me/.claude-work/projects/-app/memory/notes.md': 'Use tabs.\n' });
 * await migrate(['/me/.claude-work'], { required: requiredSharedUnder('/me'), fs });
 *
 * const { restorePoints } = await listRestorePoints(['/me/.claude-work'], { fs });
 * assert.deepEqual(
 *   restorePoints.map(({ state, names, files }) => [state, names, files]),
 *   [['complete', ['projects'], 1]],
 * );
 * ```
 */
export async function listRestorePoints(
  accountHomes: readonly string[],
  options: ListRestorePointsOptions = {},
): Promise<RestorePointList> {
  const { accountHomes: homes, options: given } = check('listRestorePoints', schema, {
    accountHomes,
    options,
  });
  const fs = promisesOf(given.fs ?? realMigrateDisk);
  const restorePoints: RestorePoint[] = [];
  const problems: MigrationProblem[] = [];
  const seen = new Set<string>();
  for (const accountHome of new Set(homes)) {
    const realHome = (await realPathOrUndefined(fs, accountHome)) ?? accountHome;
    if (seen.has(realHome)) continue;
    seen.add(realHome);
    const looked = await look(() => describeAll(fs, accountHome, realHome, given.countFiles));
    restorePoints.push(...(looked.found?.restorePoints ?? []));
    problems.push(...(looked.found?.problems ?? []), ...looked.problems);
  }
  restorePoints.sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  return { restorePoints, problems };
}

async function describeAll(
  fs: MigrateReadFs,
  accountHome: string,
  realHome: string,
  countFiles: boolean,
): Promise<RestorePointList> {
  const described: RestorePoint[] = [];
  const problems: MigrationProblem[] = [];
  for (const point of await readRestorePoints(fs, realHome)) {
    const { path, createdAt, state, trees, recreated } = point;
    const names = [...new Set([...trees, ...recreated.map(({ name }) => name)])];
    const roots = [...trees.map((name) => join(path, name)), ...recreated.map((it) => it.path)];
    const counts = countFiles ? await countIn(fs, [...roots, join(path, 'replaced')]) : {};
    const targets = [...point.targets].map(([name, target]) => ({ name, target }));
    described.push({ path, accountHome, createdAt, state, names, ...counts, targets });
    const target = point.targets.get('projects');
    if (state !== 'complete' || target === undefined || !trees.includes('projects')) continue;
    // By the link of the home: the shared directory may have been moved since.
    if (await hasLost(fs, join(path, 'projects'), join(realHome, 'projects'))) {
      problems.push(migrationProblem('other-target', { path, target }));
    }
  }
  return { restorePoints: described, problems };
}

/** Whether a directory that was merged into the target still has something, and the target nothing. */
export async function hasLost(fs: MigrateReadFs, tree: string, target: string): Promise<boolean> {
  return (await isEmptyAt(fs, target)) && !(await isEmptyAt(fs, tree));
}

async function isEmptyAt(fs: MigrateReadFs, path: string): Promise<boolean> {
  const listed = await listDirectory(fs, path);
  return listed.ok ? listed.value.length === 0 : listed.errno === 'ENOENT';
}

async function countIn(fs: MigrateReadFs, roots: readonly string[]) {
  let [files, bytes] = [0, 0];
  for (const root of roots) {
    if ((await lstatOrUndefined(fs, root)) === undefined) continue;
    await walkTree(fs, root, async (_, found) => {
      if (found === 'name-not-utf8' || found.kind !== 'file') return;
      files += 1;
      bytes += found.size;
    });
  }
  return { files, bytes };
}

/** Says durably in which state a restore point is; a later marker outranks an earlier one, and is removed. */
export async function markAs(
  fs: Pick<MigrateFs, 'mkdir' | 'stat' | 'rmdir' | 'open'>,
  restorePoint: string,
  state: (typeof MARKERS)[number],
): Promise<void> {
  const marker = join(restorePoint, state);
  await makeDirectories(fs, marker);
  await unmark(fs, restorePoint, MARKERS.slice(MARKERS.indexOf(state) + 1));
}

/** Takes markers back. */
export async function unmark(
  fs: Pick<MigrateFs, 'rmdir' | 'open'>,
  restorePoint: string,
  states: readonly (typeof MARKERS)[number][],
): Promise<void> {
  for (const state of states) {
    const marker = join(restorePoint, state);
    await tolerate(['ENOENT'], marker, fs.rmdir(marker));
  }
  await syncDirectory(fs, restorePoint);
}

/** A name in the restore point for a directory that was re-created. */
export async function freeName(fs: MigrateFs, restorePoint: string, name: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const path = recreatedOf(restorePoint, name, count);
    if ((await lstatOrUndefined(fs, path)) === undefined) return path;
  }
}

/** A try that moved nothing leaves no restore point behind. */
export async function removeIfEmpty(fs: MigrateFs, restorePoint: string): Promise<void> {
  const found = await toResult(readRestorePoint(fs, restorePoint));
  if (!found.ok || found.value.trees.length + found.value.recreated.length > 0) return;
  for (const name of found.value.targets.keys()) {
    await toResult(removeName(fs, preparedLinkOf(restorePoint, name)));
  }
  await toResult(fs.rmdir(restorePoint));
}

/** Removes the temporary files of a run that died. */
export async function clearIncoming(fs: MigrateFs, incoming: string): Promise<void> {
  const listed = await listDirectory(fs, incoming);
  for (const { name } of listed.ok ? listed.value : []) await removeName(fs, join(incoming, name));
  if (!listed.ok) return;
  await tolerate(['ENOENT', 'ENOTEMPTY', 'EEXIST'], incoming, fs.rmdir(incoming));
  // Nothing that is made durable later may outlive it.
  await syncDirectory(fs, dirname(incoming));
}
