import { ArgumentCheck } from '../core/arguments.ts';
import { CallError, failedWith, orThrow, toResult } from '../core/result.ts';
import {
  listDirectory,
  lstatOrUndefined,
  makeDirectories,
  removeName,
  syncDirectory,
} from '../fs/io.ts';
import { migrateReadPort, type MigrateReadFs, realMigrateDisk } from '../fs/migrate-fs.ts';
import { promisesOf, textOf } from '../fs/port.ts';
import type { HeldLocks } from '../lock/lock.ts';
import { join } from '../core/paths.ts';
import { findLiveSessions } from '../sessions/live-sessions.ts';
import { inspectorFor } from '../sessions/process-inspector.ts';
import { absorb, type Actor, type Job, type Tree } from './absorb/absorb.ts';
import { noChoices } from './absorb/decide.ts';
import type { Policy } from './absorb/decide.ts';
import { DiskActor } from './absorb/disk-actor.ts';
import { type OnFiles, progressOf, stopIfAborted } from './context.ts';
import { projectsLast } from './cut-over.ts';
import { homeStateOf, preparedLinkOf, recreatedOf, stateDirectoryOf } from './layout.ts';
import type { PlanRestoreOptions, RestoreOptions } from './options.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import { putPrepared, resolvesTo } from './put-link.ts';
import type {
  MigrationOutcome,
  RestoreEntry,
  RestorePlan,
  RestoreReport,
  UnmergedFile,
} from './report.ts';
import { checkList, checkRun, checkUid, flag, type RunRequest, runOptions } from './request.ts';
import {
  clearIncoming,
  type FoundRestorePoint,
  markAs,
  readRestorePoint,
  readRestorePoints,
} from './restore-points.ts';
import { look, perform, requireLocks } from './run.ts';
import { comparer } from './scan/compare.ts';
import { wrongUser } from './scan/surroundings.ts';

/**
 * Plans a restore: which directories the home would get back, and everything that blocks it. Changes nothing.
 *
 * @param accountHome - The absolute path of a Claude Code config directory that was migrated.
 * @param options - As for `restore`: `required`, `acceptOtherTarget`, `processInspector`, `now`, `uid`, `fs`.
 * @returns The plan; `ok` says whether `restore` with the same options would go ahead.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative` or `invalid-option`.
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
 *   ['projects'],
 * );
 * ```
 */
export async function planRestore(
  accountHome: string,
  options: PlanRestoreOptions = {},
): Promise<RestorePlan> {
  const check = new ArgumentCheck();
  const known = ['required', 'acceptOtherTarget', 'fs', 'processInspector', 'now', 'uid'];
  const given: PlanRestoreOptions = check.areOptions(options, known) ? options : {};
  check.isPath('accountHome', accountHome);
  check.fileSystem(given.fs, migrateReadPort);
  const request = {
    ...checkRestore(check, given),
    processInspector: inspectorFor(check, given.fs, given.processInspector),
    uid: checkUid(check, given),
  };
  check.finish('planRestore');
  const fs = promisesOf(given.fs ?? realMigrateDisk);
  const { found, problems } = await look(() => planFor(fs, accountHome, request));
  return found ?? { ok: false, accountHome, entries: [], problems, spaceNeeded: 0 };
}

/**
 * Gives a home directories of its own again, with everything that is shared by now; the shared state keeps everything.
 *
 * Every file becomes the home's own: copied, or cloned if the file system can. Refused while a session of the home runs.
 * Whatever happens, the same call completes it.
 *
 * @param accountHome - The absolute path of a Claude Code config directory that was migrated.
 * @param options - `required`: the links to give up; all that were migrated by default. `acceptOtherTarget`: restore
 * although the shared directory is not the recorded one, or is empty. `onProgress`, `signal`, `now`, `random`, `pid`, `uid`,
 * `sleep`, `processInspector`, `fs`: what it works with.
 * @returns How it ended; resolves whatever happens, so check `ok`, `outcome` and `problems`.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative` or `invalid-option`.
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
 * assert.deepEqual(report.restored, ['projects']);
 * assert.ok(fs.lstatSync('/me/.claude-work/projects').isDirectory());
 * ```
 */
