import { check, date, flag, optional, options as optionsOf, path, port } from '../core/options.ts';
import { CallError, failedWith, failure, orThrow, tolerate, toResult } from '../core/result.ts';
import {
  lstatOrUndefined,
  makeDirectories,
  realPathOrUndefined,
  removeName,
  syncDirectory,
} from '../fs/io.ts';
import { migrateReadPort, type MigrateReadFs, realMigrateDisk } from '../fs/migrate-fs.ts';
import { type FsLike, promisesOf, textOf } from '../fs/port.ts';
import { RequiredShared } from '../links/required.ts';
import type { HeldLocks } from '../lock/lock.ts';
import { dirname, join } from '../core/paths.ts';
import { findLiveSessions } from '../sessions/live-sessions.ts';
import { defaultInspector, processInspectorKind } from '../sessions/option-kinds.ts';
import { absorb, type Actor, type Job } from './absorb/absorb.ts';
import { type Brought, readBrought } from './absorb/brought.ts';
import { DiskActor } from './absorb/disk-actor.ts';
import { absorbUntilQuiet, createJob, treeAt } from './absorb/job.ts';
import { progressOf, stopIfAborted } from './context.ts';
import { projectsLast } from './cut-over.ts';
import { homeStateOf, incomingIn, preparedLinkOf, stateDirectoryOf } from './layout.ts';
import type { PlanRestoreOptions, RestoreOptions } from './options.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import { putPrepared, resolvesTo } from '../fs/put-link.ts';
import type {
  MigrationOutcome,
  RestoreEntry,
  RestorePlan,
  RestoreReport,
  UnmergedFile,
} from './report.ts';
import {
  migratedLinks,
  runOptions,
  type RunRequest,
  runRequest,
  targetsByName,
  uidKind,
  uidOf,
} from './request.ts';
import {
  clearIncoming,
  type FoundRestorePoint,
  hasLost,
  freeName,
  markAs,
  readRestorePoint,
  readRestorePoints,
} from './restore-points.ts';
import { isFree, look, perform, requireLocks } from './run.ts';
import { permissionProblems, wrongUser } from './scan/surroundings.ts';

/**
 * Plans a restore: which directories the home would get back, and everything that blocks it. Changes nothing.
 *
 * @param accountHome - The absolute path of a Claude Code config directory that was migrated.
 * @param options - As for `restore`: `required`, `acceptOtherTarget`, `processInspector`, `now`, `uid`, `fs`.
 * @returns The plan; `ok` says whether `restore` with the same options would go ahead.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example See what a restore would copy
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate, planRestore } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/me/.claude-work/projects/-app/memory/notes.md': 'Use tabs.\n' });
 * await migrate(['/me/.claude-work'], { required: requiredSharedUnder('/me'), fs });
 *
 * const plan = await planRestore('/me/.claude-work', { fs });
 * assert.equal(plan.ok, true);
 * assert.deepEqual(
 *   plan.entries.map(({ name }) => name),
 *   ['projects', 'file-history', 'session-env'],
 * );
 * ```
 */
export async function planRestore(
  accountHome: string,
  options: PlanRestoreOptions = {},
): Promise<RestorePlan> {
  const { options: given } = check('planRestore', planSchema, { accountHome, options });
  const request = {
    ...restoreRequest(given),
    processInspector: given.processInspector ?? defaultInspector(given.fs),
    uid: uidOf(given),
  };
  const fs = promisesOf(given.fs ?? realMigrateDisk);
  const { found, problems } = await look(() => planFor(fs, accountHome, request), fs);
  return found ?? { ok: false, accountHome, entries: [], problems, spaceNeeded: 0 };
}

/**
 * Gives a home directories of its own again, with everything that is shared by now; the shared state keeps everything.
 *
 * Every file becomes the home's own: copied, or cloned if the file system can. Links next to those that were migrated are
 * replaced, too, even if the home had nothing there. Refused while a session of the home runs.
 * Whatever happens, the same call completes it.
 *
 * @param accountHome - The absolute path of a Claude Code config directory that was migrated.
 * @param options - `required`: the links to give up; all that were migrated by default. `acceptOtherTarget`: restore
 * although the shared directory is not the recorded one, or is empty. The others: {@link RunOptions}.
 * @returns How it ended; resolves whatever happens, so check `ok`, `outcome` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example There and back
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate, restore } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/me/.claude-work/projects/-app/memory/notes.md': 'Use tabs.\n' });
 * await migrate(['/me/.claude-work'], { required: requiredSharedUnder('/me'), fs });
 * assert.ok(fs.lstatSync('/me/.claude-work/projects').isSymbolicLink());
 *
 * const report = await restore('/me/.claude-work', { fs });
 * assert.deepEqual(report.restored, ['projects', 'file-history', 'session-env']);
 * assert.ok(fs.lstatSync('/me/.claude-work/projects').isDirectory());
 * ```
 */
