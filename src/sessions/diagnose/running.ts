import type { LiveSession } from '../live-sessions.ts';
import { type SessionProblem, sessionProblem } from '../session-problem.ts';
import type { ResumeFacts } from './facts.ts';

// Seen on 2.1.197 and 2.1.329: other kinds, and records without one, are no reason to refuse.
const backgroundKinds: ReadonlySet<string | undefined> = new Set(['bg', 'daemon', 'daemon-worker']);

/** Whether the program refuses because of it: it looks into the records of its own home only. */
export function runsInBackground(session: LiveSession, accountHome: string): boolean {
  const { accountHomes, kind, liveness } = session;
  return liveness === 'running' && accountHomes.includes(accountHome) && backgroundKinds.has(kind);
}

/** Processes that would write to the same transcript, or may. */
export function liveWarnings({ live, accountHome }: ResumeFacts): readonly SessionProblem[] {
  return live
    .filter((session) => !runsInBackground(session, accountHome))
    .map(({ liveness, path, pid, accountHomes }) =>
      sessionProblem(liveness === 'running' ? 'running-now' : 'maybe-running', {
        path,
        pid,
        accountHome: accountHomes[0],
      }),
    );
}
