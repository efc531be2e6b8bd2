import { makeDurableDirectories } from '../fs/io.ts';
import { clearTrials } from '../fs/trial-links.ts';
import type { HeldLocks } from '../lock/lock.ts';
import { join } from '../core/paths.ts';
import { absorb, type Job } from './absorb/absorb.ts';
import { type Brought, keepPromises, readBrought } from './absorb/brought.ts';
import { DiskActor } from './absorb/disk-actor.ts';
import { absorbUntilQuiet } from './absorb/job.ts';
import { LinkedTranscripts } from './absorb/linked-transcripts.ts';
import { type OnFiles, nonceOf, progressOf, stopIfAborted } from './context.ts';
import { cutOver, putMissingLink } from './cut-over.ts';
import { homeStateOf, incomingIn, replacedIn, runIdOf, stateDirectoryOf } from './layout.ts';
import type { MigrateOptions, PlanMigrationOptions } from './options.ts';
import { actionFor, liveProblems, planFrom } from './plan.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type {
  HomePlan,
  MigrationOutcome,
  MigrationPhase,
  MigrationPlan,
  MigrationReport,
  UnmergedFile,
} from './report.ts';
import { type MigrateRequest, migrateRequest } from './request.ts';
import { clearIncoming, markAs, readRestorePoints, removeIfEmpty } from './restore-points.ts';
import { look, perform } from './run.ts';
import { type SurveyedHome, surveyHomes } from './scan/homes.ts';
import { findRunning } from './scan/live.ts';
import { problemsOf } from './scan/sides.ts';
import { type Survey, survey, type SurveyedName, type SurveyedTree } from './scan/survey.ts';

/**
 * Plans a migration: everything `migrate` would do with every home, and everything that blocks it.
 *
 * Compares the content of all homes with the shared targets and with each other, and lists every conflict, running session,
 * permission and retention problem. It changes nothing, apart from briefly testing whether links can be created.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - As for `migrate`: `required`, `live`, `acceptRetention`, `preferShared`, `preferHome`, `otherHomes`,
 * `processInspector`, `now`, `random`, `uid`, `fs`.
 * @returns The plan; `ok` says whether `migrate` with the same options would go ahead.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example A dry run
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { planMigration } from 'claude-shared-state/migrate';
 *
 * const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
 * const { fs } = memfs({
 *   [`/me/.claude-work/projects/-app/${id}.jsonl`]: '{"n":1}\n{"n":2}\n',
 *   [`/me/.claude-spare/projects/-app/${id}.jsonl`]: '{"n":1}\n{"n":3}\n',
 * });
 * const plan = await planMigration(['/me/.claude-work', '/me/.claude-spare'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * assert.equal(plan.ok, false);
 * assert.ok(plan.problems.some(({ code }) => code === 'transcripts-diverge'));
 * ```
 */
export async function planMigration(
  accountHomes: readonly string[],
  options: PlanMigrationOptions = {},
): Promise<MigrationPlan> {
  const request = migrateRequest('planMigration', accountHomes, options);
  const { found, problems } = await look(
    async () => planFrom(await survey(request), request),
    request.context.fs,
  );
  const nothing = { homes: [], liveSessions: [], spaceNeeded: 0, unmerged: [] };
  return found ?? { ok: false, ...nothing, problems };
}

/**
 * Moves the directories of all homes into the shared targets, without losing a byte, and puts links in their place.
 *
 * Every transcript gets a second name in the target first, every other file a copy there. Only then is each directory renamed
 * into a restore point of its home, and the link takes its place; what came late is brought in afterwards. If any
 * home has a conflict, nothing is replaced anywhere. Whatever happens, the same call completes it.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `required`: the links to create; `RequiredShared` by default. `live`: `refuse` (default) while sessions are
 * running, or `merge`. `acceptRetention`: share files even if the shortest retention deletes them at once. `preferShared`,
 * `preferHome`: paths of conflicts, by the side that wins. `otherHomes`: more homes to check for running sessions. The others:
 * {@link RunOptions}.
 * @returns How it ended; resolves whatever happens, so check `ok`, `outcome` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example Two homes become one state
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate } from 'claude-shared-state/migrate';
 *
 * const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
 * const { fs } = memfs({
 *   [`/me/.claude-work/projects/-app/${id}.jsonl`]: '{"n":1}\n{"n":2}\n',
 *   [`/me/.claude-spare/projects/-app/${id}.jsonl`]: '{"n":1}\n',
 * });
 * const report = await migrate(['/me/.claude-work', '/me/.claude-spare'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * assert.equal(report.outcome, 'done');
 * assert.equal(
 *   fs.readFileSync(`/me/.claude-spare/projects/-app/${id}.jsonl`, 'utf8'),
 *   '{"n":1}\n{"n":2}\n',
 * );
 * ```
 */