export async function restore(
  accountHome: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const { options: given } = check('restore', schema, { accountHome, options });
  const request = { ...restoreRequest(given), ...runRequest(given) };
  const restored: string[] = [];
  const unmerged: UnmergedFile[] = [];
  progressOf(request.context, 'plan', 0);
  const ending = await perform(request, {
    survey: () => surveyRestore(request.context.fs, accountHome, request),
    states: ({ realHome, entries }) => [
      homeStateOf(realHome),
      ...entries.map(({ realTarget }) => stateDirectoryOf(realTarget)),
    ],
    act: (facts, locks, problems) =>
      giveBack(request, facts, locks, { restored, unmerged, problems }),
  });
  return { ...ending, accountHome, restored, unmerged };
}

/** What is asked for, beyond what all runs have in common. */
interface RestoreRequest {
  /** The names to give back, with their targets; `undefined`: everything that was migrated. */
  readonly wanted: ReadonlyMap<string, string> | undefined;
  readonly acceptOtherTarget: boolean;
}

const restoreOnlyOptions = /* @__PURE__ */ (() => ({
  required: optional(migratedLinks),
  acceptOtherTarget: optional(flag),
}))();

const schema = /* @__PURE__ */ (() => ({
  accountHome: path,
  options: optionsOf<RestoreOptions>({ ...runOptions, ...restoreOnlyOptions }),
}))();

const planSchema = /* @__PURE__ */ (() => ({
  accountHome: path,
  options: optionsOf<PlanRestoreOptions>({
    ...restoreOnlyOptions,
    fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
    processInspector: optional(processInspectorKind),
    now: optional(date),
    uid: uidKind,
  }),
}))();

function restoreRequest({
  required,
  acceptOtherTarget = false,
}: Pick<RestoreOptions, 'required' | 'acceptOtherTarget'>): RestoreRequest {
  return { wanted: targetsByName(required), acceptOtherTarget };
}

/** One directory on its way back. */
interface ReturningEntry {
  readonly name: string;
  /** As the caller spelled it. */
  readonly path: string;
  readonly realPath: string;
  readonly target: string;
  readonly realTarget: string;
  readonly restorePoint: string;
  /** Where the directory waits; in the home if it is there already. */
  readonly tree: string;
  /** What is in its place: its `link`, `nothing`, a directory that was `recreated`, or the `directory` itself. */
  readonly state: 'link' | 'nothing' | 'recreated' | 'directory';
  /** Directories that were re-created while the link was missing. */
  readonly fragments: readonly string[];
}

interface RestoreFacts {
  readonly realHome: string;
  readonly entries: readonly ReturningEntry[];
  readonly problems: readonly MigrationProblem[];
}

type SurveyRequest = RestoreRequest & Pick<RunRequest, 'processInspector' | 'uid'>;

/** Finds out what the home can get back, and what blocks it. */
async function surveyRestore(
  fs: MigrateReadFs,
  accountHome: string,
  request: SurveyRequest,
): Promise<RestoreFacts> {
  const { processInspector, uid, wanted } = request;
  const realHome = (await realPathOrUndefined(fs, accountHome)) ?? accountHome;
  const all = await readRestorePoints(fs, realHome);
  /** By name, the newest one that has it. */
  const points = new Map<string, FoundRestorePoint>();
  const usable = all
    .filter(({ state }) => state !== 'restored' && state !== 'deleting')
    .toReversed();
  for (const point of usable) {
    for (const name of namesIn(point)) if (!points.has(name)) points.set(name, point);
  }
  for (const name of wanted?.keys() ?? RequiredShared.map((link) => link.name)) {
    if (points.has(name)) continue;
    // There was nothing to set aside, so only the link tells where it is shared.
    const text = await toResult(fs.readlink(join(realHome, name)));
    if (!text.ok) continue;
    const target = textOf(text.value);
    const isSibling = (other: string) => dirname(other) === dirname(target);
    const point = usable.find(({ targets }) => [...targets.values()].some(isSibling));
    if (point === undefined) continue;
    points.set(name, { ...point, targets: new Map([...point.targets, [name, target]]) });
  }
  const problems: MigrationProblem[] = [];
  const entries: ReturningEntry[] = [];
  for (const [name, point] of points) {
    if (wanted !== undefined && !wanted.has(name)) continue;
    const places = { name, path: join(accountHome, name), realPath: join(realHome, name) };
    const entry = await surveyEntry(fs, places, point, request);
    if ('code' in entry) problems.push(entry);
    else entries.push(entry);
  }
  // The same call again has nothing left to do.
  const isDone = all.some(({ state }) => state === 'restored');
  if (!isDone && entries.length + problems.length === 0) {
    problems.push(migrationProblem('no-restore-point', { path: accountHome }));
  }
  const live = await findLiveSessions([accountHome], { fs, processInspector });
  problems.push(
    ...(await wrongUser(fs, accountHome, uid)),
    ...(entries.length === 0 ? [] : await permissionProblems(fs, realHome)),
    ...live.problems,
    ...live.sessions.map(({ path, sessionId, pid }) =>
      migrationProblem('live-session', { path, accountHome, sessionId, pid }),
    ),
  );
  // The reverse of the order of a migration: with `projects` shared and `file-history` not, a rewind destroys files.
  return { realHome, entries: projectsLast(entries).toReversed(), problems };
}

