import { join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import { makeDirectories } from '../../fs/io.ts';
import { type FailoverFs, unsupportedSystem } from '../../fs/migrate-fs.ts';
import { withLocks } from '../../lock/lock.ts';
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
  const created = await toResult(makeDirectories(fs, stateDirectory));
  if (!created.ok) {
    const { errno } = created;
    return fail(failoverProblem('io-error', { path: stateDirectory, errno }));
  }
  const self = { processInspector, pid, random };
  const worked = await withLocks(fs, [join(stateDirectory, '.lock')], self, act);
  return worked.ok ? worked : fail(worked.problem);
}

/** Why no session is moved on this system, if it is one on which none is. */
export function refuseSystem(fs: FailoverFs, path: string): FailoverProblem | undefined {
  const system = unsupportedSystem(fs);
  return system === undefined ? system : failoverProblem('unsupported-system', { path, system });
}

function fail(problem: FailoverProblem): Attempt<never> {
  return { ok: false, problems: [problem] };
}
