import { toResult } from '../core/result.ts';
import { isSharedStateError } from '../links/error.ts';
import { validateAll } from '../links/ensure.ts';
import { mapLimit } from '../core/map-limit.ts';
import { checkApart } from './accounts-apart.ts';
import { type FailoverProblem, failoverProblem } from './failover-problem.ts';
import type { FailoverSession } from './failover-session.ts';
import { relaunchOne, type ResumeClaims } from './relaunch-one.ts';
import { isUp, type RelaunchedSession, type SavedSession, type SwapReport } from './report.ts';
import type { FailoverTools } from './request.ts';
import { saveOne } from './save-one.ts';
import { stopSession } from './stop-session.ts';
import type { Swapping } from './swap-request.ts';

/** Carries the sessions over: everything is saved before anything is stopped, and stopped before anything is started. */
export async function runSwap(tools: FailoverTools, swapping: Swapping): Promise<SwapReport> {
  const { from, to, sessions, tell } = swapping;
  tell({ kind: 'begun', from, to });
  const { isSound, problems } = await validate(tools, swapping);
  if (!isSound) {
    tell({ kind: 'ended', ok: false });
    return { ok: false, outcome: 'refused', sessions: [], problems };
  }
  tell({ kind: 'validated', problems });

  const saved = await mapLimit(sessions, (session) => saveOne(tools, session, [from, to]));
  tell({ kind: 'saved', sessions: saved });

  const unsaved = new Map(saved.filter(isUnsaved).map(({ name, problems }) => [name, problems]));
  const left = new Map<string, readonly FailoverProblem[]>();
  await mapLimit(sessions, async (session) => {
    const problems = await stop(tools, swapping, session, unsaved.get(session.name));
    if (problems !== undefined) left.set(session.name, problems);
  });

  const claims: ResumeClaims = new Map();
  const relaunched = await mapLimit(sessions, async (session) => {
    const { name } = session;
    const standing = left.get(name);
    const done: RelaunchedSession =
      standing === undefined
        ? await relaunchOne(tools, session, swapping.relaunching, claims)
        : { name, outcome: 'left', sessionId: undefined, pid: undefined, problems: standing };
    tell({ kind: 'relaunched', session: done });
    return done;
  });
  const ok = relaunched.every(isUp);
  tell({ kind: 'ended', ok });
  const outcome = tools.signal?.aborted === true && !ok ? 'stopped' : 'done';
  return { ok, outcome, sessions: relaunched, problems };
}

/** Whether nobody could say afterwards which session it was: an older id is not the one that runs now. */
function isUnsaved({ sessionId, problems }: SavedSession): boolean {
  return sessionId === undefined || problems.some(({ severity }) => severity === 'error');
}

/** Whether both homes lead to the shared state, so that what ran under one can be resumed under the other. */
async function validate(
  { fs }: FailoverTools,
  { from, to, required }: Swapping,
): Promise<{ readonly isSound: boolean; readonly problems: readonly FailoverProblem[] }> {
  const home = await toResult(fs.stat(to, { bigint: true }));
  if (!home.ok || !home.value.isDirectory()) {
    // The links could be made in a new one, but nobody is logged in there.
    return { isSound: false, problems: [failoverProblem('target-home-missing', { path: to })] };
  }
  const notApart = await checkApart(fs, from, to);
  if (notApart !== undefined) return { isSound: false, problems: [notApart] };
  const validated = await toResult(validateAll([from, to], { required, fs }));
  if (validated.ok) {
    return { isSound: true, problems: validated.value.flatMap(({ problems }) => problems) };
  }
  if (!isSharedStateError(validated.error)) throw validated.error;
  return { isSound: false, problems: validated.error.problems };
}

/** Stops what runs under the one account; tells why the session has to be left as it is. */
async function stop(
  tools: FailoverTools,
  swapping: Swapping,
  session: FailoverSession,
  unsaved: readonly FailoverProblem[] | undefined,
): Promise<readonly FailoverProblem[] | undefined> {
  const { name } = session;
  // Stopped without an id it could not be started again.
  const stopped =
    unsaved === undefined
      ? await stopSession(tools, session, swapping)
      : ({ kind: 'left', problems: unsaved } as const);
  if (stopped.kind === 'left') {
    for (const problem of stopped.problems) swapping.tell({ kind: 'left', session: name, problem });
    return stopped.problems;
  }
  const { pid, wasKilled = false } = stopped;
  swapping.tell({ kind: 'stopped', session: name, pid, wasKilled });
  return undefined;
}
