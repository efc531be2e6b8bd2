import { mapLimit } from '../core/map-limit.ts';
import type { FailoverSession } from './failover-session.ts';
import type { RelaunchOptions } from './options.ts';
import { relaunchOne, type ResumeClaims } from './relaunch-one.ts';
import { isUp, type RelaunchedSession, type RelaunchReport } from './report.ts';
import { checkRelaunch } from './relaunch-request.ts';
import { withLock } from './with-lock.ts';

/**
 * Resumes in each terminal the session that was saved for it, under another account home; never starts one blind.
 *
 * Where nothing valid is saved, or `diagnoseResume` says that it cannot be resumed there, the terminal is left at its
 * shell and the reason told. Otherwise one command is typed, and watched until the program shows that it resumed, that
 * it failed, or that it asks something, such as whether the directory is trusted: nothing is answered. Several calls
 * on one state directory exclude each other. What the program shows was seen on 2.1.329 and 2.1.197.
 *
 * @param sessions - `{ name, cwd }` of each: the name is that of its terminal.
 * @param options - `terminal`, `stateDirectory`, `targetHome`; `accountHomes`, `required` and `programVersion` for the
 * diagnosis; `resume`: how the program is started; `resumeTimeoutMs`, in milliseconds; `signal`.
 * @returns For each session how it came out, and why. Never rejects for what it finds.
 * @throws {SharedStateError} Only for bad arguments, such as `invalid-name` or `path-relative`.
 *
 * @example A session of which nothing was saved is left at its shell
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
 *   [['left', 'resume-id-missing']],
 * );
 * assert.deepEqual(typed, []);
 * ```
 */
export async function relaunchSessions(
  sessions: readonly FailoverSession[],
  options: RelaunchOptions,
): Promise<RelaunchReport> {
  const { sessions: list, tools, relaunching } = checkRelaunch(sessions, options);
  const claims: ResumeClaims = new Map();
  const locked = await withLock(tools, () =>
    mapLimit(list, (session) => relaunchOne(tools, session, relaunching, claims)),
  );
  if (!locked.ok) {
    const left = list.map((session) => leftAlone(session));
    return { ok: false, sessions: left, problems: [locked.problem] };
  }
  const done = locked.value;
  return { ok: done.every(isUp), sessions: done, problems: [] };
}

function leftAlone({ name }: FailoverSession): RelaunchedSession {
  return { name, outcome: 'left', sessionId: undefined, pid: undefined, problems: [] };
}
