import { mapLimit } from '../../core/map-limit.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { withLock } from './lock.ts';
import { checkSwap, type FailoverContext, type SwapOptions, type SwapRequest } from './options.ts';
import { planSession, refusalsOf } from './plan.ts';
import { relaunchOne, type ResumeClaims, skip } from './relaunch.ts';
import {
  isUp,
  type PlannedSession,
  type RelaunchedSession,
  type SavedSession,
  type SwapReport,
} from './report.ts';
import { isUnsaved, saveOne } from './save.ts';
import { type Attempt, attempt, SessionTerminal } from './session-terminal.ts';
import { stopSession } from './stop.ts';
import { checkHomes } from './target.ts';

/**
 * Moves all sessions from one account to another, in an order in which a crash at any moment loses none: validates the
 * links of both homes, saves the ids, stops the programs, and resumes them under the other account.
 *
 * Nothing is stopped if the other account is not ready for every session, as far as `planSwap` can tell. Then one
 * session goes first; if it doesn't go on there, the others are left where they are. Every step can be repeated: after a
 * crash, make the same call again to continue. A program is asked to end, and killed if it doesn't. A program without a
 * session record is never touched, nor is a session that could not be resumed under the other account. A terminal
 * without a valid id is left at its shell. Calls on the same state directory exclude each other.
 *
 * @param options - `from`, `to`, and all `accountHomes`; `sessions`: `{ name, cwd }` of each; `terminal`, `stateDirectory`;
 * `required`, the shared links; `launch`: how the program is started; `continuePrompt`, for interrupted work;
 * `onNoShell`; `canary`, the session to move first; `stopTimeoutMs` and `resumeTimeoutMs`, in milliseconds; `onEvent`; `signal`.
 * @returns The outcome of each session, with the problems. Never rejects because of what it finds.
 * @throws {SharedStateError} Only for bad arguments.
 *
 * @example Nothing is stopped if a session could not continue
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { swapAccounts } from 'claude-shared-state/failover';
 * import { tmuxTerminal } from 'claude-shared-state/tmux';
 *
 * // Nobody is logged in to the spare account, and its directory of its own hides the other one's sessions.
 * const { fs } = memfs({ '/home/me/.claude': null, '/home/me/.claude-spare/projects': null });
 * const { outcome, problems } = await swapAccounts({
 *   from: '/home/me/.claude',
 *   to: '/home/me/.claude-spare',
 *   sessions: [{ name: 'api', cwd: '/work/api' }],
 *   stateDirectory: '/home/me/.failover',
 *   required: requiredSharedUnder('/home/me'),
 *   terminal: tmuxTerminal({ socketPath: '/nowhere/tmux' }),
 *   fs,
 * });
 * assert.equal(outcome, 'refused');
 * assert.deepEqual(
 *   problems.filter(({ severity }) => severity === 'error').map(({ code, remedy }) => [code, remedy]),
 *   [
 *     ['target-not-ready', 'manual'],
 *     ['not-a-symlink', 'migrate'],
 *   ],
 * );
 * ```
 */
export async function swapAccounts(options: SwapOptions): Promise<SwapReport> {
  const { context, request } = checkSwap(options, 'swapAccounts');
  const locked = await withLock(context, () => runSwap(context, request));
  return locked.ok ? locked.value : refused(locked.problems);
}

function refused(
  problems: readonly FailoverProblem[],
  sessions: readonly RelaunchedSession[] = [],
): SwapReport {
  return { ok: false, outcome: 'refused', sessions, problems };
}

