import { toResult } from '../core/result.ts';
import { makeDirectories } from '../fs/io.ts';
import { acquireLocks } from '../lock/lock.ts';
import { identifyOwner } from '../lock/lock-owner.ts';
import { join } from '../core/paths.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { FailoverTools } from './request.ts';

/** The result of what was done under the lock, or why it was not done. */
export type UnderLock<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly problem: FailoverProblem };

/**
 * Does something while nobody else does the like with the same state directory: two that type into one terminal would
 * each take what the other has typed for their own.
 *
 * The lock of a process that was killed is taken over.
 */
export async function withLock<Result>(
  { fs, stateDirectory, processInspector, pid, random }: FailoverTools,
  act: () => Promise<Result>,
): Promise<UnderLock<Result>> {
  const path = join(stateDirectory, '.lock');
  const made = await toResult(makeDirectories(fs, stateDirectory));
  if (!made.ok) {
    const fields = { path: stateDirectory, errno: made.errno };
    return { ok: false, problem: failoverProblem('failover-unlockable', fields) };
  }
  const owner = await identifyOwner(processInspector, { pid, random });
  const acquired = await acquireLocks(fs, [path], owner, processInspector);
  if (!acquired.ok) {
    const problem =
      acquired.reason === 'held'
        ? failoverProblem('failover-locked', { path, pid: acquired.holder.pid })
        : failoverProblem('failover-unlockable', acquired.failed);
    return { ok: false, problem };
  }
  try {
    return { ok: true, value: await act() };
  } finally {
    await acquired.locks.release();
  }
}
