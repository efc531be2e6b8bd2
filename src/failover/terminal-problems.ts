import { type AtPath, error, type ProblemTable, text } from '../core/problem.ts';

/** Of one of the sessions that a failover looks after; `path` is the file that keeps its id. */
interface OfSession extends AtPath {
  /** The name of the session. */
  readonly session: string;
}

interface WithReason extends OfSession {
  /** What the terminal said. */
  readonly reason: string;
}

interface OfProcess extends OfSession {
  readonly pid: number;
}

/** What can go wrong in the terminal of a session that is carried over an account swap. */
export interface FailoverTerminalProblems {
  /**
   * There is no terminal of the name of the session.
   *
   * Recognised: a call of the terminal rejects with a `TerminalError` whose `trouble` is `no-session`.
   */
  readonly 'terminal-missing': WithReason;
  /**
   * A call of the terminal failed, so nothing is known of what runs in it.
   *
   * Recognised: it rejects with anything else.
   */
  readonly 'terminal-failed': WithReason;
  /**
   * Something runs in the terminal that keeps no session record, so which session it is cannot be told.
   *
   * Recognised: the shell is not in the foreground, and no record names one of its processes. A Claude Code that
   * inherited `CLAUDE_CODE_CHILD_SESSION` keeps none.
   */
  readonly 'no-session-record': OfSession;
  /**
   * The terminal is not at its shell, so no command can be typed into it.
   *
   * Recognised: another process is in the foreground.
   */
  readonly 'not-at-shell': OfSession;
  /**
   * The program is the first process of its terminal, which would end with it.
   *
   * Recognised: the process of the session record is the first of the terminal.
   */
  readonly 'no-shell': OfProcess;
  /**
   * Another session runs in the terminal, or the same under another account.
   *
   * Recognised: the session record of a process in it.
   */
  readonly 'other-session-running': OfProcess & {
    readonly sessionId: string;
    readonly accountHome: string;
  };
  /** The program did not end, not even when it was killed. Recognised: its process is still there. */
  readonly 'would-not-stop': OfProcess;
  /**
   * The program ended instead of resuming.
   *
   * Recognised: the terminal is at its shell again; `output` is what was printed last.
   */
  readonly 'resume-failed': OfSession & { readonly output: string };
  /**
   * The program asks something first, and waits for a person. Nothing was answered.
   *
   * Recognised: what the program prints; `question` tells which.
   */
  readonly 'resume-asks': OfSession & { readonly question: string };
  /** The program has shown neither that it resumed nor that it failed. Recognised: the time that was given is over. */
  readonly 'resume-timed-out': OfSession & { readonly output: string };
  /** The caller has stopped the call before it was through with the session. Recognised: the signal. */
  readonly 'failover-stopped': OfSession;
}

export const failoverTerminalProblems: ProblemTable<FailoverTerminalProblems> = {
  'terminal-missing': error(
    'manual',
    (p) => text`there is no terminal for the session ${p.session} (${p.reason})`,
    'Start it, with its shell in the working directory, or correct the name.',
  ),
  'terminal-failed': error(
    'retry',
    (p) => text`the terminal of the session ${p.session} could not be asked (${p.reason})`,
    'Call again; look at the terminal if that does not help.',
  ),
  'no-session-record': error(
    'manual',
    (p) => text`something runs in the terminal of ${p.session} that keeps no session record`,
    'Look at it: a Claude Code among it has to be ended by hand, and prints its id then.',
  ),
  'not-at-shell': error(
    'manual',
    (p) => text`the terminal of ${p.session} is not at its shell, so nothing was typed into it`,
    'End what runs in it, and call again.',
  ),
  'no-shell': error(
    'manual',
    (p) =>
      text`process ${String(p.pid)} is the first one in the terminal of ${p.session}, which would end with it`,
    'Start the program from a shell in that terminal.',
  ),
  'other-session-running': error(
    'manual',
    (p) =>
      text`the terminal of ${p.session} runs session ${p.sessionId} under ${p.accountHome} (process ${String(p.pid)})`,
    'End it, or leave it as it is: nothing was typed into the terminal.',
  ),
  'would-not-stop': error(
    'manual',
    (p) => text`process ${String(p.pid)} in the terminal of ${p.session} did not end`,
    'End it by hand, and call again: two processes must not write to one session.',
  ),
  'resume-failed': error(
    'manual',
    (p) => text`${p.session} did not resume, and is at its shell: ${p.output}`,
    'Look at what the program printed.',
  ),
  'resume-asks': error(
    'manual',
    (p) => text`the program in the terminal of ${p.session} asks about ${p.question} and waits`,
    'Answer it in the terminal. Nothing was answered.',
  ),
  'resume-timed-out': error(
    'manual',
    (p) => text`${p.session} has shown neither that it resumed nor that it failed: ${p.output}`,
    'Look at the terminal; allow more time if it was only slow.',
  ),
  'failover-stopped': error(
    'retry',
    (p) => text`the call was stopped before it was through with ${p.session}`,
    'Call again: it goes on where it was.',
  ),
};
