import { Buffer } from 'node:buffer';
import {
  check,
  type Kind,
  list,
  optional,
  options as optionsOf,
  path,
  port,
  string,
} from '../core/options.ts';
import { tolerate, toResult } from '../core/result.ts';
import { type FileInfo, isSameFile, isUnchanged } from '../fs/file-info.ts';
import {
  listDirectory,
  lstatOrUndefined,
  makeDirectories,
  makeWritable,
  removeName,
  syncDirectory,
} from '../fs/io.ts';
import { migrateReadPort, type MigrateReadFs, realMigrateDisk } from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf, textOf } from '../fs/port.ts';
import type { HeldLocks } from '../lock/lock.ts';
import { basename, dirname, isAtOrBelow, join, withTrailingSep } from '../core/paths.ts';
import { MAX_MERGED_BYTES, uniteLines } from '../fs/lines.ts';
import { progressOf } from './context.ts';
import {
  homeStateOf,
  incomingIn,
  MARKERS,
  preparedLinkOf,
  replacedIn,
  restorePointsOf,
  stateDirectoryOf,
  timeOfRun,
} from './layout.ts';
import type { DeleteRestorePointOptions, PlanDeleteOptions } from './options.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { DeletePlan, DeleteReport, MigrationOutcome } from './report.ts';
import {
  migratedLinks,
  runOptions,
  type RunRequest,
  runRequest,
  targetsByName,
  uidOf,
} from './request.ts';
import {
  clearIncoming,
  type FoundRestorePoint,
  markAs,
  readRestorePoint,
  unmark,
} from './restore-points.ts';
import { look, perform, requireLocks } from './run.ts';
import { type Comparer, comparer, readBytes } from '../fs/compare-files.ts';
import { wrongUser } from './scan/surroundings.ts';
import { isMemoryIndex, isObsoleteCache, isTranscript } from './kinds.ts';
import { type Found, isDirectory, removeEmpty, walkTree } from '../fs/walk.ts';

/**
 * Plans the deletion of a restore point: how many files are proved to be shared, and which are not. Changes nothing.
 *
 * @param restorePoint - Its path, as `listRestorePoints` returns it.
 * @param options - `required`: where the shared targets are, if not where the restore point says. `discard`: files to delete
 * although they can't be proved to be shared, relative to the restore point. `fs`: the file system to read.
 * @returns The plan; `ok` says whether `deleteRestorePoint` would delete all of it.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example See what a deletion would keep
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate, planDelete } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/me/.claude-work/projects/-app/memory/notes.md': 'Use tabs.\n' });
 * const { restorePoints } = await migrate(['/me/.claude-work'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * const plan = await planDelete(restorePoints[0] ?? '', { fs });
 * assert.deepEqual([plan.ok, plan.deletable, plan.kept], [true, 1, []]);
 * ```
 */
export async function planDelete(
  restorePoint: string,
  options: PlanDeleteOptions = {},
): Promise<DeletePlan> {
  const { options: given } = check('planDelete', planSchema, { restorePoint, options });
  const request = { ...deleteRequest(restorePoint, given), uid: uidOf(given) };
  const fs = promisesOf(given.fs ?? realMigrateDisk);
  const kept: string[] = [];
  let deletable = 0;
  const looked = await look(async () => {
    const facts = await surveyDelete(fs, request);
    if (facts.problems.length > 0) return facts;
    const prover = proverFor(fs, facts, request);
    await walkAll(fs, facts, async (file) => {
      if (file.shown === undefined) return;
      if ((await prover(file)) === undefined) kept.push(file.shown);
      else deletable += 1;
    });
    return facts;
  }, fs);
  const problems = [...(looked.found?.problems ?? []), ...looked.problems];
  const ok = problems.length + kept.length === 0;
  return { ok, restorePoint, deletable, kept: kept.toSorted(), problems };
}

