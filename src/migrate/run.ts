import { CallError, toResult } from '../core/result.ts';
import { makeDurableDirectories } from '../fs/io.ts';
import { identifyOwner } from '../lock/lock-owner.ts';
import { acquireLocks, type HeldLocks } from '../lock/lock.ts';
import { Aborted } from './context.ts';
import { lockIn } from './layout.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { MigrationOutcome } from './report.ts';
import type { RunRequest } from './request.ts';

/** How a run ended, if it ended early. */
export interface Ending {
  readonly outcome: MigrationOutcome;
  readonly problem?: MigrationProblem;
}

/** Another process took a lock away that this one had. */
export class LostLock extends Error {
  readonly code = 'ESTALE';
}

/**
 * Runs something while it holds the locks of some state directories, and turns everything that ends it early into an
 * outcome.
 */
export async function underLocks(
  { context: { fs, random }, processInspector, pid }: RunRequest,
  stateDirectories: readonly string[],
  act: (locks: HeldLocks) => Promise<MigrationOutcome>,
): Promise<Ending> {
  return await endingOf(async () => {
    const directories = [...new Set(stateDirectories)];
    for (const directory of directories) await makeDurableDirectories(fs, directory);
    const owner = await identifyOwner(processInspector, { pid, random });
    const acquired = await acquireLocks(fs, directories.map(lockIn), owner, processInspector);
    if (!acquired.ok) {
      return acquired.reason === 'held'
        ? { outcome: 'locked', problem: migrationProblem('locked-by-other', acquired.holder) }
        : { outcome: 'failed', problem: problemOf(acquired.failed.path, acquired.failed.errno) };
    }
    const { locks } = acquired;
    const acted = await toResult(act(locks));
    await locks.release();
    if (!acted.ok) throw acted.error;
    return { outcome: acted.value };
  });
}

/** Turns what ends a run early into an outcome. */
export async function endingOf(act: () => Promise<Ending>): Promise<Ending> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Aborted) return { outcome: 'aborted' };
    if (!(error instanceof CallError)) throw error;
    return { outcome: 'failed', problem: problemOf(error.path, error.code) };
  }
}

/** A failed call as a problem: what the user may not do does not go away by itself. */
export function problemOf(path: string, errno: string): MigrationProblem {
  return errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS'
    ? migrationProblem('not-permitted', { path, errno, reason: 'change', uid: undefined })
    : migrationProblem('io-error', { path, errno });
}

/** Ends the run if somebody took a lock away. */
export async function requireLocks(locks: HeldLocks, path: string): Promise<void> {
  if (!(await locks.stillHeld())) throw new CallError(path, new LostLock('lock lost'));
}