export async function restore(
  accountHome: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const check = new ArgumentCheck();
  const known = ['required', 'acceptOtherTarget', ...runOptions];
  const given: RestoreOptions = check.areOptions(options, known) ? options : {};
  check.isPath('accountHome', accountHome);
  const request = { ...checkRestore(check, given), ...checkRun(check, given) };
  check.finish('restore');
  const restored: string[] = [];
  const unmerged: UnmergedFile[] = [];
  progressOf(request.context, 'plan', 0);
  const ending = await perform(request, {
    survey: () => surveyRestore(request.context.fs, accountHome, request),
    states: ({ realHome, entries }) => [
      homeStateOf(realHome),
      ...entries.map(({ realTarget }) => stateDirectoryOf(realTarget)),
    ],
    act: (facts, locks, problems) => {
      return giveBack(request, facts, locks, { restored, unmerged, problems });
    },
  });
  return { ...ending, accountHome, restored, unmerged };
}

/** What is asked for, beyond what all runs have in common. */
interface RestoreRequest {
  /** The names to give back, with their targets; `undefined`: everything that was migrated. */
  readonly wanted: ReadonlyMap<string, string> | undefined;
  readonly acceptOtherTarget: boolean;
}

function checkRestore(
  check: ArgumentCheck,
  { required, acceptOtherTarget }: Pick<RestoreOptions, 'required' | 'acceptOtherTarget'>,
): RestoreRequest {
  const list = required === undefined ? undefined : checkList(check, required);
  return {
    wanted: list && new Map(list.map(({ name, target }) => [name, target])),
    acceptOtherTarget: flag(check, 'acceptOtherTarget', acceptOtherTarget),
  };
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
  /**
   * `linked`: the link is in its place. `absent`: nothing is. `recreated`: Claude Code made a directory in between.
   * `returned`: the directory is there already.
   */
  readonly state: 'linked' | 'absent' | 'recreated' | 'returned';
  /** Directories that were re-created while the link was missing. */
  readonly fragments: readonly string[];
}

interface RestoreFacts {
  readonly realHome: string;
  readonly entries: readonly ReturningEntry[];
  readonly problems: readonly MigrationProblem[];
}