export async function migrate(
  accountHomes: readonly string[],
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const request = migrateRequest('migrate', accountHomes, options);
  const { context } = request;
  const result: Result = { homes: [], restorePoints: new Set(), unmerged: [] };
  const onPlanned = progressOf(context, 'plan', 0);
  const ending = await perform(request, {
    async survey() {
      const planned = await planAll(request);
      result.homes = planned.plan.homes;
      onPlanned(filesIn(result.homes), 0);
      return planned;
    },
    prepare: (planned) => completeHalfDone(request, planned),
    states: ({ surveyed, problems }) => [
      ...surveyed.homes.map(({ realHome }) => homeStateOf(realHome)),
      // Work for another target must leave nothing beside this one.
      ...(hasOtherTarget({ problems }) ? [] : targetsOf(surveyed).map(stateDirectoryOf)),
    ],
    // What an earlier run left half done is completed even if something else blocks the rest.
    isAllowed: ({ plan, surveyed: { homes } }) =>
      plan.ok || homes.some(({ unfinished }) => unfinished.length > 0),
    async act({ plan, surveyed }, locks, problems) {
      result.homes = plan.homes;
      const busy = new Set(surveyed.names.map((it) => stateDirectoryOf(it.realTarget)));
      for (const state of plan.ok ? targetsOf(surveyed).map(stateDirectoryOf) : []) {
        // Left by a run that was cut off by a power failure.
        if (!busy.has(state)) await clearIncoming(context.fs, incomingIn(state));
      }
      return plan.ok ? await carryOut(request, surveyed, locks, result, problems) : 'refused';
    },
  });
  return { ...ending, ...result, restorePoints: [...result.restorePoints] };
}

interface Planned {
  readonly surveyed: Survey;
  readonly plan: MigrationPlan;
  readonly problems: readonly MigrationProblem[];
}

async function planAll(request: MigrateRequest): Promise<Planned> {
  const surveyed = await survey(request);
  const plan = planFrom(surveyed, request);
  return { surveyed, plan, problems: plan.problems };
}

/** Whether an unfinished run belongs to another target: then the locks of these targets are not taken. */
function hasOtherTarget({ problems }: Pick<Planned, 'problems'>): boolean {
  return problems.some(({ code }) => code === 'earlier-run-other-target');
}

/** What has come out so far, whatever happens next. */
interface Result {
  homes: readonly HomePlan[];
  readonly restorePoints: Set<string>;
  unmerged: readonly UnmergedFile[];
}

function filesIn(homes: readonly HomePlan[]): number {
  let sum = 0;
  for (const { files } of homes.flatMap(({ entries }) => entries)) {
    sum += files.link + files.copy + files.merged + files.identical + files.skipped;
  }
  return sum;
}

/** With the locks held: creates the links an earlier run did not get to, and checks whether anything else changed. */
async function completeHalfDone(request: MigrateRequest, planned: Planned): Promise<Planned> {
  const { context, accountHomes, required } = request;
  const { surveyed } = planned;
  for (const target of hasOtherTarget(planned) ? [] : targetsOf(surveyed)) {
    await keepPromises(context.fs, incomingIn(stateDirectoryOf(target)));
    await clearTrials(context.fs, stateDirectoryOf(target));
  }
  let isChanged = false;
  for (const home of surveyed.homes) {
    const points = await readRestorePoints(context.fs, home.realHome);
    for (const { path, state, trees, targets } of points) {
      if (state === 'incomplete' || (state === 'deleting' && targets.size === 0)) {
        await removeIfEmpty(context.fs, path);
      }
      // Its directories are back in the home: the restore had only to be marked as done.
      if (state === 'restoring' && trees.length === 0) await markAs(context.fs, path, 'restored');
    }
    for (const entry of home.entries) {
      if (entry.state !== 'missing' || actionFor(entry, home) !== 'complete') continue;
      await putMissingLink(context, entry, home);
      isChanged = true;
    }
  }
  const { homes } = await surveyHomes(context.fs, accountHomes, required);
  isChanged ||= fingerprintOf(homes) !== fingerprintOf(surveyed.homes);
  if (!isChanged) return planned;
  const now = await planAll(request);
  // Without their locks nothing is done with the targets.
  return hasOtherTarget(planned) ? { ...now, plan: { ...now.plan, ok: false } } : now;
}