/**
 * Deletes a restore point, file by file, each only after proving that its bytes are shared.
 *
 * A file is deleted if it is one with the shared file, equal to it, or a transcript that the shared one begins with. Other files
 * are kept and listed in `kept`; pass their names in `discard` to delete them, too. What its migration displaced in the shared state
 * goes, too, as far as it is proved; the rest stays there. Whatever happens, the same call completes it.
 *
 * @param restorePoint - Its path, as `listRestorePoints` returns it.
 * @param options - `required`: where the shared targets are, if not where the restore point says. `discard`: files to delete
 * although they can't be proved to be shared, relative to the restore point. The others: {@link RunOptions}.
 * @returns How it ended; `ok` says whether the restore point is gone.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example Delete what is shared by now
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { deleteRestorePoint, migrate } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/me/.claude-work/projects/-app/memory/notes.md': 'Use tabs.\n' });
 * const { restorePoints } = await migrate(['/me/.claude-work'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * const report = await deleteRestorePoint(restorePoints[0] ?? '', { fs });
 * assert.deepEqual([report.ok, report.deleted, report.kept], [true, 1, []]);
 * ```
 */
export async function deleteRestorePoint(
  restorePoint: string,
  options: DeleteRestorePointOptions = {},
): Promise<DeleteReport> {
  const { options: given } = check('deleteRestorePoint', schema, { restorePoint, options });
  const request = { ...deleteRequest(restorePoint, given), ...runRequest(given) };
  const result: Deletion = { deleted: 0, kept: [] };
  progressOf(request.context, 'plan', 0);
  const ending = await perform(request, {
    survey: () => surveyDelete(request.context.fs, request),
    states: ({ realHome, roots }) => [
      homeStateOf(realHome),
      ...[...roots.values()].map(stateDirectoryOf),
    ],
    act: (facts, locks) => deleteAll(request, facts, locks, result),
  });
  const { deleted, kept } = result;
  return { ...ending, restorePoint, deleted, kept: kept.toSorted() };
}

interface Deletion {
  deleted: number;
  readonly kept: string[];
}

interface DeleteRequest {
  readonly restorePoint: string;
  /** Where the shared targets are, by name, if the caller says so. */
  readonly required: ReadonlyMap<string, string> | undefined;
  readonly discard: readonly string[];
}

const restorePointPath: Kind<string> = (value, argument, faults) => {
  const read = path(value, argument, faults);
  const isOne =
    read !== undefined &&
    timeOfRun(basename(read)) !== undefined &&
    dirname(read) === restorePointsOf(dirname(dirname(dirname(read))));
  if (read === undefined || isOne) return read;
  return faults.add(argument, value, 'the path of a restore point');
};

const deleteOnlyOptions = /* @__PURE__ */ (() => ({
  required: optional(migratedLinks),
  discard: optional(list(string, 'paths')),
}))();

const schema = /* @__PURE__ */ (() => ({
  restorePoint: restorePointPath,
  options: optionsOf<DeleteRestorePointOptions>({ ...runOptions, ...deleteOnlyOptions }),
}))();

const planSchema = /* @__PURE__ */ (() => ({
  restorePoint: restorePointPath,
  options: optionsOf<PlanDeleteOptions>({
    ...deleteOnlyOptions,
    fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
  }),
}))();

function deleteRequest(
  restorePoint: string,
  { required, discard = [] }: Pick<DeleteRestorePointOptions, 'required' | 'discard'>,
): DeleteRequest {
  return { restorePoint, required: targetsByName(required), discard };
}

interface DeleteFacts {
  readonly realHome: string;
  readonly point: Omit<FoundRestorePoint, 'createdAt'>;
  /** By name: the real path of the shared target. */
  readonly roots: ReadonlyMap<string, string>;
  readonly problems: readonly MigrationProblem[];
}

