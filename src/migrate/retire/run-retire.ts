import { settle } from '../../answer.ts';
import { childOf } from '../../paths.ts';
import { CallFailure, changed } from '../disk/call-failure.ts';
import { retiringOf } from '../record/layout.ts';
import { lockAll } from '../lock-homes.ts';
import type { HeldLocks } from '../../lock/lock.ts';
import { identifyOwner } from '../../lock/lock-owner.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { Proof } from './prove.ts';
import type { MigrationOutcome, RetireReport } from '../report.ts';
import type { RetireRequest } from './retire-request.ts';
import { type Retired, retireTree } from './retire-tree.ts';
import type { Locking } from '../run-migration.ts';
import { moveAside, putBack, removeRun, removeTrees } from './retire-run.ts';
import { surveyAt, type SurveyedRetirement, surveyRetirement } from './survey-retire.ts';
import { measure } from './survey-originals.ts';
import { Aborted, Progress, stopIfAborted } from '../tools.ts';

/** What has come out so far, whatever happens next. */
interface Told extends Retired {
  originals: string;
  problems: readonly MigrationProblem[];
}

/** Looks, locks, moves the originals aside, removes what is proved or named, and puts back what stays. */
export async function runRetire(
  request: RetireRequest,
  { isLocking }: Locking = { isLocking: true },
): Promise<RetireReport> {
  const { tools, processes, pid } = request;
  const told: Told = { originals: request.originals, removed: 0, kept: [], problems: [] };
  let locks: HeldLocks | undefined;
  const finish = async (outcome: MigrationOutcome): Promise<RetireReport> => {
    await locks?.release();
    return { ok: outcome === 'done', outcome, ...told, kept: told.kept.toSorted() };
  };
  const look = async (): Promise<SurveyedRetirement> => {
    const found = await surveyRetirement(tools.fs, request.originals);
    told.originals = found.path;
    told.problems = found.problems;
    return found;
  };
  try {
    const planning = new Progress(tools, 'plan', 0);
    let found = await look();
    planning.add(0, 0);
    stopIfAborted(tools);
    // What a run that died has not put back is put back by this one, if it can do no more.
    const isRetiring = found.found?.run.isRetiring === true;
    if (found.problems.length > 0 && !isRetiring) return await finish('refused');
    if (found.found === undefined) return await finish('done');
    if (isLocking) {
      const owner = await identifyOwner(processes, { pid, random: tools.random });
      const realTargets = [...new Set(found.found.targets.values())];
      const places = { realHomes: [found.realHome], realTargets };
      const locked = await lockAll(tools, places, owner, processes);
      if (!locked.ok) {
        told.problems = [locked.problem];
        return await finish(locked.outcome);
      }
      ({ locks } = locked);
      // Somebody else may have been at it until the lock was free.
      found = await look();
    }
    if (found.problems.length > 0) {
      if (found.found?.run.isRetiring === true) {
        await putBack(tools, found.found.run.path, found.path);
      }
      return await finish('refused');
    }
    return await finish(await carryOut(request, found, locks, told));
  } catch (error) {
    if (error instanceof Aborted) return await finish('aborted');
    if (error instanceof CallFailure) {
      const { path, code: errno } = error;
      told.problems = [migrationProblem('call-failed', { path, errno })];
      return await finish('failed');
    }
    await locks?.release();
    throw error;
  }
}

async function carryOut(
  { tools, discard, originals }: RetireRequest,
  { path, realHome, found }: SurveyedRetirement,
  locks: HeldLocks | undefined,
  told: Told,
): Promise<MigrationOutcome> {
  if (found === undefined) return 'done';
  const { run, facts, targets } = found;
  const { fs } = tools;
  const isAllowed = async () => locks === undefined || (await locks.stillHeld());
  stopIfAborted(tools);
  const { files } = await measure(fs, run.path);
  const root = retiringOf(path);
  if (!run.isRetiring && !(await moveAside(tools, path, root, facts, isAllowed))) {
    throw new CallFailure(path, changed(path));
  }
  const end = { hasBegun: false };
  const removing = async (): Promise<MigrationOutcome> => {
    // Whoever came before the name was gone has left a trace.
    const now = await surveyAt(fs, { path, realHome }, root);
    told.problems = now?.problems ?? [];
    if (told.problems.length > 0) return 'refused';
    const isDiscarded = (file: string) =>
      [file, childOf(path, file), childOf(originals, file)].some((it) => discard.has(it));
    const proof = new Proof(tools, targets);
    const progress = new Progress(tools, 'retire', files);
    await retireTree({ tools, root, facts, proof, isDiscarded, progress, isAllowed }, told);
    if (told.kept.length > 0) return 'done-with-leftovers';
    if (!(await removeTrees(tools, root, told))) return 'done-with-leftovers';
    end.hasBegun = true;
    await removeRun(tools, root);
    return 'done';
  };
  const removed = await settle(removing());
  if (removed.ok && removed.value === 'done') return removed.value;
  // It is the way back, also after a failure; what the caller throws is like a crash.
  const isOver = removed.ok || isEnd(removed.error);
  const back = isOver && !end.hasBegun ? await settle(putBack(tools, root, path)) : undefined;
  if (!removed.ok) throw removed.error;
  if (back?.ok === false) throw back.error;
  return removed.value;
}

function isEnd(error: unknown): boolean {
  return error instanceof CallFailure || error instanceof Aborted;
}