function targetsOf({ homes }: Survey): readonly string[] {
  return [...new Set(homes.flatMap(({ entries }) => entries.map((entry) => entry.realTarget)))];
}

function fingerprintOf(homes: readonly SurveyedHome[]): string {
  return JSON.stringify(
    homes.map(({ entries, unfinished }) => [
      entries.map(({ state, directory }) => [state, String(directory?.inode)]),
      unfinished.map(({ path, state, trees, recreated }) => [path, state, trees, recreated]),
    ]),
  );
}

/** One target, and what brings things into it. */
interface Work {
  readonly surveyed: SurveyedName;
  readonly job: Job;
  readonly actor: DiskActor;
  readonly brought: Brought;
}

/** What carrying out a plan works with. */
interface Execution {
  readonly request: MigrateRequest;
  readonly surveyed: Survey;
  readonly works: readonly Work[];
  readonly runId: string;
  readonly locks: HeldLocks;
  readonly result: Result;
  readonly problems: MigrationProblem[];
  /** Begins to count another phase. */
  readonly enter: (phase: MigrationPhase, expected: number) => OnFiles;
}

/** Absorbs everything, replaces the directories by links, and catches up. */
async function carryOut(
  request: MigrateRequest,
  surveyed: Survey,
  locks: HeldLocks,
  result: Result,
  problems: MigrationProblem[],
): Promise<MigrationOutcome> {
  const { context } = request;
  for (const target of targetsOf(surveyed)) await makeDurableDirectories(context.fs, target);
  const runId = runIdOf(context.now, nonceOf(context));
  const now: { onFiles?: OnFiles } = {};
  const enter = (phase: MigrationPhase, expected: number) => {
    now.onFiles = progressOf(context, phase, expected);
    return now.onFiles;
  };
  const works = await openWorks(request, surveyed, runId, (files, bytes) => {
    now.onFiles?.(files, bytes);
  });
  const execution = { request, surveyed, works, runId, locks, result, problems, enter };
  if (!(await absorbAll(execution))) return 'refused';
  const { trees, finished } = await cutOverHomes(execution);
  const isFinished = finished.length === surveyed.homes.length;
  // From here on, programs see these files through the links. A home that is left still needs to know them.
  for (const { brought } of isFinished ? works : []) await brought.clear();
  const isQuiet = await catchUpAll(execution, trees);
  if (!isQuiet || !isFinished) return 'failed';
  // One wrong answer may have hidden an entry from the whole run: it is done if every link is there.
  const { homes } = await surveyHomes(context.fs, request.accountHomes, request.required);
  const unlinked = homes
    .flatMap(({ entries }) => entries)
    .filter(({ state }) => state !== 'linked' && state !== 'equivalent');
  if (unlinked.length > 0) {
    for (const { path, target } of unlinked) {
      problems.push(migrationProblem('link-changed', { path, target }));
    }
    return 'failed';
  }
  for (const path of new Set(finished.flat())) {
    await clearIncoming(context.fs, incomingIn(path));
    await markAs(context.fs, path, 'complete');
    result.restorePoints.add(path);
  }
  return result.unmerged.every(({ reason }) => isExpected(reason)) ? 'done' : 'partial';
}

/** Brings everything in while the homes still work on their own; `false` if something blocks the rest after all. */
async function absorbAll(execution: Execution): Promise<boolean> {
  const { request, surveyed, works, result, problems, enter } = execution;
  const { context } = request;
  enter('absorb', filesIn(result.homes));
  for (const { surveyed: name, job, actor } of works) {
    actor.beginPass();
    for (const path of name.contents.setAside) await actor.setAside(path);
    await absorb(job, actor);
    await actor.sync();
  }
  const before = problems.length;
  for (const { actor } of works) {
    problems.push(...actor.refusals);
    // What has changed since the plan.
    for (const step of actor.blocked) problems.push(...(await problemsOf(context.fs, step)));
  }
  if (problems.length > before) return false;
  stopIfAborted(context);
  // Sessions that have begun since the plan; what it warned of is reported already.
  const running = await findRunning(request, surveyed.homes);
  const inTheWay = liveProblems({ ...surveyed, running }, request);
  problems.push(...inTheWay.filter(({ severity }) => severity === 'error'));
  return problems.length === before;
}

