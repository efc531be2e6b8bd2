import { settle } from '../answer.ts';
import { Aborted, Progress, stopIfAborted } from './tools.ts';
import { CallFailure } from './disk/call-failure.ts';
import { identifyOwner, judgeOwner } from '../lock/lock-owner.ts';
import { lockAll, type Locked, type Places } from './lock-homes.ts';
import type { HeldLocks } from '../lock/lock.ts';
import { ownerOf } from './record/layout.ts';
import { makeDurable } from './swap/make-durable.ts';
import { coupleAll } from './merge/couple-all.ts';
import { type Migration, pendingSources, prepare } from './migration.ts';
import { type MigrationProblem, migrationProblem } from './migration-problem.ts';
import type { OwnerToken } from '../lock/owner-token.ts';
import { planFrom, type Survey } from './plan/plan.ts';
import { isProjects } from './swap/projects-last.ts';
import { putLink } from './swap/put-link.ts';
import type { HomePlan, Leftover, MigrationOutcome, MigrationReport } from './report.ts';
import type { MigrateRequest } from './request.ts';
import { rollForward } from './swap/roll-forward.ts';
import { seal } from './sweep/seal.ts';
import { survey, surveyAgain } from './plan/survey.ts';
import type { SurveyedEntry } from './plan/survey-entries.ts';
import { swapAll } from './swap/swap-all.ts';
import { clearIncoming, removeStrays } from './sweep/strays.ts';
import { sweep } from './sweep/sweep.ts';

/** How runs keep out of each other's way: without locks, only for proofs that nothing rests on them. */
export interface Locking {
  readonly isLocking: boolean;
}

/** What has come out so far, whatever happens next. */
interface Told {
  homes: readonly HomePlan[];
  problems: readonly MigrationProblem[];
  readonly originals: string[];
  leftovers: readonly Leftover[];
}

/** Plans, locks, couples, swaps, sweeps, and tells how it ended. */
export async function runMigration(
  request: MigrateRequest,
  { isLocking }: Locking = { isLocking: true },
): Promise<MigrationReport> {
  const told: Told = { homes: [], problems: [], originals: [], leftovers: [] };
  let locks: HeldLocks | undefined;
  const finish = async (outcome: MigrationOutcome): Promise<MigrationReport> => {
    await locks?.release();
    const ok = outcome === 'done';
    return { ok, outcome, ...told };
  };
  try {
    const { tools, processes, pid } = request;
    const owner = await identifyOwner(processes, { pid, random: tools.random });
    const planning = new Progress(tools, 'plan', 0);
    const first = await survey(tools.fs, request);
    const plan = planFrom(first, request);
    told.homes = plan.homes;
    told.problems = plan.problems;
    planning.add(filesIn(plan.homes), 0);
    const isPending = first.homes.some(({ pending }) => pending.length > 0);
    if (!plan.ok && !isPending) return await finish('refused');
    stopIfAborted(tools);
    if (isLocking) {
      const locked: Locked = await lockAll(tools, placesOf(first), owner, processes);
      if (!locked.ok) {
        told.problems = [...told.problems, locked.problem];
        return await finish(locked.outcome);
      }
      ({ locks } = locked);
    }
    await rollForward(tools, first);
    // Somebody else may have been at it until the lock was free.
    const second = await surveyAgain(tools.fs, request, first);
    const planned = second === first ? plan : planFrom(second, request);
    told.homes = planned.homes;
    told.problems = planned.problems;
    if (!planned.ok) return await finish('refused');
    const found = isLocking ? second : await withoutTheLiving(second, owner, request);
    return await finish(await carryOut(request, found, owner, locks, told));
  } catch (error) {
    if (error instanceof Aborted) return await finish('aborted');
    if (error instanceof CallFailure) {
      const { path, code: errno } = error;
      told.problems = [...told.problems, migrationProblem('call-failed', { path, errno })];
      return await finish('failed');
    }
    await locks?.release();
    throw error;
  }
}