/** Finds out what the home can get back, and what blocks it. */
async function surveyRestore(
  fs: MigrateReadFs,
  accountHome: string,
  request: RestoreRequest & Pick<RunRequest, 'processInspector' | 'uid'>,
): Promise<RestoreFacts> {
  const { processInspector } = request;
  const real = await toResult(fs.realpath(accountHome));
  const realHome = real.ok ? textOf(real.value) : accountHome;
  const all = await readRestorePoints(fs, realHome);
  const usable = all
    .filter(({ state }) => state !== 'restored' && state !== 'deleting')
    .toReversed();
  const names = new Set(usable.flatMap(namesIn));
  const problems: MigrationProblem[] = [];
  const entries: ReturningEntry[] = [];
  for (const name of names) {
    if (request.wanted !== undefined && !request.wanted.has(name)) continue;
    const restorePoint = usable.find((it) => namesIn(it).includes(name));
    if (restorePoint === undefined) continue;
    const entry = await surveyEntry(fs, { accountHome, realHome, name }, restorePoint, request);
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
    ...(await wrongUser(fs, accountHome, request.uid)),
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
  {
    accountHome,
    realHome,
    name,
  }: { readonly accountHome: string; readonly realHome: string; readonly name: string },
  { path: restorePoint, trees, targets, state: pointState, recreated }: FoundRestorePoint,
  { wanted, acceptOtherTarget }: RestoreRequest,
): Promise<ReturningEntry | MigrationProblem> {
  const recorded = targets.get(name) ?? wanted?.get(name) ?? '';
  const target = wanted?.get(name) ?? recorded;
  const realPath = join(realHome, name);
  const path = join(accountHome, name);
  const real = await toResult(fs.realpath(target));
  const realTarget = real.ok ? textOf(real.value) : target;
  const tree = join(restorePoint, name);
  const hasTree = trees.includes(name);
  const isOther = target !== recorded && !(await isSamePlace(fs, recorded, realTarget));
  const isEmpty = (await isEmptyAt(fs, realTarget)) && hasTree && !(await isEmptyAt(fs, tree));
  if (!acceptOtherTarget && (!real.ok || isOther || isEmpty)) {
    return migrationProblem('other-target', { path: restorePoint, target });
  }
  const info = await lstatOrUndefined(fs, realPath);
  const isUnderWay = pointState === 'restoring' || pointState === 'incomplete';
  const base = {
    name,
    path,
    realPath,
    target,
    realTarget,
    restorePoint,
    tree,
    fragments: recreated.filter((it) => it.name === name).map((it) => it.path),
  };
  if (info === undefined) return { ...base, state: 'absent' };
  if (info.kind === 'directory' && isUnderWay) {
    return hasTree
      ? { ...base, state: 'recreated' }
      : { ...base, state: 'returned', tree: realPath };
  }
  const isLink =
    info.kind === 'symlink' &&
    ((await resolvesTo(fs, realPath, target)) || (await resolvesTo(fs, realPath, recorded)));
  return isLink ? { ...base, state: 'linked' } : migrationProblem('link-changed', { path, target });
}

async function isSamePlace(fs: MigrateReadFs, path: string, realTarget: string): Promise<boolean> {
  const real = await toResult(fs.realpath(path));
  return real.ok && textOf(real.value) === realTarget;
}

async function isEmptyAt(fs: MigrateReadFs, path: string): Promise<boolean> {
  const listed = await listDirectory(fs, path);
  return !listed.ok || listed.value.length === 0;
}

/** The home gets the shared version of what differs, and files of its own. */
const policy: Policy = {
  differences: 'tree-wins',
  linksTranscripts: false,
  separatesFiles: true,
};

function jobFor(
  fs: MigrateReadFs,
  { name, realTarget }: ReturningEntry,
  target: string,
  fragments?: readonly string[],
): Job {
  const roots = fragments ?? [realTarget];
  const trees: readonly Tree[] = roots.map((root) => ({
    root,
    origin: root,
    spellings: [root],
    canLink: false,
    isFragment: fragments !== undefined,
  }));
  return {
    fs,
    name,
    target,
    trees,
    policy: fragments === undefined ? policy : { ...policy, differences: 'choose' },
    choices: noChoices,
    comparer: comparer(fs),
    losers: new Map(),
    leaveOut: new Set(),
  };
}

async function planFor(
  fs: MigrateReadFs,
  accountHome: string,
  request: RestoreRequest & Pick<RunRequest, 'processInspector' | 'uid'>,
): Promise<RestorePlan> {
  const { entries, problems: found } = await surveyRestore(fs, accountHome, request);
  const isNothing = entries.length + found.length === 0;
  const nothing = migrationProblem('no-restore-point', { path: accountHome });
  const problems = isNothing ? [nothing] : found;
  const planned: RestoreEntry[] = [];
  for (const entry of entries) {
    const { name, path, target, tree } = entry;
    let [copy, copyBytes] = [0, 0];
    const counter: Actor = {
      known: () => ({}),
      visited: () => {},
      onUnreadable: () => Promise.resolve(),
      async perform({ action, own, ownPath, shared }) {
        if (own === 'name-not-utf8') return { shared };
        const isCopied =
          action.kind === 'add' || action.kind === 'replace' || action.kind === 'separate';
        if (!isCopied) return { shared };
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
    ok: problems.every(({ severity }) => severity !== 'error'),
    accountHome,
    ...(first === undefined ? {} : { restorePoint: first.restorePoint }),
    entries: planned,
    problems,
    spaceNeeded: planned.reduce((sum, { copyBytes }) => sum + copyBytes, 0),
  };
}

/** What a restore has done so far, whatever happens next. */
interface Given {
  readonly restored: string[];
  readonly unmerged: UnmergedFile[];
  readonly problems: MigrationProblem[];
}

/** With the locks held: fills the directories, puts them in the place of the links, and catches up. */
async function giveBack(
  { context }: RunRequest,
  { realHome, entries }: RestoreFacts,
  locks: HeldLocks,
  { restored, unmerged, problems }: Given,
): Promise<MigrationOutcome> {
  const { fs } = context;
  const onFiles: OnFiles = progressOf(context, 'restore', 0);
  for (const restorePoint of new Set(entries.map((it) => it.restorePoint))) {
    await markAs(fs, restorePoint, 'restoring');
    await clearIncoming(fs, join(restorePoint, 'incoming'));
  }
  const actorFor = ({ restorePoint, name }: ReturningEntry, target: string) =>
    new DiskActor({
      context,
      target,
      incoming: join(restorePoint, 'incoming'),
      replaced: join(join(restorePoint, 'replaced'), name),
      onFiles,
    });
  for (const entry of entries.filter(({ state }) => state !== 'returned')) {
    await makeDirectories(fs, entry.tree);
    const actor = actorFor(entry, entry.tree);
    problems.push(...(await passUntilQuiet(jobFor(fs, entry, entry.tree), actor)));
    unmerged.push(...(await actor.unmerged()));
  }
  if (problems.length > 0) return 'failed';
  for (const entry of entries) {
    stopIfAborted(context);
    await requireLocks(locks, entry.path);
    const fragment = await exchange(context.fs, entry);
    restored.push(entry.name);
    await syncDirectory(fs, realHome);
    await syncDirectory(fs, entry.restorePoint);
    const fragments = [...entry.fragments, ...(fragment === undefined ? [] : [fragment])];
    const actor = actorFor(entry, entry.realPath);
    problems.push(...(await passUntilQuiet(jobFor(fs, entry, entry.realPath), actor)));
    if (fragments.length > 0) {
      const job = jobFor(fs, entry, entry.realPath, fragments);
      problems.push(...(await passUntilQuiet(job, actor)));
    }
    unmerged.push(...(await actor.unmerged()));
  }
  if (problems.length > 0) return 'failed';
  for (const restorePoint of new Set(entries.map((it) => it.restorePoint))) {
    await clearIncoming(fs, join(restorePoint, 'incoming'));
    const { trees } = await readRestorePoint(fs, restorePoint);
    if (trees.length === 0) await markAs(fs, restorePoint, 'restored');
  }
  return unmerged.every(({ reason }) => reason === 'replaced') ? 'done' : 'partial';
}

const MAX_PASSES = 30;

async function passUntilQuiet(job: Job, actor: DiskActor): Promise<readonly MigrationProblem[]> {
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    actor.beginPass();
    await absorb(job, actor);
    await actor.sync();
    if (actor.added === 0) return actor.refusals;
  }
  return [migrationProblem('source-busy', { path: job.target })];
}

/** Puts the directory in the place of the link; returns what Claude Code made there in between. */
async function exchange(
  fs: RunRequest['context']['fs'],
  { name, path, realPath, restorePoint, target, tree, state }: ReturningEntry,
): Promise<string | undefined> {
  let fragment: string | undefined;
  switch (state) {
    case 'returned':
      return undefined;
    case 'linked':
      await removeName(fs, realPath);
      break;
    case 'recreated': {
      for (let count = 1; ; count += 1) {
        fragment = recreatedOf(restorePoint, name, count);
        if ((await lstatOrUndefined(fs, fragment)) === undefined) break;
      }
      await orThrow(realPath, fs.rename(realPath, fragment));
      break;
    }
    case 'absent':
      break;
    default:
      return state satisfies never;
  }
  // Renaming over an empty directory would succeed.
  const now = await lstatOrUndefined(fs, realPath);
  const renamed =
    now === undefined
      ? await toResult(fs.rename(tree, realPath))
      : ({
          ok: false,
          errno: 'EEXIST',
          error: Object.assign(new Error(path), { code: 'EEXIST' }),
        } as const);
  if (renamed.ok || (await lstatOrUndefined(fs, tree)) === undefined) return fragment;
  if (now === undefined && !failedWith(renamed, 'EEXIST') && !failedWith(renamed, 'ENOTEMPTY')) {
    await toResult(putPrepared(fs, preparedLinkOf(restorePoint, name), target, realPath));
  }
  throw new CallError(realPath, renamed.error);
}
