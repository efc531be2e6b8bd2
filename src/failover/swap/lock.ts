import { join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import { makeDirectories } from '../../fs/io.ts';
import { type FailoverFs, unsupportedSystem } from '../../fs/migrate-fs.ts';
import { withLocks } from '../../lock/lock.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { checkHold, type FailoverContext, type HoldOptions } from './options.ts';
import type { Attempt } from './session-terminal.ts';

/**
 * Runs a failover daemon, unless one runs on the same state directory.
 *
 * The directory is held until `run` is over. The hold of a process that was killed ends with it, also across a reboot.
 * Calls such as `swapAccounts` still work on the directory, in this process and in others: they exclude each other by
 * themselves.
 *
 * @param options - `stateDirectory`, created if missing; `fs`, `processInspector`, `random`, `pid`, as for the other calls.
 * @param run - The daemon.
 * @returns What `run` resolves to, as `value`; or the problems: `locked-by-other`, with the `pid` of the daemon that runs,
 * or `io-error`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; otherwise what `run` throws.
 *
 * @example A second daemon
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { holdStateDirectory } from 'claude-shared-state/failover';
 *
 * const options = { stateDirectory: '/home/me/.failover', fs: memfs({ '/home/me': null }).fs };
 * const first = await holdStateDirectory(options, async () => {
 *   const second = await holdStateDirectory(options, async () => 'runs, too');
 *   return second.ok ? second.value : second.problems[0]?.code;
 * });
 * assert.deepEqual(first, { ok: true, value: 'locked-by-other' });
 * ```
 */
export async function holdStateDirectory<Value>(
  options: HoldOptions,
  run: () => Promise<Value>,
): Promise<Attempt<Value>> {
  return await withLock(checkHold(options, run), run, '.daemon');
}

/** Excludes other calls on the same state directory: two that type into one terminal would mix up their commands. */
export async function withLock<Value>(
  {
    fs,
    stateDirectory,
    processInspector,
    pid,
    random,
  }: Pick<FailoverContext, 'fs' | 'stateDirectory' | 'processInspector' | 'pid' | 'random'>,
  act: () => Promise<Value>,
  name = '.lock',
): Promise<Attempt<Value>> {
  const unsupported = refuseSystem(fs, stateDirectory);
  if (unsupported !== undefined) return fail(unsupported);
  const created = await toResult(makeDirectories(fs, stateDirectory));
  if (!created.ok) {
    const { errno } = created;
    return fail(failoverProblem('io-error', { path: stateDirectory, errno }));
  }
  const self = { processInspector, pid, random };
  const worked = await withLocks(fs, [join(stateDirectory, name)], self, act);
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