async function surveyDelete(
  fs: MigrateReadFs,
  { restorePoint: path, required, uid }: DeleteRequest & Pick<RunRequest, 'uid'>,
): Promise<DeleteFacts> {
  const realHome = dirname(dirname(dirname(path)));
  const point = await readRestorePoint(fs, path);
  const { state, trees, recreated, targets } = point;
  const roots = new Map<string, string>();
  const problems: MigrationProblem[] = [];
  const names = new Set([...trees, ...recreated.map(({ name }) => name)]);
  const isEmpty = names.size === 0 && (await namesIn(fs, join(path, 'replaced'))).length === 0;
  if (!isEmpty && (state === 'incomplete' || state === 'restoring')) {
    problems.push(migrationProblem('restore-point-in-use', { path, state }));
  }
  for (const name of new Set([...names, ...targets.keys()])) {
    const target = required?.get(name) ?? targets.get(name) ?? '';
    const real = await tolerate(['ENOENT', 'ENOTDIR', 'ELOOP'], target, fs.realpath(target));
    if (real.ok) roots.set(name, textOf(real.value));
    // Without it nothing could be proved.
    else if (names.has(name)) problems.push(migrationProblem('other-target', { path, target }));
  }
  problems.push(...(await wrongUser(fs, realHome, uid)));
  return { realHome, point, roots, problems };
}

/** One file of a restore point. */
interface SetAsideFile {
  readonly path: string;
  /** Relative to the restore point; `undefined` for what its run displaced in the shared state. */
  readonly shown: string | undefined;
  readonly name: string;
  /** Relative to the shared target. */
  readonly below: string;
  readonly found: Found;
  readonly isFragment: boolean;
  /** Where it goes for a moment before it is deleted. */
  readonly removing: string;
}

