import { join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import { makeDirectories } from '../../fs/io.ts';
import { type FailoverFs, unsupportedSystem } from '../../fs/migrate-fs.ts';
import { acquireLocks } from '../../lock/lock.ts';
import { identifyOwner } from '../../lock/owner.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import type { FailoverContext } from './options.ts';
import type { Attempt } from './session-terminal.ts';

/** Excludes other calls on the same state directory: two that type into one terminal would mix up their commands. */
export async function withLock<Value>(
  { fs, stateDirectory, processInspector, pid, random }: FailoverContext,
  act: () => Promise<Value>,
): Promise<Attempt<Value>> {
  const unsupported = refuseSystem(fs, stateDirectory);
  if (unsupported !== undefined) return fail(unsupported);
  const path = join(stateDirectory, '.lock');
  const created = await toResult(makeDirectories(fs, stateDirectory));
  if (!created.ok) {
    const { errno } = created;
    return fail(failoverProblem('io-error', { path: stateDirectory, errno }));
  }
  const owner = await identifyOwner(processInspector, { pid, random });
  const acquired = await acquireLocks(fs, [path], owner, processInspector);
  if (!acquired.ok) {
    return acquired.reason === 'held'
      ? fail(failoverProblem('locked-by-other', { path, pid: acquired.holder.pid }))
      : fail(failoverProblem('io-error', acquired.failed));
  }
  try {
    return { ok: true, value: await act() };
  } finally {
    await acquired.locks.release();
  }
}

/** Why no session is moved on this system, if it is one on which none is. */
export function refuseSystem(fs: FailoverFs, path: string): FailoverProblem | undefined {
  const system = unsupportedSystem(fs);
  return system === undefined ? system : failoverProblem('unsupported-system', { path, system });
}

function fail(problem: FailoverProblem): Attempt<never> {
  return { ok: false, problems: [problem] };
}
