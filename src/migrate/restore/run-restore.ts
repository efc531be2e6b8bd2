import { bringBack } from './bring-back.ts';
import { CallFailure } from '../disk/call-failure.ts';
import { bringLate, completeReturn } from './complete-return.ts';
import { detachFrom } from './detach.ts';
import { makeDirectory, removeName, syncDirectories, syncDirectory } from '../disk/directories.ts';
import { giveBack } from './give-back.ts';
import { incomingOf, ownerOf, restoredMarkOf } from '../record/layout.ts';
import type { HeldLocks } from '../../lock/lock.ts';
import { lockAll } from '../lock-homes.ts';
import { identifyOwner } from '../../lock/lock-owner.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { childOf, lastSegmentOf } from '../../paths.ts';
import type { Leftover, MigrationOutcome, RestoreReport } from '../report.ts';
import type { RestoreRequest } from './restore-request.ts';
import { Returning } from './returning.ts';
import { isGoingBack, readRun } from '../record/runs.ts';
import type { Locking } from '../run-migration.ts';
import { mark } from '../sweep/seal.ts';
import { type ReturningName, type SurveyedReturn, surveyReturn } from './survey-return.ts';
import { canLinkBetween } from '../disk/trial.ts';
import { Aborted, nonceOf, Progress, stopIfAborted } from '../tools.ts';

/** What has come out so far, whatever happens next. */
interface Told {
  problems: MigrationProblem[];
  restored: string[];
  leftovers: Leftover[];
}

/** One directory, and what it is brought back with. */
interface Way {
  readonly entry: ReturningName;
  readonly returning: Returning;
}

/** Looks, locks, brings everything into the originals' trees, gives them back, sweeps, and tells how it ended. */
export async function runRestore(
  request: RestoreRequest,
  { isLocking }: Locking = { isLocking: true },
): Promise<RestoreReport> {
  const { accountHome, tools, processes, pid } = request;
  const told: Told = { problems: [], restored: [], leftovers: [] };
  let locks: HeldLocks | undefined;
  const finish = async (outcome: MigrationOutcome): Promise<RestoreReport> => {
    await locks?.release();
    return { ok: outcome === 'done', outcome, accountHome, ...told };
  };
  const look = async (): Promise<SurveyedReturn | undefined> => {
    const found = await surveyReturn(tools.fs, request);
    told.problems = [...found.problems];
    told.restored = found.names.flatMap(({ name, state }) => (state === 'back' ? [name] : []));
    return told.problems.some(({ severity }) => severity === 'error') ? undefined : found;
  };
  try {
    const owner = await identifyOwner(processes, { pid, random: tools.random });
    const planning = new Progress(tools, 'plan', 0);
    let found = await look();
    if (found === undefined) return await finish('refused');
    planning.add(0, 0);
    stopIfAborted(tools);
    const isAtRest = found.names.every(({ state }) => state === 'back');
    if (isAtRest && !request.detach) return await finish('done');
    if (isLocking) {
      const realTargets = [...new Set(found.names.map(({ realTarget }) => realTarget))];
      const places = { realHomes: [found.realHome], realTargets };
      const locked = await lockAll(tools, places, owner, processes);
      if (!locked.ok) {
        told.problems.push(locked.problem);
        return await finish(locked.outcome);
      }
      ({ locks } = locked);
      // Somebody else may have been at it until the lock was free.
      found = await look();
      if (found === undefined) return await finish('refused');
    }
    return await finish(await carryOut(request, found, locks, told));
  } catch (error) {
    if (error instanceof Aborted) return await finish('aborted');
    if (error instanceof CallFailure) {
      const { path, code: errno } = error;
      told.problems.push(migrationProblem('call-failed', { path, errno }));
      return await finish('failed');
    }
    await locks?.release();
    throw error;
  }
}

async function carryOut(
  request: RestoreRequest,
  found: SurveyedReturn,
  locks: HeldLocks | undefined,
  told: Told,
): Promise<MigrationOutcome> {
  const { tools } = request;
  const isAllowed = async () => locks === undefined || (await locks.stillHeld());
  const ways: Way[] = [];
  for (const entry of found.names) ways.push(await prepare(request, entry, locks !== undefined));
  const isCopying = ways.some((way) => way.entry.state === 'aside' && !way.returning.canLink);
  if (isCopying && found.liveSessions.length > 0) {
    for (const { path, accountHomes, sessionId, pid } of found.liveSessions) {
      const fields = { path, accountHome: accountHomes[0], sessionId, pid };
      told.problems.push(migrationProblem('live-across-devices', fields));
    }
    return 'refused';
  }
  const aside = ways.filter(({ entry }) => entry.state === 'aside');
  const total = ways.reduce((files, { returning }) => files + returning.linked.size, 0);
  const bringing = new Progress(tools, 'restore', total);
  // All of them, before the first one is given back.
  for (const { returning } of aside) {
    returning.onFiles = bringing.overPasses(() => returning.passes);
    await bringBack(returning);
  }
  const verifying = new Progress(tools, 'verify', Math.max(total, bringing.done));
  for (const { entry, returning } of ways) {
    if (entry.state === 'back') continue;
    stopIfAborted(tools);
    const { name, path, target, run, state } = entry;
    if (state === 'aside') {
      const problem = await giveBack({ tools, name, path, target, run: run.path, isAllowed });
      if (problem !== undefined) {
        told.problems.push(problem);
        return 'failed';
      }
    }
    returning.onFiles = verifying.overPasses(() => returning.passes);
    await completeReturn(returning, path);
    told.restored.push(name);
  }
  for (const { entry, returning } of ways) {
    if (request.detach) await detachFrom(returning);
    if (entry.state !== 'back' || request.detach) await bringLate(returning);
    await syncDirectories(tools.fs, returning.touched);
    told.leftovers.push(...returning.leftovers.values());
  }
  await markRestored(request, found);
  const isComplete = told.leftovers.every(({ reason }) => reason === 'side-not-chosen');
  return isComplete ? 'done' : 'done-with-leftovers';
}

const noEntries: ReadonlySet<string> = new Set();

async function prepare(
  { tools }: RestoreRequest,
  entry: ReturningName,
  isAlone: boolean,
): Promise<Way> {
  const { name, path, realTarget, run, manifest, state } = entry;
  const incoming = incomingOf(realTarget);
  const isAside = state === 'aside';
  // Otherwise a restore that died may have moved them aside.
  const isFirst = isAside && run.isSealed && !isGoingBack(run, name);
  if (isAside) await makeDirectory(tools.fs, incoming);
  const returning = new Returning({
    tools,
    name,
    target: realTarget,
    run: run.path,
    root: isAside ? childOf(run.path, name) : path,
    canLink: isAside ? await canLinkBetween(tools.fs, run.path, incoming, nonceOf(tools)) : true,
    manifest,
    isAlone,
    swept: isFirst ? new Set(run.recreated.map((it) => it.entry)) : noEntries,
  });
  return { entry, returning };
}

/** Says of the runs that all of their directories are back. */
async function markRestored(
  { tools: { fs } }: RestoreRequest,
  { realHome, names }: SurveyedReturn,
): Promise<void> {
  await syncDirectory(fs, realHome);
  for (const path of new Set(names.map(({ run }) => run.path))) {
    const { trees } = await readRun(fs, path, lastSegmentOf(path));
    await syncDirectory(fs, path);
    if (trees.length > 0) continue;
    await mark(fs, restoredMarkOf(path));
    await removeName(fs, ownerOf(path));
    await syncDirectory(fs, path);
  }
}
