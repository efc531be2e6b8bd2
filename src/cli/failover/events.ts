import type { FailoverProblem } from '../../failover/index.ts';

/** Every event of the daemon, by its name: a line of JSON each, and what `--on` waits for. */
export const eventMeanings = {
  started: 'the daemon watches',
  stopped: 'the daemon ends',
  'no-session': 'no session runs; the daemon waits for one',
  'session-found': 'a session is watched from now on',
  'session-ended': 'a session ended by itself; it is left alone',
  'session-killed': 'a session was killed, and will be relaunched',
  'session-lost': 'the terminal of a session is gone; it will be relaunched in a new one',
  'session-busy': 'a session cannot be watched, because of what else runs in its terminal',
  'session-closed': 'somebody closed the terminal of a session; it is no longer watched',
  'account-changed':
    'the sessions run under another account than before, and the daemon did not do that',
  'limit-suspected': 'a screen shows a limit; the next poll decides',
  'limit-vetoed': 'a limit is ignored because the server reports errors',
  'limit-cooling-down': 'a limit does not count yet: the last swap was a short time ago',
  'limit-reached': 'a session has reached a limit of its account',
  'model-limit': 'a session has reached the limit of one model; no swap',
  'all-exhausted': 'no account is left; the daemon waits until the first one can be used again',
  'no-account':
    'an account is exhausted, and the others are left alone for a while; they are tried again',
  'limit-over': 'an account is available again, and the sessions continue',
  'swap-started': 'a swap begins',
  'session-stopped': 'a swap has ended a session, to resume it under the other account',
  'session-moved': 'a session goes on under the other account',
  'session-left': 'a session was not moved, with its problems',
  'swap-done': 'a swap is over; `left` names the sessions that will be tried again',
  'swap-refused': 'nothing was stopped: the other account or the sessions are not ready',
  'swap-failed': 'no session could be moved',
  'canary-failed': 'the first session did not resume; the others were not moved',
  'session-relaunched': 'a session that was killed or lost goes on',
  'relaunch-failed': 'a session could not be relaunched, with its problems',
  'gave-up': 'something failed too often, and is not tried again',
  'would-act': 'with --dry-run: what would be done now',
  'transcript-unreadable':
    'a transcript or its directory cannot be read; a limit is only seen on the screen',
  'not-saved': 'the state directory cannot be written; nothing is begun until it can',
  'poll-failed': 'a poll failed; the next one tries again',
  'alert-failed': 'a command or URL of --on failed',
} as const;

export type EventName = keyof typeof eventMeanings;

/** What happened. Members that say nothing are absent. */
export interface DaemonEvent {
  readonly event: EventName;
  /** For people. */
  readonly text: string;
  readonly session?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly account?: string | undefined;
  /** ISO 8601. */
  readonly until?: string | undefined;
  readonly sessions?: readonly string[] | undefined;
  readonly left?: readonly string[] | undefined;
  readonly problems?: readonly FailoverProblem[] | undefined;
}

/** An event as a line of JSON, with its time. */
export function eventLine(event: DaemonEvent, at: Date): string {
  // What somebody has typed and not sent is nobody else's business.
  const problems = event.problems?.map((problem) =>
    problem.code === 'work-interrupted' && problem.reason === 'draft'
      ? { ...problem, detail: undefined, message: `${problem.session} has a draft` }
      : problem,
  );
  return JSON.stringify({ at: at.toISOString(), ...event, problems });
}
