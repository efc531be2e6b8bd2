import { argumentProblems } from '../../core/argument-problems.ts';
import { createProblem } from '../../core/problem.ts';
import { diagnoseResume, type ResumeDiagnosis } from '../../sessions/diagnose-resume.ts';
import { findLiveSessions, type LiveSession } from '../../sessions/live-sessions.ts';
import { isTypeable } from '../../sessions/shell-quote.ts';
import type { SessionProblem } from '../../sessions/problems.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import { failoverProblem } from '../problems.ts';
import { readUnsaved } from '../terminal/screen.ts';
import { lastAnswer } from './answer.ts';
import type { LaunchRequest, SwapRequest } from './options.ts';
import { readId, writeId } from './resume-id.ts';
import { describeLaunch, saveLaunch } from './saved-launch.ts';
import { attempt, block, type Occupant, type SessionTerminal } from './session-terminal.ts';

const KILL_TIMEOUT_MS = 5_000;

/** The program that was stopped; `pid` is undefined if none ran under the old account. */
export interface StoppedProgram {
  readonly pid: number | undefined;
  readonly wasKilled: boolean;
  readonly wasBusy: boolean;
}

/**
 * Ends the session that runs in a terminal under one account: asks it to, and kills it if it doesn't. The session is
 * blocked if it could not be resumed under the other account.
 *
 * Saves the id of that session, whatever was saved before, and whether it was at work. When asked to end, or hung up
 * on, the program writes down what it has and prints the id (2.1.197 and 2.1.329, idle and busy). Only a process that
 * its own record names is ever touched.
 */
export async function stopSession(
  terminal: SessionTerminal,
  request: SwapRequest,
): Promise<StoppedProgram> {
  const { from, to, resume, stopTimeoutMs, onNoShell } = request;
  const notRunning = { pid: undefined, wasKilled: false, wasBusy: false };
  const occupant = await terminal.occupant([from, to]);
  if (occupant.kind === 'shell') return notRunning;
  if (occupant.kind === 'other') return await terminal.blockUnknown(occupant.pid);
  const { live } = occupant;
  const { pid, accountHomes, sessionId } = live;
  if (accountHomes.includes(to)) return notRunning;
  const hasShell = await requireShell(terminal, occupant, onNoShell);
  terminal.requireActive();

  const diagnosis = await diagnose(terminal, sessionId, resume);
  if (!isResumable(diagnosis.problems, resume)) block(...diagnosis.problems);

  // After /clear it is another one than was saved a moment ago.
  const stored = await attempt(() => readId(terminal));
  if (!stored.ok || stored.value !== sessionId) await writeId(terminal, sessionId);
  const { isBusy, launch } = await inspectWork(terminal, live, diagnosis, hasShell);
  await saveLaunch(terminal, { ...launch, wasBusy: isBusy });
  // All that took a while: somebody may have cleared or ended the session.
  const now = await terminal.occupant([from, to]);
  if (now.kind !== 'session' || now.live.pid !== pid || now.live.sessionId !== sessionId) {
    return await stopSession(terminal, request);
  }

  const wasKilled = hasShell
    ? await end(terminal, pid, stopTimeoutMs)
    : await replace(terminal, live, stopTimeoutMs);
  await terminal.awaitShell();
  return { pid, wasKilled, wasBusy: isBusy };
}

/** Asks a process to end, and kills it if it doesn't; returns whether it was killed. */
async function end(terminal: SessionTerminal, pid: number, timeoutMs: number): Promise<boolean> {
  const hasEnded = async () => !(await terminal.processIds()).includes(pid);
  await terminal.signal(pid, 'SIGTERM');
  if (await terminal.waitFor(timeoutMs, hasEnded)) return false;
  await terminal.signal(pid, 'SIGKILL');
  if (!(await terminal.waitFor(KILL_TIMEOUT_MS, hasEnded))) {
    block(failoverProblem('stop-timeout', { ...terminal.place, pid }));
  }
  return true;
}

