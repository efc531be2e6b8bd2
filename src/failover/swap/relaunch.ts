import { mapLimit } from '../../core/map-limit.ts';
import type { LiveSession } from '../../sessions/live-sessions.ts';
import { resumeCommand } from '../../sessions/resume-command.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { judgeLaunch, lastLines, type LaunchState } from '../terminal/launch.ts';
import { asksForOwner, copyOwned, targetAddress } from './copy-owned.ts';
import { lastAnswer, sizeOf } from './answer.ts';
import { withLock } from './lock.ts';
import {
  checkRelaunch,
  type FailoverSession,
  type RelaunchOptions,
  type LaunchRequest,
} from './options.ts';
import { isUp, type RelaunchedSession, type RelaunchReport } from './report.ts';
import { readId, writeId } from './resume-id.ts';
import { launchOptions, readLaunch } from './saved-launch.ts';
import { attempt, block, SessionTerminal } from './session-terminal.ts';
import { diagnose, isResumable, runsElsewhere } from './stop.ts';

/**
 * Resumes the saved session of each terminal under another account home. Starts no other session.
 *
 * If no valid id is saved, or `diagnoseResume` says that the session can't be resumed there, the terminal is left at its
 * shell. Otherwise one command is typed, and the terminal is watched until the program has resumed, failed, or asks a
 * question, such as whether the directory is trusted: nothing is answered. Calls on the same state directory exclude
 * each other. Tested with Claude Code 2.1.197 and 2.1.332.
 *
 * @param sessions - `{ name, cwd }` of each; the name is that of its terminal.
 * @param options - `terminal`, `stateDirectory`, `targetHome`; `accountHomes`, `required` and `programVersion` for the
 * diagnosis; `launch`: how the program is started; `continuePrompt`, for interrupted work; `resumeTimeoutMs`, in
 * milliseconds; `onOwnedByAnother`; `signal`.
 * @returns The outcome of each session, with the problems. Never rejects because of what it finds.
 * @throws {SharedStateError} Only for bad arguments.
 *
 * @example A session without a saved id is left at its shell
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { relaunchSessions } from 'claude-shared-state/failover';
 * import { tmuxTerminal } from 'claude-shared-state/tmux';
 *
 * const { fs } = memfs({ '/home/me/.claude-b/settings.json': '{}', '/var/lib': null });
 * const { ok, sessions } = await relaunchSessions([{ name: 'api', cwd: '/work/api' }], {
 *   targetHome: '/home/me/.claude-b',
 *   stateDirectory: '/var/lib/failover',
 *   terminal: tmuxTerminal({ socketPath: '/nowhere/tmux' }),
 *   fs,
 * });
 * assert.equal(ok, false);
 * assert.deepEqual(
 *   sessions.map(({ outcome, problems }) => [outcome, problems[0]?.code]),
 *   [['skipped', 'resume-id-unusable']],
 * );
 * ```
 */
export async function relaunchSessions(
  sessions: readonly FailoverSession[],
  options: RelaunchOptions,
): Promise<RelaunchReport> {
  const { sessions: list, context, request } = checkRelaunch(sessions, options);
  const claims: ResumeClaims = new Map();
  const locked = await withLock(context, () =>
    mapLimit(list, (session) =>
      relaunchOne(new SessionTerminal(context, session), request, claims),
    ),
  );
  if (locked.ok) return { ok: locked.value.every(isUp), sessions: locked.value, problems: [] };
  const skipped = list.map(({ name }) => skip(name, []));
  return { ok: false, sessions: skipped, problems: locked.problems };
}

/** The sessions that one call resumes, by id, with the names of their terminals. */
export type ResumeClaims = Map<string, string>;

export function skip(
  name: string,
  problems: readonly FailoverProblem[],
  sessionId?: ResumeUUID,
): RelaunchedSession {
  return { name, outcome: 'skipped', sessionId, pid: undefined, problems };
}