/** Calls `visit` for every file of a restore point, and `leave` for every directory after its content. */
async function walkAll(
  fs: MigrateReadFs,
  { point, roots }: DeleteFacts,
  visit: (file: SetAsideFile) => Promise<void>,
  leave: (directory: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { path, trees, recreated } = point;
  const removing = join(path, 'removing');
  const places = [
    ...trees.map((name) => at(join(path, name), name, removing)),
    ...recreated.map((it) => at(it.path, it.name, removing, true)),
    ...(await displacedIn(fs, join(path, 'replaced'), removing)),
  ];
  for (const root of new Set([...roots.values()].map(stateDirectoryOf))) {
    const replaced = replacedIn(root, basename(path));
    // On the file system of the target, where they are.
    places.push(...(await displacedIn(fs, replaced, join(replaced, 'removing'))));
  }
  const prefix = withTrailingSep(path);
  for (const { root, name, removing: aside, isFragment } of places) {
    if ((await lstatOrUndefined(fs, root)) === undefined) continue;
    await walkTree(fs, root, async (path, found) => {
      if (isDirectory(found)) return await leave(path);
      const shown = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
      const below = path.slice(withTrailingSep(root).length);
      const removing = join(aside, below);
      await visit({ path, shown, name, below, found, isFragment, removing });
    });
    await leave(root);
  }
}

async function namesIn(fs: MigrateReadFs, directory: string): Promise<readonly string[]> {
  const listed = await listDirectory(fs, directory);
  return listed.ok ? listed.value.map(({ name }) => name) : [];
}

/** What was displaced, or was about to be deleted; what was displaced twice has a number behind its name. */
async function displacedIn(fs: MigrateReadFs, replaced: string, removing: string) {
  const places: ReturnType<typeof at>[] = [];
  for (const directory of [replaced, removing]) {
    for (const name of await namesIn(fs, directory)) {
      if (name === 'removing') continue;
      places.push(at(join(directory, name), name.replace(/\.\d+$/, ''), removing));
    }
  }
  return places;
}

/** One tree of a restore point, and where its files go for a moment before they are deleted. */
function at(root: string, name: string, aside: string, isFragment = false) {
  return { root, name, removing: join(aside, name), isFragment };
}

/** Why a file may go: what else has its bytes. */
type Proof =
  /** The caller wants it gone, or nobody reads it. */
  | { readonly kind: 'unneeded' }
  /** Another name of the same file. */
  | { readonly kind: 'same-file'; readonly witness: string }
  /** A file that has all of its bytes. */
  | { readonly kind: 'contained'; readonly witness: string; readonly info: FileInfo };

/** Proves for each file that its bytes live on in the shared target, or in the home it was restored to. */
function proverFor(
  fs: MigrateReadFs,
  { realHome, roots, point }: DeleteFacts,
  { discard }: DeleteRequest,
): (file: SetAsideFile) => Promise<Proof | undefined> {
  const comparing = comparer(fs);
  const home = point.state === 'complete' ? undefined : realHome;
  const shared = roots.get('projects');
  let projectKeys: Promise<readonly string[]> | undefined;
  return async (file) => {
    const { shown, name, below, found } = file;
    const isDiscarded = shown !== undefined && discard.some((it) => isAtOrBelow(shown, it));
    if (isDiscarded) return { kind: 'unneeded' };
    if (found === 'name-not-utf8') return undefined;
    if (isObsoleteCache(name, below)) return { kind: 'unneeded' };
    for (const root of [roots.get(name), home && join(home, name)]) {
      if (root === undefined) continue;
      const proof = await proofAt(fs, comparing, file, found, join(root, below));
      if (proof !== undefined) return proof;
    }
    // `rehome` may have moved it under another project key.
    if (name !== 'projects' || shared === undefined) return undefined;
    projectKeys ??= namesIn(fs, shared);
    const inProject = below.slice(below.search(/[/\\]/) + 1);
    for (const key of await projectKeys) {
      const witness = join(join(shared, key), inProject);
      const proof = await proofAt(fs, comparing, file, found, witness);
      if (proof !== undefined) return proof;
    }
    return undefined;
  };
}

async function proofAt(
  fs: MigrateReadFs,
  comparing: Comparer,
  { path, name, below, isFragment }: SetAsideFile,
  info: FileInfo,
  witness: string,
): Promise<Proof | undefined> {
  const there = await tolerate(['ENOENT', 'ENOTDIR'], witness, fs.lstat(witness, { bigint: true }));
  const shared = there.ok ? await lstatOrUndefined(fs, witness) : undefined;
  if (shared === undefined || shared.kind !== info.kind) return undefined;
  if (info.kind === 'symlink') {
    const [own, other] = [await toResult(fs.readlink(path)), await toResult(fs.readlink(witness))];
    const isSame = own.ok && other.ok && textOf(own.value) === textOf(other.value);
    return isSame ? { kind: 'contained', witness, info: shared } : undefined;
  }
  if (info.kind !== 'file') return undefined;
  if (isSameFile(shared, info)) return { kind: 'same-file', witness };
  const lines = isTranscript(name, below);
  const result = await comparing.compare({ path, info }, { path: witness, info: shared }, lines);
  const contained: Proof = { kind: 'contained', witness, info: shared };
  if (result?.kind === 'identical') return contained;
  if (result?.kind === 'contained' && !result.partial) return contained;
  const isIndex = isMemoryIndex(name, below);
  if (!isIndex && (!isFragment || !lines)) return undefined;
  const own = await readBytes(fs, path, MAX_MERGED_BYTES);
  const other = await readBytes(fs, witness, MAX_MERGED_BYTES);
  if (own === undefined || other === undefined) return undefined;
  const isInside = isIndex
    ? uniteLines(other, own) === undefined
    : Buffer.from(other).includes(Buffer.from(own));
  return isInside ? contained : undefined;
}

async function deleteAll(
  request: DeleteRequest & RunRequest,
  facts: DeleteFacts,
  locks: HeldLocks,
  found: Deletion,
): Promise<MigrationOutcome> {
  const { context } = request;
  const { fs } = context;
  const { path } = facts.point;
  const prover = proverFor(fs, facts, request);
  const onFiles = progressOf(context, 'delete', 0);
  await requireLocks(locks, path);
  await markAs(fs, path, 'deleting');
  await walkAll(
    fs,
    facts,
    async (file) => {
      onFiles(1, file.found === 'name-not-utf8' ? 0 : file.found.size);
      const proof = await prover(file);
      const isGone = proof !== undefined && (await removeProved(fs, file, proof));
      if (file.shown === undefined) return;
      if (isGone) found.deleted += 1;
      else found.kept.push(file.shown);
    },
    async (directory) => {
      // Once a directory: for each file it would take longer than to delete it.
      await requireLocks(locks, directory);
      await makeWritable(fs, dirname(directory));
      await tolerate(['ENOENT', 'ENOTEMPTY', 'EEXIST'], directory, fs.rmdir(directory));
    },
  );
  // Somebody may have worked in there meanwhile.
  const { trees, recreated } = await readRestorePoint(fs, path);
  for (const name of [...trees, ...recreated.map((it) => basename(it.path))]) {
    if (!found.kept.some((shown) => shown.startsWith(join(name, '')))) found.kept.push(name);
  }
  for (const kind of ['removing', 'replaced']) await removeEmpty(fs, join(path, kind));
  const hasReplaced = (await namesIn(fs, join(path, 'replaced'))).length > 0;
  if (hasReplaced && found.kept.length === 0) found.kept.push('replaced');
  if (found.kept.length > 0) {
    await unmark(fs, path, ['deleting']);
    return 'partial';
  }
  await requireLocks(locks, path);
  await clearIncoming(fs, incomingIn(path));
  for (const root of facts.roots.values()) {
    await removeEmpty(fs, replacedIn(stateDirectoryOf(root), basename(path)));
  }
  for (const name of facts.point.targets.keys()) {
    await removeName(fs, preparedLinkOf(path, name));
  }
  // Without markers it must be empty, also after a power failure.
  await syncDirectory(fs, path);
  for (const marker of MARKERS) {
    await tolerate(['ENOENT'], path, fs.rmdir(join(path, marker)));
  }
  await tolerate(['ENOENT'], path, fs.rmdir(path));
  await syncDirectory(fs, dirname(path));
  return 'done';
}

/**
 * Removes a file: first its name, then, after a last look at what that name stood for and at what has its bytes, the file.
 *
 * A process may still work in a directory that was set aside, and rename an edited file over this one at any moment.
 */
async function removeProved(
  fs: RunRequest['context']['fs'],
  { path, found, removing }: SetAsideFile,
  proof: Proof,
): Promise<boolean> {
  // It can't be passed to any call.
  if (found === 'name-not-utf8') return false;
  if (found.kind === 'symlink') {
    // To rename a link would, on memfs, move what it leads to.
    const info = await lstatOrUndefined(fs, path);
    if (info === undefined || !isUnchanged(info, found)) return info === undefined;
    await removeName(fs, path);
    return true;
  }
  const isThereAlready = removing === path;
  if (!isThereAlready) {
    await makeDirectories(fs, dirname(removing));
    if ((await lstatOrUndefined(fs, removing)) !== undefined) return false;
    await makeWritable(fs, dirname(path));
    const moved = await tolerate(['ENOENT'], path, fs.rename(path, removing));
    if (!moved.ok) return true;
  }
  const now = await lstatOrUndefined(fs, removing);
  if (now === undefined) return true;
  if (isUnchanged(now, found) && (await isStillProved(fs, now, proof))) {
    await removeName(fs, removing);
    return true;
  }
  if (!isThereAlready) {
    const back = await toResult(fs.link(removing, path));
    if (back.ok) await removeName(fs, removing);
  }
  return false;
}

async function isStillProved(
  fs: RunRequest['context']['fs'],
  now: FileInfo,
  proof: Proof,
): Promise<boolean> {
  if (proof.kind === 'unneeded') return true;
  const witness = await lstatOrUndefined(fs, proof.witness);
  if (witness === undefined) return false;
  return proof.kind === 'same-file'
    ? isSameFile(witness, now) && now.linkCount > 1
    : isUnchanged(witness, proof.info);
}