/** What there is to give back. */
function namesIn({ state, trees, targets }: FoundRestorePoint): readonly string[] {
  // Once its directory is back, only the link says what else there is to do.
  return state === 'restoring' ? [...new Set([...trees, ...targets.keys()])] : trees;
}

async function surveyEntry(
  fs: MigrateReadFs,
  places: Pick<ReturningEntry, 'name' | 'path' | 'realPath'>,
  point: FoundRestorePoint,
  { wanted, acceptOtherTarget }: RestoreRequest,
): Promise<ReturningEntry | MigrationProblem> {
  const { name, path, realPath } = places;
  const { path: restorePoint, state, trees } = point;
  const recorded = point.targets.get(name) ?? wanted?.get(name) ?? '';
  const target = wanted?.get(name) ?? recorded;
  const realTarget = await realPathOrUndefined(fs, target);
  const tree = join(restorePoint, name);
  const hasTree = trees.includes(name);
  const isOther =
    target !== recorded && (await realPathOrUndefined(fs, recorded)) !== (realTarget ?? target);
  const isEmpty = hasTree && (await hasLost(fs, tree, realTarget ?? target));
  if (!acceptOtherTarget && (realTarget === undefined || isOther || isEmpty)) {
    return migrationProblem('other-target', { path: restorePoint, target });
  }
  const info = await lstatOrUndefined(fs, realPath);
  // Those of a complete migration have been merged, and what they were merged into may have been rewritten since.
  const recreated = state === 'complete' ? [] : point.recreated;
  const fragments = recreated.filter((it) => it.name === name).map((it) => it.path);
  const link = { target, realTarget: realTarget ?? target };
  const entry = { ...places, ...link, restorePoint, tree, fragments };
  if (info === undefined) return { ...entry, state: 'nothing' };
  if (info.kind === 'directory' && (state === 'restoring' || state === 'incomplete')) {
    if (hasTree) return { ...entry, state: 'recreated' };
    return { ...entry, state: 'directory', tree: realPath };
  }
  const isLink =
    info.kind === 'symlink' &&
    ((await resolvesTo(fs, realPath, target)) || (await resolvesTo(fs, realPath, recorded)));
  return isLink ? { ...entry, state: 'link' } : migrationProblem('link-changed', { path, target });
}

/** Brings the shared files into a directory of the home, or the lines of fragments. */
function jobFor(
  fs: MigrateReadFs,
  { name, realPath, realTarget }: ReturningEntry,
  into: string,
  fragments?: readonly string[],
): Job {
  const isFragment = fragments !== undefined;
  return createJob({
    fs,
    name,
    target: into,
    trees: (fragments ?? [realTarget]).map((root) => treeAt(root, false, isFragment)),
    policy: {
      // A directory that waits in the restore point gets the shared version of what differs. Once it is back, what differs
      // has been written there since.
      differences: isFragment || into === realPath ? 'choose' : 'tree-wins',
      linksTranscripts: false,
      separatesFiles: true,
    },
  });
}

async function planFor(
  fs: MigrateReadFs,
  accountHome: string,
  request: SurveyRequest,
): Promise<RestorePlan> {
  const { entries, problems } = await surveyRestore(fs, accountHome, request);
  const planned: RestoreEntry[] = [];
  for (const entry of entries) {
    const { name, path, target, tree } = entry;
    let [copy, copyBytes] = [0, 0];
    const counter: Actor = {
      known: () => ({}),
      visited: () => {},
      onUnreadable: () => Promise.resolve(),
      async perform({ action, own, ownPath, shared }) {
        const isCopied = ['add', 'replace', 'separate'].includes(action.kind);
        if (own === 'name-not-utf8' || !isCopied) return { shared };
        if (own.kind === 'file') {
          copy += 1;
          copyBytes += own.size;
        }
        return { shared: { path: ownPath, info: own } };
      },
    };
    await absorb(jobFor(fs, entry, tree), counter);
    planned.push({ name, path, target, copy, copyBytes });
  }
  const [first] = entries;
  return {
    ok: isFree({ problems }),
    accountHome,
    ...(first === undefined ? {} : { restorePoint: first.restorePoint }),
    entries: planned,
    problems,
    spaceNeeded: planned.reduce((sum, { copyBytes }) => sum + copyBytes, 0),
  };
}

