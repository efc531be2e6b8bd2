import { CallError, toResult } from '../core/result.ts';
import { makeDurableDirectories } from '../fs/io.ts';
import { unsupportedSystem } from '../fs/migrate-fs.ts';
import { acquireLocks, type HeldLocks, holdersOf } from '../lock/lock.ts';
import { identifyOwner } from '../lock/owner.ts';
import { Aborted } from './context.ts';
import { lockIn } from './layout.ts';
import { failedCall, migrationProblem, type MigrationProblem } from './problems.ts';
import type { MigrationOutcome, RunReport } from './report.ts';
import type { RunRequest } from './request.ts';

/** What a call finds out before it changes anything. */
interface Facts {
  readonly problems: readonly MigrationProblem[];
}

/** A call that changes something. */
export interface Operation<Found extends Facts> {
  /** Looks at everything; leaves nothing changed. */
  readonly survey: () => Promise<Found>;
  /**
   * With the locks held: completes what an earlier run left half done, and looks again, because others may have been at
   * work until then. By default everything is surveyed again.
   */
  readonly prepare?: (found: Found) => Promise<Found>;
  /** The state directories whose locks are needed. */
  readonly states: (found: Found) => readonly string[];
  /** Whether to go on; by default if no problem is an error. */
  readonly isAllowed?: (found: Found) => boolean;
  /** Does it. What it adds to `problems` is reported, however it ends. */
  readonly act: (
    found: Found,
    locks: HeldLocks,
    problems: MigrationProblem[],
  ) => Promise<MigrationOutcome>;
}

/** Surveys, takes the locks, looks again, and acts. */
export async function perform<Found extends Facts>(
  request: RunRequest,
  { survey, prepare = survey, states, isAllowed = isFree, act }: Operation<Found>,
): Promise<RunReport> {
  const { context, processInspector, pid } = request;
  const { fs, random } = context;
  let problems: readonly MigrationProblem[] = [];
  const added: MigrationProblem[] = [];
  const run = async (): Promise<MigrationOutcome> => {
    problems = systemProblems(fs);
    if (problems.length > 0) return 'refused';
    const found = await survey();
    ({ problems } = found);
    if (!isAllowed(found)) return 'refused';
    const directories = [...new Set(states(found))];
    for (const directory of directories) await makeDurableDirectories(fs, directory);
    const owner = await identifyOwner(processInspector, { pid, random });
    const acquired = await acquireLocks(fs, directories.map(lockIn), owner, processInspector);
    if (!acquired.ok) {
      if (acquired.reason !== 'held') {
        throw new CallError(acquired.failed.path, { code: acquired.failed.errno });
      }
      const others = directories.map(lockIn).filter((lock) => lock !== acquired.holder.path);
      const holders = [acquired.holder, ...(await holdersOf(fs, others, owner, processInspector))];
      added.push(...holders.map((holder) => migrationProblem('locked-by-other', holder)));
      return 'locked';
    }
    const { locks } = acquired;
    const acted = await toResult(
      (async () => {
        const now = await prepare(found);
        ({ problems } = now);
        return isAllowed(now) ? await act(now, locks, added) : 'refused';
      })(),
    );
    await locks.release();
    if (!acted.ok) throw acted.error;
    return acted.value;
  };
  const ended = await endingOf(run);
  return { ...ended, problems: [...problems, ...added, ...ended.problems] };
}

/** Whether none of the problems is an error. */
export function isFree({ problems }: Facts): boolean {
  return problems.every(({ severity }) => severity !== 'error');
}

/** Turns what ends a call early into an outcome. */
async function endingOf(run: () => Promise<MigrationOutcome>): Promise<RunReport> {
  try {
    const outcome = await run();
    return { ok: outcome === 'done', outcome, problems: [] };
  } catch (error) {
    if (error instanceof Aborted) return { ok: false, outcome: 'aborted', problems: [] };
    if (!(error instanceof CallError)) throw error;
    return { ok: false, outcome: 'failed', problems: [failedCall(error, 'change')] };
  }
}

/** Why nothing is moved on this system, if it is one on which nothing is. */
function systemProblems(fs: object): readonly MigrationProblem[] {
  const system = unsupportedSystem(fs);
  return system === undefined ? [] : [migrationProblem('unsupported-system', { path: '', system })];
}

/**
 * What was found out without locks, or why it could not be.
 *
 * @param fs - For the plan of what moves files: where.
 */
export async function look<Found>(
  survey: () => Promise<Found>,
  fs: object = {},
): Promise<{ readonly found: Found | undefined; readonly problems: readonly MigrationProblem[] }> {
  const unsupported = systemProblems(fs);
  if (unsupported.length > 0) return { found: undefined, problems: unsupported };
  let found: Found | undefined;
  const { problems } = await endingOf(async () => {
    found = await survey();
    return 'done';
  });
  return { found, problems };
}

/** Ends the run if somebody took a lock away. */
export async function requireLocks(locks: HeldLocks, path: string): Promise<void> {
  if (!(await locks.stillHeld())) throw new CallError(path, { code: 'ESTALE' });
}
