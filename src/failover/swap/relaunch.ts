import { mapLimit } from '../../core/map-limit.ts';
import { resumeCommand } from '../../sessions/resume-command.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { judgeLaunch, lastLines, type LaunchState } from '../terminal/launch.ts';
import { withLock } from './lock.ts';
import {
  checkRelaunch,
  type FailoverSession,
  type RelaunchOptions,
  type LaunchRequest,
} from './options.ts';
import { isUp, type RelaunchedSession, type RelaunchReport } from './report.ts';
import { readId } from './resume-id.ts';
import { attempt, block, SessionTerminal } from './session-terminal.ts';
import { diagnose } from './stop.ts';

/**
 * Resumes the saved session of each terminal under another account home. Starts no other session.
 *
 * If no valid id is saved, or `diagnoseResume` says that the session can't be resumed there, the terminal is left at its
 * shell. Otherwise one command is typed, and the terminal is watched until the program has resumed, failed, or asks a
 * question, such as whether the directory is trusted: nothing is answered. Calls on the same state directory exclude
 * each other. Tested with Claude Code 2.1.197 and 2.1.329.
 *
 * @param sessions - `{ name, cwd }` of each; the name is that of its terminal.
 * @param options - `terminal`, `stateDirectory`, `targetHome`; `accountHomes`, `required` and `programVersion` for the
 * diagnosis; `resume`: how the program is started; `resumeTimeoutMs`, in milliseconds; `signal`.
 * @returns The outcome of each session, with the problems. Never rejects because of what it finds.
 * @throws {SharedStateError} Only for bad arguments.
 *
 * @example A session without a saved id is left at its shell
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { relaunchSessions, type Terminal } from 'claude-shared-state/failover';
 *
 * const { fs } = memfs({ '/home/me/.claude-b/settings.json': '{}', '/var/lib': null });
 * const typed: string[] = [];
 * const terminal: Terminal = {
 *   capture: async () => '$',
 *   type: async (_session, text) => void typed.push(text),
 *   press: async () => {},
 *   processIds: async () => [4700],
 *   isAtShell: async () => true,
 *   signal: async () => {},
 * };
 * const { ok, sessions } = await relaunchSessions([{ name: 'api', cwd: '/work/api' }], {
 *   targetHome: '/home/me/.claude-b',
 *   stateDirectory: '/var/lib/failover',
 *   terminal,
 *   fs,
 * });
 * assert.equal(ok, false);
 * assert.deepEqual(
 *   sessions.map(({ outcome, problems }) => [outcome, problems[0]?.code]),
 *   [['skipped', 'resume-id-unusable']],
 * );
 * assert.deepEqual(typed, []);
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
  const { pid, problems, shown } = prepared.value;
  const before = { name, sessionId, pid, problems };
  if (pid !== undefined) return { ...before, outcome: 'already-running' };

  const launched = await attempt(() => launch(terminal, sessionId, request, shown));
  if (!launched.ok) {
    return { ...before, outcome: 'unknown', problems: [...problems, ...launched.problems] };
  }
  const state = launched.value;
  switch (state.kind) {
    case 'resumed':
      return {
        ...before,
        outcome: 'resumed',
        sessionId: state.live.sessionId,
        pid: state.live.pid,
      };
    case 'awaiting-input': {
      const { question } = state;
      const problem = failoverProblem('resume-awaiting-input', { ...place, question });
      return { ...before, outcome: 'awaiting-input', problems: [...problems, problem] };
    }
    case 'ended': {
      const problem = failoverProblem('resume-failed', {
        ...place,
        reason: 'ended',
        output: state.output,
      });
      return { ...before, outcome: 'failed', problems: [...problems, problem] };
    }
    default:
      return state satisfies never;
  }
}

/** Finds the process of a session that already runs, or makes sure that a command can be typed for it. */
async function prepare(
  terminal: SessionTerminal,
  id: ResumeUUID,
  request: LaunchRequest,
  claims: ResumeClaims,
): Promise<{
  readonly pid?: number;
  readonly problems: readonly FailoverProblem[];
  /** The text of the terminal. */
  readonly shown: string;
}> {
  const { name, place } = terminal;
  const { targetHome, accountHomes } = request;
  const occupant = await terminal.occupant([...new Set([targetHome, ...accountHomes])]);
  if (occupant.kind === 'other') terminal.blockBusy('no-record');
  if (occupant.kind === 'session') {
    const { pid, sessionId, accountHomes: homes } = occupant.live;
    if (sessionId === id && homes.includes(targetHome)) return { pid, problems: [], shown: '' };
    terminal.blockBusy('other-session', occupant.live);
  }
  const { verdict, problems } = await diagnose(terminal, id, request);
  // A second process would write to the same transcript, and the next resume would follow only one of them.
  const runsElsewhere = problems.some(
    (problem) => problem.code === 'session-running' && problem.processState === 'running',
  );
  // The same session, however its id is spelled. Only one that is resumable in its spelling claims it.
  const other = claims.get(id.toLowerCase());
  if (other !== undefined && (verdict !== 'not-resumable' || runsElsewhere)) {
    block(failoverProblem('resume-id-unusable', { ...place, reason: 'shared', other }));
  }
  if (verdict === 'not-resumable' || runsElsewhere) block(...problems);
  claims.set(id.toLowerCase(), name);
  return { problems, shown: await terminal.capture() };
}

// A question, or a prompt of the shell, may be about to disappear.
const AGREEING_LOOKS = 2;

/** Types the resume command, and watches the terminal until it has an effect. */
async function launch(
  terminal: SessionTerminal,
  id: ResumeUUID,
  { targetHome, defaultAccountHome, resume: common, resumeTimeoutMs }: LaunchRequest,
  before: string,
): Promise<Exclude<LaunchState, { readonly kind: 'waiting' }>> {
  const { cwd, resume = common } = terminal.session;
  const options = { ...resume, accountHome: targetHome, cwd, defaultAccountHome };
  const { shell: command } = resumeCommand(id, options);
  await terminal.enter(command);

  let text = '';
  let last: LaunchState['kind'] = 'waiting';
  let agreeing = 0;
  const settled = await terminal.waitFor(resumeTimeoutMs, async () => {
    terminal.requireActive();
    const occupant = await terminal.occupant([targetHome]);
    text = await terminal.capture();
    const isAtShell = occupant.kind === 'shell';
    const live = occupant.kind === 'session' ? occupant.live : undefined;
    const state = judgeLaunch({ command, before, text, isAtShell, live });
    agreeing = state.kind === last ? agreeing + 1 : 1;
    last = state.kind;
    return state.kind !== 'waiting' && agreeing >= AGREEING_LOOKS && state;
  });
  if (settled !== false) return settled;
  const output = lastLines(text);
  return block(failoverProblem('resume-failed', { ...terminal.place, reason: 'timeout', output }));
}
