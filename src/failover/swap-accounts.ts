import type { SwapOptions } from './options.ts';
import type { SwapReport } from './report.ts';
import { runSwap } from './run-swap.ts';
import { checkSwap } from './swap-request.ts';
import { withLock } from './with-lock.ts';

/**
 * Carries all sessions from one account to another, in an order in which a crash at any moment loses none: validates
 * the links of both homes, saves the ids, stops the programs, resumes them under the other account, and reports.
 *
 * Each step can be repeated: a daemon that was killed on the way makes the same call again, and it goes on with what is
 * left. A program is asked to end, and killed if it does not; one that keeps no session record is never touched, and
 * neither is a session that could not be resumed under the other account. One without a valid id is left at its shell. Several calls on one state directory exclude each other.
 *
 * @param options - `from` and `to`: account homes; `sessions`: `{ name, cwd }` of each; `terminal`, `stateDirectory`;
 * `required`, the shared links; `resume`: how the program is started; `graceMs` and `resumeTimeoutMs`, in milliseconds;
 * `onEvent`; `signal`.
 * @returns For each session how it came out, and why. Never rejects for what it finds.
 * @throws {SharedStateError} Only for bad arguments, such as `invalid-name` or `path-relative`.
 *
 * @example Nothing is stopped where a session could not go on
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { swapAccounts, type Terminal } from 'claude-shared-state/failover';
 *
 * // The spare account has a directory of its own, so nothing of the other is found under it.
 * const { fs } = memfs({ '/home/me/.claude': null, '/home/me/.claude-spare/projects': null });
 * const refuse = async () => assert.fail('no terminal is touched');
 * const terminal: Terminal = {
 *   capture: refuse,
 *   type: refuse,
 *   press: refuse,
 *   processIds: refuse,
 *   isAtShell: refuse,
 *   signal: refuse,
 * };
 * const { outcome, problems } = await swapAccounts({
 *   from: '/home/me/.claude',
 *   to: '/home/me/.claude-spare',
 *   sessions: [{ name: 'api', cwd: '/work/api' }],
 *   stateDirectory: '/home/me/.failover',
 *   required: requiredSharedUnder('/home/me'),
 *   terminal,
 *   fs,
 * });
 * assert.equal(outcome, 'refused');
 * assert.deepEqual(
 *   problems.filter(({ severity }) => severity === 'error').map(({ code, remedy }) => [code, remedy]),
 *   [['not-a-symlink', 'migrate']],
 * );
 * ```
 */
export async function swapAccounts(options: SwapOptions): Promise<SwapReport> {
  const { tools, swapping } = checkSwap(options);
  const locked = await withLock(tools, () => runSwap(tools, swapping));
  if (locked.ok) return locked.value;
  return { ok: false, outcome: 'refused', sessions: [], problems: [locked.problem] };
}
