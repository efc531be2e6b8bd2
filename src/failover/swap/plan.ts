import { mapLimit } from '../../core/map-limit.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { questionIn } from '../terminal/launch.ts';
import { checkSwap, type SwapOptions, type SwapRequest } from './options.ts';
import type { PlannedSession, SwapPlan } from './report.ts';
import { readId } from './resume-id.ts';
import { findId } from './save.ts';
import { launchOptions, readLaunch } from './saved-launch.ts';
import { attempt, block, SessionTerminal } from './session-terminal.ts';
import { diagnose, inspectWork, isResumable, requireShell, runsElsewhere } from './stop.ts';
import { checkLaunch, checkHomes } from './target.ts';

/**
 * Tells what `swapAccounts` would do with the same options, and changes nothing: which sessions would be moved, what
 * they would lose, and everything that the swap would be refused for.
 *
 * @param options - Those of {@link swapAccounts}.
 * @returns What would become of each session, with the problems. Never rejects because of what it finds.
 * @throws {SharedStateError} Only for bad arguments.
 *
 * @example Nobody is logged in under the other account
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { planSwap } from 'claude-shared-state/failover';
 * import { tmuxTerminal } from 'claude-shared-state/tmux';
 *
 * const { fs } = memfs({ '/home/me/.claude': null, '/home/me/.claude-spare': null });
 * const { ok, problems } = await planSwap({
 *   from: '/home/me/.claude',
 *   to: '/home/me/.claude-spare',
 *   sessions: [{ name: 'api', cwd: '/work/api' }],
 *   stateDirectory: '/home/me/.failover',
 *   terminal: tmuxTerminal({ socketPath: '/nowhere/tmux' }),
 *   fs,
 * });
 * assert.equal(ok, false);
 * assert.ok(problems.some((problem) => problem.code === 'target-not-ready' && problem.reason === 'not-logged-in'));
 * ```
 */
export async function planSwap(options: SwapOptions): Promise<SwapPlan> {
  const { context, request } = checkSwap(options, 'planSwap');
  const homes = await checkHomes(context.fs, request, 'inspect');
  const terminals = request.sessions.map((session) => new SessionTerminal(context, session));
  const sessions = await mapLimit(terminals, (terminal) => planSession(terminal, request));
  const problems = [...homes, ...sessions.flatMap(refusalsOf)];
  const ok =
    problems.every(({ severity }) => severity === 'warning') &&
    sessions.every(({ action }) => action !== 'skip');
  return { ok, sessions, problems };
}

/** Where the program asks before it goes on, and what another account would pay for. Whose a session is concerns that one only. */
const REFUSED: ReadonlySet<string> = new Set([
  'directory-not-trusted',
  'login-overridden',
  'resume-awaiting-input',
  'target-not-ready',
]);

/** The problems of a session for which nothing is stopped at all: they show that the target is not ready. */
export function refusalsOf({ action, problems }: PlannedSession): readonly FailoverProblem[] {
  return action === 'skip' ? problems.filter(({ code }) => REFUSED.has(code)) : [];
}

/** Looks at a session, and tells what a swap would do with it. */
export async function planSession(
  terminal: SessionTerminal,
  request: SwapRequest,
): Promise<PlannedSession> {
  const planned = await attempt(() => look(terminal, request));
  if (planned.ok) return planned.value;
  const { problems } = planned;
  const nothing = { sessionId: undefined, pid: undefined, isBusy: false };
  return { name: terminal.name, action: 'skip', ...nothing, problems };
}

async function look(terminal: SessionTerminal, request: SwapRequest): Promise<PlannedSession> {
  const { name, place, context } = terminal;
  const { from, to, resume, onNoShell } = request;
  terminal.requireActive();
  const occupant = await terminal.occupant([from, to]);
  if (occupant.kind === 'other') {
    const question = questionIn(await terminal.capture());
    if (question === undefined) return await terminal.blockUnknown(occupant.pid);
    block(failoverProblem('resume-awaiting-input', { ...place, question }));
  }
  const live = occupant.kind === 'session' ? occupant.live : undefined;
  const sessionId = live?.sessionId ?? (await idAtShell(terminal, [from, to]));
  const known = { name, sessionId, pid: live?.pid };
  if (live?.accountHomes.includes(to) === true) {
    return { ...known, action: 'stay', isBusy: false, problems: [] };
  }
  const hasShell = occupant.kind === 'shell' || (await requireShell(terminal, occupant, onNoShell));

  const diagnosis = await diagnose(terminal, sessionId, resume);
  const work =
    live === undefined ? undefined : await inspectWork(terminal, live, diagnosis, hasShell);
  const launch = work?.launch ?? (await readLaunch(terminal, sessionId));
  const options = launchOptions(terminal, launch, resume);
  const { cwd } = terminal.session;
  const more = await checkLaunch(context.fs, resume, cwd, options, work?.env);
  const { launch: how = resume.launch } = terminal.session;
  const isUnknown = work !== undefined && work.env === undefined && how === 'as-it-ran';
  const omitted = { argument: 'any argument', reason: 'unknown-to-system' } as const;
  const problems = [
    ...diagnosis.problems,
    ...more,
    ...(work?.problems ?? []),
    ...(isUnknown ? [failoverProblem('launch-argument-omitted', { ...place, ...omitted })] : []),
  ];
  const isBlocked =
    !isResumable(diagnosis.problems, resume) ||
    (live === undefined && runsElsewhere(diagnosis.problems)) ||
    problems.some(({ code }) => REFUSED.has(code));
  const action = live === undefined ? 'resume' : 'move';
  const isBusy = work?.isBusy ?? launch?.wasBusy ?? false;
  return { ...known, action: isBlocked ? 'skip' : action, isBusy, problems };
}

/** The session to resume in a terminal that is at its shell. */
async function idAtShell(terminal: SessionTerminal, accountHomes: readonly string[]) {
  const found = await attempt(() => findId(terminal, accountHomes));
  return found.ok ? found.value.id : await readId(terminal);
}