/** Saves everything before it stops anything; the first session must go on before the others are stopped. */
async function runSwap(context: FailoverContext, request: SwapRequest): Promise<SwapReport> {
  const { from, to, sessions, onEvent } = request;
  onEvent({ kind: 'started', from, to });
  const problems = await checkHomes(context.fs, request, 'ensure');
  const refuse = (all: readonly FailoverProblem[], skipped: readonly RelaunchedSession[]) => {
    onEvent({ kind: 'finished', ok: false });
    return refused(all, skipped);
  };
  if (problems.some(({ severity }) => severity === 'error')) return refuse(problems, []);
  onEvent({ kind: 'validated', problems });

  const terminals = sessions.map((session) => new SessionTerminal(context, session));
  const saved = await mapLimit(terminals, (terminal) => saveOne(terminal, [from, to]));
  onEvent({ kind: 'saved', sessions: saved });
  const planned = await mapLimit(terminals, async (terminal) => ({
    terminal,
    ...(await planSession(terminal, request)),
  }));
  const refusals = planned.flatMap(refusalsOf);
  if (refusals.length > 0) {
    const skipped = planned.map((plan) => skip(plan.name, plan.problems, plan.sessionId));
    return refuse([...problems, ...refusals], skipped);
  }

  const unsaved = new Map(saved.filter(isUnsaved).map((session) => [session.name, session]));
  const claims: ResumeClaims = new Map();
  const done = new Map<string, RelaunchedSession>();
  const resume = async (terminal: SessionTerminal, stopped: Attempt<unknown>) => {
    const session = stopped.ok
      ? await relaunchOne(terminal, request.resume, claims)
      : skip(terminal.name, stopped.problems);
    onEvent({ kind: 'relaunched', session });
    done.set(terminal.name, session);
    return session;
  };
  const stopOne = async (terminal: SessionTerminal) =>
    await stop(terminal, request, unsaved.get(terminal.name));

  let failed: string | undefined;
  for (const { name, terminal } of canaries(planned, request)) {
    const session = await resume(terminal, await stopOne(terminal));
    if (!isUp(session) && (session.outcome !== 'skipped' || terminal.wasTouched)) failed = name;
    if (session.outcome === 'resumed' || failed !== undefined) break;
  }

  const rest = planned.filter(({ name }) => !done.has(name));
  const stopped = await mapLimit(rest, async ({ terminal, action }) => {
    if (failed === undefined || action === 'stay')
      return [terminal, await stopOne(terminal)] as const;
    const problem = failoverProblem('canary-failed', { ...terminal.place, other: failed });
    return [terminal, { ok: false, problems: [problem] }] as const;
  });
  await mapLimit(stopped, ([terminal, result]) => resume(terminal, result));

  const relaunched = terminals.flatMap(({ name }) => done.get(name) ?? []);
  const ok = relaunched.every(isUp);
  const isAborted = context.signal?.aborted === true && !ok;
  const isUntouched = !ok && relaunched.every(({ outcome }) => outcome === 'skipped');
  if (isUntouched && !isAborted && !terminals.some((each) => each.wasTouched)) {
    return refuse([...problems, ...relaunched.flatMap((each) => each.problems)], relaunched);
  }
  onEvent({ kind: 'finished', ok });
  const outcome = failed === undefined ? 'done' : 'canary-failed';
  return { ok, outcome: isAborted ? 'stopped' : outcome, sessions: relaunched, problems };
}

/**
 * The sessions of which the first that is resumed shows whether the others would be. With a prompt to continue with, only
 * an answer shows that; without one, work is not interrupted for it.
 */
function canaries<Planned extends PlannedSession>(
  planned: readonly Planned[],
  { canary, resume: { continuePrompt } }: SwapRequest,
): readonly Planned[] {
  const rank = ({ name, isBusy }: PlannedSession) =>
    name === canary ? 0 : isBusy === (continuePrompt !== undefined) ? 1 : 2;
  const candidates = planned.filter(({ action }) => action === 'move' || action === 'resume');
  return candidates.toSorted((one, other) => rank(one) - rank(other));
}

/** Stops a session, unless something blocks it. */
async function stop(
  terminal: SessionTerminal,
  request: SwapRequest,
  unsaved: SavedSession | undefined,
): Promise<Attempt<unknown>> {
  const { name: session } = terminal;
  // Without an id it could not be resumed.
  const stopped =
    unsaved === undefined
      ? await attempt(() => stopSession(terminal, request))
      : ({ ok: false, problems: unsaved.problems } as const);
  if (stopped.ok) request.onEvent({ kind: 'stopped', session, ...stopped.value });
  else
    for (const problem of stopped.problems) request.onEvent({ kind: 'skipped', session, problem });
  return stopped;
}