/**
 * Replaces the directories of one home after the other by links, until one can't be.
 *
 * @returns By name, all trees that are in restore points now; and for each finished home its restore points.
 */
async function cutOverHomes(execution: Execution): Promise<{
  readonly trees: ReadonlyMap<string, readonly SurveyedTree[]>;
  readonly finished: readonly (readonly string[])[];
}> {
  const { request, surveyed, works, runId, locks, result, problems, enter } = execution;
  const { context, required } = request;
  const all = works.flatMap((work) => work.surveyed.trees);
  const moved = all.filter(({ restorePoint }) => restorePoint !== undefined);
  const finished: (readonly string[])[] = [];
  const onDirectories = enter('cut-over', all.length);
  for (const { actor } of works) actor.cutOver();
  for (const home of surveyed.homes) {
    await linkMissing(request, home, (name) => name !== 'projects');
    const done = await cutOver(context, home, runId, locks, onDirectories);
    for (const { entry, root, isFragment, cutOverAt } of done.moved) {
      const before = all.find((tree) => tree.entry === entry && tree.restorePoint === undefined);
      if (before === undefined) continue;
      const origin = isFragment && !before.isFragment ? root : before.origin;
      const spellings = [...before.spellings, root];
      moved.push({ ...before, root, origin, spellings, isFragment, cutOverAt });
    }
    const own = done.moved.length > 0 && done.restorePoint !== undefined ? [done.restorePoint] : [];
    for (const path of own) result.restorePoints.add(path);
    if (done.problem !== undefined) {
      problems.push(done.problem);
      break;
    }
    await linkMissing(request, home, (name) => name === 'projects');
    finished.push([...home.unfinished.map(({ path }) => path), ...own]);
  }
  const treesOf = (name: string) => moved.filter(({ entry }) => entry.name === name);
  return { trees: new Map(required.map(({ name }) => [name, treesOf(name)])), finished };
}

/** Brings in what came late, until a pass adds nothing: that pass verifies the rest. */
async function catchUpAll(
  { works, result, problems, enter }: Execution,
  trees: ReadonlyMap<string, readonly SurveyedTree[]>,
): Promise<boolean> {
  enter('catch-up', filesIn(result.homes));
  const before = problems.length;
  for (const { surveyed, job, actor } of works) {
    const late = { ...job, trees: trees.get(surveyed.name) ?? [] };
    if (late.trees.length > 0) problems.push(...(await absorbUntilQuiet(late, actor)));
    result.unmerged = [...result.unmerged, ...(await actor.unmerged())];
  }
  const isQuiet = problems.length === before;
  for (const path of works.flatMap(({ actor }) => actor.returned)) {
    problems.push(migrationProblem('deleted-name-returned', { path }));
  }
  return isQuiet;
}

function isExpected(reason: UnmergedFile['reason']): boolean {
  return ['obsolete-cache', 'kept-aside', 'replaced', 'moved'].includes(reason);
}

async function openWorks(
  { context, live }: MigrateRequest,
  { names }: Survey,
  runId: string,
  onFiles: OnFiles,
): Promise<readonly Work[]> {
  const works: Work[] = [];
  for (const surveyed of names) {
    const { name, realTarget: target, contents } = surveyed;
    const state = stateDirectoryOf(target);
    const incoming = incomingIn(state);
    const replaced = join(replacedIn(state, runId), name);
    const brought = await readBrought(context, incoming);
    const linked = live === 'merge' && name === 'projects' ? new LinkedTranscripts() : undefined;
    const shop = { context, target, incoming, replaced, brought, onFiles };
    works.push({
      surveyed,
      brought,
      job: { ...surveyed.job, losers: new Map(), leaveOut: contents.leaveOut },
      actor: new DiskActor({ ...shop, ...(linked === undefined ? {} : { linked }) }),
    });
  }
  return works;
}

/** Creates the link in homes that have nothing in its place. */
async function linkMissing(
  { context }: MigrateRequest,
  home: SurveyedHome,
  isMeant: (name: string) => boolean,
): Promise<void> {
  for (const entry of home.entries) {
    if (entry.state !== 'missing' || !isMeant(entry.name)) continue;
    stopIfAborted(context);
    await putMissingLink(context, entry, home);
  }
}