/** Resumes the saved session of one terminal, unless something blocks it. */
export async function relaunchOne(
  terminal: SessionTerminal,
  request: LaunchRequest,
  claims: ResumeClaims,
): Promise<RelaunchedSession> {
  const { name, place } = terminal;
  const stored = await attempt(() => {
    terminal.requireActive();
    return readId(terminal);
  });
  if (!stored.ok) return skip(name, stored.problems);
  const sessionId = stored.value;
  const prepared = await attempt(() => prepare(terminal, sessionId, request, claims));
  if (!prepared.ok) return skip(name, prepared.problems, sessionId);
  const { live, problems, transcript } = prepared.value;
  const launched = await attempt(async () => {
    if (live === undefined) return await launch(terminal, sessionId, request, transcript);
    const isAsked = await asksForOwner(terminal, request, live);
    return { kind: isAsked ? 'owned-by-another' : 'already-running', live } as const;
  });
  const result = (
    outcome: RelaunchedSession['outcome'],
    more: readonly FailoverProblem[] = [],
    pid = live?.pid,
  ): RelaunchedSession => ({ name, outcome, sessionId, pid, problems: [...problems, ...more] });
  const asks = (question: string) =>
    failoverProblem('resume-awaiting-input', { ...place, question });
  if (!launched.ok) {
    const isUntouched = live === undefined && !terminal.wasTyped;
    return result(isUntouched ? 'skipped' : 'unknown', launched.problems);
  }
  const state = launched.value;
  switch (state.kind) {
    case 'resumed':
    case 'already-running':
      return { ...result(state.kind), ...runningAs(state.live, sessionId) };
    case 'owned-by-another': {
      const { pid } = state.live;
      const asked = [asks('what to do with a session that belongs to another account')];
      if (request.onOwnedByAnother === 'report') return result('awaiting-input', asked, pid);
      const copied = await attempt(() => copyOwned(terminal, request, state.live));
      if (!copied.ok) return result('unknown', copied.problems, pid);
      if (copied.value === undefined) return result('awaiting-input', asked, pid);
      return { ...result('resumed'), ...runningAs(copied.value, sessionId) };
    }
    case 'awaiting-input':
      return result('awaiting-input', [asks(state.question)], state.live?.pid);
    case 'refused': {
      const { kind: reason, output, pid } = state;
      return result(reason, [failoverProblem('resume-failed', { ...place, reason, output })], pid);
    }
    case 'ended': {
      const { kind: reason, output } = state;
      return result('failed', [failoverProblem('resume-failed', { ...place, reason, output })]);
    }
    default:
      return state satisfies never;
  }
}

/** What runs in place of the session that was saved: itself, or its copy. */
function runningAs({ sessionId, pid }: LiveSession, saved: ResumeUUID) {
  return { sessionId, pid, ...(sessionId === saved ? {} : { copiedFrom: saved }) };
}

/** Finds the process of a session that already runs, or makes sure that a command can be typed for it. */
async function prepare(
  terminal: SessionTerminal,
  id: ResumeUUID,
  request: LaunchRequest,
  claims: ResumeClaims,
): Promise<{
  /** The session that already runs. */
  readonly live?: LiveSession;
  readonly problems: readonly FailoverProblem[];
  /** The path of the transcript. */
  readonly transcript?: string | undefined;
}> {
  const { name, place } = terminal;
  const { targetHome, accountHomes } = request;
  const occupant = await terminal.occupant(accountHomes);
  if (occupant.kind === 'other') return await terminal.blockUnknown(occupant.pid);
  if (occupant.kind === 'session') {
    const { live } = occupant;
    const { sessionId, accountHomes: homes } = live;
    const isSaved = sessionId === id || (await saveCopy(terminal, id, live, request));
    if (isSaved && homes.includes(targetHome)) return { live, problems: [] };
    terminal.blockBusy('other-session', live);
  }
  const { problems, transcript } = await diagnose(terminal, id, request);
  const canResume = isResumable(problems, request);
  const isElsewhere = runsElsewhere(problems);
  // The same session, however its id is spelled. Only one that is resumable in its spelling claims it.
  const other = claims.get(id.toLowerCase());
  if (other !== undefined && (canResume || isElsewhere)) {
    block(failoverProblem('resume-id-unusable', { ...place, reason: 'shared', other }));
  }
  if (!canResume || isElsewhere) block(...problems);
  claims.set(id.toLowerCase(), name);
  return { problems, transcript: transcript?.path };
}

/** Saves the id of the session that runs, if it is a copy of the saved one: an earlier call may have been killed before. */
async function saveCopy(
  terminal: SessionTerminal,
  saved: ResumeUUID,
  { sessionId, accountHomes }: LiveSession,
  request: LaunchRequest,
): Promise<boolean> {
  if (!accountHomes.includes(request.targetHome)) return false;
  const { transcript } = await diagnose(terminal, sessionId, request);
  if (transcript?.content.copiedFrom !== saved) return false;
  await writeId(terminal, sessionId);
  return true;
}