async function carryOut(
  request: MigrateRequest,
  found: Survey,
  owner: OwnerToken,
  locks: HeldLocks | undefined,
  told: Told,
): Promise<MigrationOutcome> {
  const isAllowed = async () => locks === undefined || (await locks.stillHeld());
  const migration = await prepare(request, found, owner);
  told.originals.push(...migration.homes.flatMap(({ run }) => run ?? []));
  if (migration.problems.length > 0) {
    told.problems = [...told.problems, ...migration.problems];
    return 'refused';
  }
  for (const merge of locks === undefined ? [] : migration.merges.values()) {
    await clearIncoming(merge, 'beginning');
  }
  const total = filesIn(told.homes);
  const late = await coupleAll(migration, total);
  if (late.length > 0) {
    told.problems = [...told.problems, ...late];
    return 'refused';
  }
  await makeDurable(migration);
  const pending = await pendingSources(migration, (problem) => {
    told.problems = [...told.problems, problem];
  });
  told.originals.push(...found.homes.flatMap((home) => home.pending.map(({ path }) => path)));
  await linkMissing(migration, ({ name }) => !isProjects(name));
  const swapped = await swapAll(migration, isAllowed);
  told.problems = [...told.problems, ...swapped.problems];
  await linkMissing(migration, ({ name }) => isProjects(name));
  const { leftovers, problems } = await sweep(migration, swapped.aside, pending, total);
  told.leftovers = leftovers;
  told.problems = [...told.problems, ...problems];
  const hasDied = found.homes.some((home) => home.pending.length > 0);
  for (const [name, merge] of locks === undefined ? [] : migration.merges) {
    const sources = [swapped.aside, pending].flatMap((trees) => trees.get(name) ?? []);
    const hasStrays = found.contents.get(name)?.contents.hasStrays === true;
    if (hasDied || hasStrays) await removeStrays(merge, sources);
    await clearIncoming(merge, 'end');
  }
  if (swapped.problems.length + problems.length > 0) return 'failed';
  await seal(migration);
  const isComplete = leftovers.every(({ reason }) => expected.has(reason));
  return isComplete ? 'done' : 'done-with-leftovers';
}

const expected: ReadonlySet<Leftover['reason']> = new Set([
  'dead-cache',
  'side-not-chosen',
  'deleted-since',
]);

/** How many files were found in all homes. */
function filesIn(homes: readonly HomePlan[]): number {
  return homes
    .flatMap(({ entries }) => entries)
    .reduce((sum, { files: { link, copy, couple, same, leave } }) => {
      return sum + link + copy + couple + same + leave;
    }, 0);
}

/** Homes that had nothing where a link belongs get it now. */
async function linkMissing(
  { tools, homes }: Migration,
  isMeant: (entry: SurveyedEntry) => boolean,
): Promise<void> {
  const meant = homes.flatMap(({ entries }) => entries.filter(isMeant));
  for (const { accountHome, target, path, state } of meant) {
    if (state !== 'missing') continue;
    stopIfAborted(tools);
    const put = await settle(putLink(tools.fs, target, path));
    if (!put.ok) throw put.error;
    if (put.value === 'directory') {
      throw new CallFailure(path, Object.assign(new Error(accountHome), { code: 'EEXIST' }));
    }
  }
}

function placesOf({ homes }: Survey): Places {
  const targets = homes.flatMap(({ entries }) => entries.map(({ realTarget }) => realTarget));
  return {
    realHomes: homes.map(({ realHome }) => realHome),
    realTargets: [...new Set(targets)],
  };
}

/** Without locks, runs of others that live are theirs to complete. */
async function withoutTheLiving(
  found: Survey,
  owner: OwnerToken,
  { tools: { fs }, processes }: MigrateRequest,
): Promise<Survey> {
  const homes = await Promise.all(
    found.homes.map(async (home) => {
      const judged = await Promise.all(
        home.pending.map(async (run) => {
          const text = await settle(fs.readlink(ownerOf(run.path)));
          const standing = await judgeOwner(text.ok ? String(text.value) : '', owner, processes);
          return standing.standing === 'dead' ? [run] : [];
        }),
      );
      return { ...home, pending: judged.flat() };
    }),
  );
  return { ...found, homes };
}