/** Starts a shell in place of a session; waits for the end of its process, which is no longer in the terminal. */
async function replace(
  terminal: SessionTerminal,
  live: LiveSession,
  timeoutMs: number,
): Promise<false> {
  const { fs, processInspector } = terminal.context;
  await terminal.respawn();
  const hasEnded = async () => {
    const { sessions } = await findLiveSessions(live.accountHomes, { fs, processInspector });
    return !sessions.some(({ pid }) => pid === live.pid);
  };
  if (await terminal.waitFor(timeoutMs, hasEnded)) return false;
  return block(failoverProblem('stop-timeout', { ...terminal.place, pid: live.pid }));
}

/**
 * Whether a shell waits for a session to end; the session is blocked if there is none, and none may be started.
 *
 * A shell that was told what to run stays in the foreground together with it: only one that a person types into gives
 * the foreground to what it starts.
 */
export async function requireShell(
  terminal: SessionTerminal,
  { live, isFirst }: Extract<Occupant, { readonly kind: 'session' }>,
  onNoShell: SwapRequest['onNoShell'],
): Promise<boolean> {
  const isAlone = isFirst || (await terminal.isAtShell());
  // It may have ended just now.
  if (!isAlone || !(await terminal.processIds()).includes(live.pid)) return true;
  if (onNoShell === 'respawn' && terminal.canRespawn) return false;
  return terminal.blockBusy('no-shell', live);
}

/** What a running session does, how it was started, and what it would lose by its end. */
export async function inspectWork(
  terminal: SessionTerminal,
  { pid, sessionId, status }: LiveSession,
  { transcript }: ResumeDiagnosis,
  hasShell: boolean,
) {
  const { context, place } = terminal;
  const { draft, isWorking, hasShells } = readUnsaved(await terminal.capture());
  const last =
    transcript === undefined ? undefined : await lastAnswer(context.fs, transcript.path, 0);
  const isBusy =
    // It waits for an answer to a question about its work, or about its limit.
    status === 'busy' ||
    status === 'waiting' ||
    isWorking ||
    (last?.kind === 'refused' && last.error === 'rate_limit');
  const started = await terminal.launchOf(pid);
  const described = await describeLaunch(terminal, sessionId, started, hasShell);
  const loses = (reason: 'busy' | 'draft' | 'background-shells', detail?: string) =>
    failoverProblem('work-interrupted', {
      ...place,
      reason,
      ...(detail === undefined ? {} : { detail }),
    });
  return {
    isBusy,
    env: started?.env,
    launch: described.launch,
    problems: [
      ...described.problems,
      ...(isBusy ? [loses('busy')] : []),
      ...(draft === '' ? [] : [loses('draft', draft)]),
      ...(hasShells || status === 'shell' ? [loses('background-shells')] : []),
    ],
  };
}

/** Whether nothing keeps a session from being resumed, apart from a question that will be answered. */
export function isResumable(
  problems: readonly SessionProblem[],
  { onOwnedByAnother }: LaunchRequest,
): boolean {
  const isAnswered = (problem: SessionProblem) =>
    onOwnedByAnother === 'copy' &&
    problem.code === 'owned-by-another-account' &&
    problem.effect === 'asks';
  return problems.every((problem) => problem.severity !== 'error' || isAnswered(problem));
}

/** Whether a process, which is none of its terminal, runs the session: a second one would write to the same transcript. */
export function runsElsewhere(problems: readonly SessionProblem[]): boolean {
  return problems.some(
    (problem) => problem.code === 'session-running' && problem.processState === 'running',
  );
}

/** Diagnoses whether a session can be resumed under the target home; it is blocked if the command can't be typed. */
export async function diagnose(
  terminal: SessionTerminal,
  id: ResumeUUID,
  { targetHome, accountHomes, required, programVersion, defaultAccountHome }: LaunchRequest,
): Promise<ResumeDiagnosis> {
  const { fs, processInspector } = terminal.context;
  const { cwd } = terminal.session;
  await terminal.requireAnd();
  if (!isTypeable(cwd)) {
    const expected = 'a path on one line, and without other control characters';
    const fields = { path: cwd, argument: 'cwd', value: cwd, expected };
    block(createProblem(argumentProblems, 'invalid-argument', fields));
  }
  return await diagnoseResume(id, {
    accountHome: targetHome,
    cwd,
    accountHomes,
    required,
    programVersion,
    defaultAccountHome,
    processInspector,
    fs,
  });
}