// A question may be about to disappear.
const AGREEING_LOOKS = 2;
// A shell that still starts shows the command, and then its prompt, before it reads it.
const STILL_MS = 3_000;

/** How a launch ended. `refused`: the session runs, and the API refused what it was told to continue with. */
type Launched =
  | Exclude<LaunchState, { readonly kind: 'waiting' }>
  | { readonly kind: 'refused'; readonly pid: number; readonly output: string };

/** Types the resume command, and watches the terminal until it has an effect. */
async function launch(
  terminal: SessionTerminal,
  id: ResumeUUID,
  request: LaunchRequest,
  transcript: string | undefined,
): Promise<Launched> {
  const { targetHome, accountHomes, defaultAccountHome, resumeTimeoutMs } = request;
  const { session, place, context } = terminal;
  const how = launchOptions(terminal, await readLaunch(terminal, id), request);
  const options = { ...how, accountHome: targetHome, cwd: session.cwd, defaultAccountHome };
  const { shell: command } = resumeCommand(id, options);
  const size = transcript === undefined ? 0 : await sizeOf(context.fs, transcript);
  const before = await terminal.enter(command);

  const emailAddress = await targetAddress(terminal, request);
  let text = '';
  let last: LaunchState['kind'] = 'waiting';
  let agreeing = 0;
  const settled = await terminal.waitFor(resumeTimeoutMs, async () => {
    terminal.requireActive();
    const occupant = await terminal.occupant(accountHomes);
    const shown = text;
    text = await terminal.capture();
    const isAtShell = occupant.kind === 'shell';
    const live = occupant.kind === 'session' ? occupant.live : undefined;
    if (live !== undefined && !live.accountHomes.includes(targetHome)) {
      const [output] = live.accountHomes;
      block(failoverProblem('resume-failed', { ...place, reason: 'other-account', output }));
    }
    const state = judgeLaunch({ command, before, text, isAtShell, live, emailAddress });
    const agrees = state.kind === last && (state.kind !== 'ended' || text === shown);
    agreeing = agrees ? agreeing + 1 : 1;
    last = state.kind;
    const looks = state.kind === 'ended' ? STILL_MS / context.pollMs : AGREEING_LOOKS;
    return state.kind !== 'waiting' && agreeing >= Math.max(looks, AGREEING_LOOKS) && state;
  });
  if (settled === false) return await blockLate(terminal, text);
  const { kind } = settled;
  const live = kind === 'resumed' || kind === 'awaiting-input' ? settled.live : undefined;
  if (live === undefined || how.prompt === undefined || transcript === undefined) return settled;
  // At a limit 2.1.197 asks at once what to do about it, and by then the refusal is in the transcript.
  const patienceMs = kind === 'resumed' ? resumeTimeoutMs : AGREEING_LOOKS * context.pollMs;
  const answer = await terminal.waitFor(patienceMs, async () => {
    terminal.requireActive();
    const found = await lastAnswer(context.fs, transcript, size);
    return found.kind !== 'none' && found;
  });
  if (answer === false) {
    return kind === 'resumed' ? await blockLate(terminal, await terminal.capture()) : settled;
  }
  return answer.kind === 'answered'
    ? settled
    : { kind: 'refused', pid: live.pid, output: answer.text };
}

/** Below that the program shows nothing, and its record has no status (2.1.197: columns; 2.1.329: rows). */
const MIN_COLUMNS = 26;
const MIN_ROWS = 8;

/** Ends the work on a session in whose terminal nothing has happened in time. */
async function blockLate(terminal: SessionTerminal, text: string): Promise<never> {
  const { place } = terminal;
  const panes = await terminal.panes();
  const pane = panes.find(({ id }) => terminal.pane === undefined || terminal.pane === id);
  if (pane !== undefined && (pane.columns < MIN_COLUMNS || pane.rows < MIN_ROWS)) {
    const output = `${pane.columns} columns, ${pane.rows} rows`;
    block(failoverProblem('resume-failed', { ...place, reason: 'too-small', output }));
  }
  const output = lastLines(text);
  return block(failoverProblem('resume-failed', { ...place, reason: 'timeout', output }));
}