/** What a restore has done so far, whatever happens next. */
interface Progress {
  readonly restored: string[];
  readonly unmerged: UnmergedFile[];
  readonly problems: MigrationProblem[];
}

/** With the locks held: fills the directories, puts them in the place of the links, and catches up. */
async function giveBack(
  { context }: RunRequest,
  { realHome, entries }: RestoreFacts,
  locks: HeldLocks,
  { restored, unmerged, problems }: Progress,
): Promise<MigrationOutcome> {
  const { fs } = context;
  const onFiles = progressOf(context, 'restore', 0);
  const restorePoints = new Set(entries.map(({ restorePoint }) => restorePoint));
  const broughtTo = new Map<string, Brought>();
  for (const { name, restorePoint, target, state } of entries) {
    // Before it is marked, which makes them durable: they say what is to be given back.
    if (state !== 'link') continue;
    const prepared = preparedLinkOf(restorePoint, name);
    await tolerate(['EEXIST'], prepared, fs.symlink(target, prepared, 'junction'));
  }
  for (const restorePoint of restorePoints) {
    await markAs(fs, restorePoint, 'restoring');
    const incoming = incomingIn(restorePoint);
    await clearIncoming(fs, incoming);
    const brought = await readBrought(context, incoming);
    await brought.clear();
    broughtTo.set(restorePoint, brought);
  }
  const fill = async (entry: ReturningEntry, into: string, fragments: readonly string[]) => {
    const brought = broughtTo.get(entry.restorePoint);
    const incoming = incomingIn(entry.restorePoint);
    const replaced = join(join(entry.restorePoint, 'replaced'), entry.name);
    const actor = new DiskActor({ context, target: into, incoming, replaced, brought, onFiles });
    problems.push(...(await absorbUntilQuiet(jobFor(fs, entry, into), actor)));
    if (fragments.length > 0) {
      problems.push(...(await absorbUntilQuiet(jobFor(fs, entry, into, fragments), actor)));
    }
    unmerged.push(...(await actor.unmerged()));
  };
  for (const entry of entries.filter(({ state }) => state !== 'directory')) {
    await makeDirectories(fs, entry.tree);
    await fill(entry, entry.tree, []);
  }
  if (problems.length > 0) return 'failed';
  for (const entry of entries) {
    stopIfAborted(context);
    await requireLocks(locks, entry.path);
    const fragments = [...entry.fragments, ...(await exchange(fs, entry))];
    restored.push(entry.name);
    await syncDirectory(fs, realHome);
    await syncDirectory(fs, entry.restorePoint);
    await fill(entry, entry.realPath, fragments);
  }
  if (problems.length > 0) return 'failed';
  for (const restorePoint of restorePoints) {
    await clearIncoming(fs, incomingIn(restorePoint));
    const { trees } = await readRestorePoint(fs, restorePoint);
    if (trees.length === 0) await markAs(fs, restorePoint, 'restored');
  }
  return unmerged.every(({ reason }) => reason === 'replaced') ? 'done' : 'partial';
}

/** Puts the directory in the place of the link; returns what Claude Code created there in between. */
async function exchange(
  fs: RunRequest['context']['fs'],
  { name, realPath, restorePoint, target, tree, state }: ReturningEntry,
): Promise<readonly string[]> {
  if (state === 'directory') return [];
  if (state === 'link') await removeName(fs, realPath);
  const fragment = state === 'recreated' ? await freeName(fs, restorePoint, name) : undefined;
  if (fragment !== undefined) await orThrow(realPath, fs.rename(realPath, fragment));
  // Renaming over an empty directory would succeed.
  const isTaken = (await lstatOrUndefined(fs, realPath)) !== undefined;
  const renamed = isTaken ? failure({ code: 'EEXIST' }) : await toResult(fs.rename(tree, realPath));
  if (renamed.ok || (await lstatOrUndefined(fs, tree)) === undefined) {
    return fragment === undefined ? [] : [fragment];
  }
  if (!failedWith(renamed, 'EEXIST') && !failedWith(renamed, 'ENOTEMPTY')) {
    await toResult(putPrepared(fs, preparedLinkOf(restorePoint, name), target, realPath));
  }
  throw new CallError(realPath, renamed.error);
}
