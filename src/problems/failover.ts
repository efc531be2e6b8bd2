import { type AtPath, error, type Failed, type ProblemTable, text, warning } from './table.ts';

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

/** What can keep a session from being carried over an account swap. */
export interface FailoverProblems {
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
   * The terminal is at its shell and shows no id to resume.
   *
   * Recognised: no "Resume this session with:" below the last launch, or one below an error.
   */
  readonly 'no-resume-hint': OfSession;
  /**
   * No id was ever saved for the session.
   *
   * Recognised: its file is not there.
   */
  readonly 'resume-id-missing': OfSession;
  /**
   * What is saved as the id of the session is none.
   *
   * Recognised: the file is too large, no regular file, or holds anything else than one id.
   */
  readonly 'resume-id-invalid': OfSession;
  /**
   * The id is saved for two sessions, and is resumed in the terminal of the other one.
   *
   * Recognised: both are at their shells, and their files hold one id.
   */
  readonly 'resume-id-shared': OfSession & {
    readonly sessionId: string;
    /** The name of the other session. */
    readonly other: string;
  };
  /** The file with the id cannot be read. Recognised: a call fails. */
  readonly 'resume-id-unreadable': OfSession & Failed;
  /** The id could not be saved; what was there before is still there. Recognised: a call fails. */
  readonly 'resume-id-unwritable': OfSession & Failed;
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
  /**
   * The account home that the sessions are to go on under is not there.
   *
   * Recognised: there is no directory at its path.
   */
  readonly 'target-home-missing': AtPath;
  /**
   * The two accounts keep their session records in one directory, so nothing tells which of them a session runs under.
   *
   * Recognised: the homes, or the `sessions` in them, are one directory, perhaps through a link.
   */
  readonly 'accounts-not-apart': AtPath & { readonly otherPath: string };
  /**
   * Somebody else carries sessions of this state directory over, or may.
   *
   * Recognised: the lock in it; `pid` is its process, where that can be told.
   */
  readonly 'failover-locked': AtPath & { readonly pid: number | undefined };
  /** The lock of the state directory could not be taken. Recognised: a call fails. */
  readonly 'failover-unlockable': AtPath & Failed;
}

export const failoverProblems: ProblemTable<FailoverProblems> = {
  'terminal-missing': error(
    'operator',
    (p) => text`there is no terminal for the session ${p.session} (${p.reason})`,
    'Start it, with its shell in the working directory, or correct the name.',
  ),
  'terminal-failed': error(
    'retry',
    (p) => text`the terminal of the session ${p.session} could not be asked (${p.reason})`,
    'Call again; look at the terminal if that does not help.',
  ),
  'no-session-record': error(
    'operator',
    (p) => text`something runs in the terminal of ${p.session} that keeps no session record`,
    'Look at it: a Claude Code among it has to be ended by hand, and prints its id then.',
  ),
  'no-resume-hint': warning(
    (p) => text`the terminal of ${p.session} is at its shell and shows no id to resume`,
    'Start a session in it, or put the id into the file.',
    'choose-session',
  ),
  'resume-id-missing': error(
    'choose-session',
    (p) => text`no id is saved for ${p.session}: ${p.path} is not there`,
    'Put the id of the session into the file, and call again.',
  ),
  'resume-id-invalid': error(
    'choose-session',
    (p) => text`what is saved for ${p.session} is no session id: ${p.path}`,
    'Put the id of the session into the file, and nothing else, and call again.',
  ),
  'resume-id-shared': error(
    'choose-session',
    (p) => text`${p.sessionId} is saved for ${p.session} and for ${p.other}: ${p.path}`,
    'Put the id of its own session into the file: two processes must not write to one session.',
  ),
  'resume-id-unreadable': error(
    'operator',
    (p) => text`the id of ${p.session} cannot be read (${p.errno}): ${p.path}`,
    'Look at its permissions and at the disk, and call again.',
  ),
  'resume-id-unwritable': error(
    'retry',
    (p) => text`the id of ${p.session} could not be saved (${p.errno}): ${p.path}`,
    'Look at the permissions and the space on the disk, and call again. What was saved before is still there.',
  ),
  'not-at-shell': error(
    'operator',
    (p) => text`the terminal of ${p.session} is not at its shell, so nothing was typed into it`,
    'End what runs in it, and call again.',
  ),
  'no-shell': error(
    'operator',
    (p) =>
      text`process ${String(p.pid)} is the first one in the terminal of ${p.session}, which would end with it`,
    'Start the program from a shell in that terminal.',
  ),
  'other-session-running': error(
    'operator',
    (p) =>
      text`the terminal of ${p.session} runs session ${p.sessionId} under ${p.accountHome} (process ${String(p.pid)})`,
    'End it, or leave it as it is: nothing was typed into the terminal.',
  ),
  'would-not-stop': error(
    'operator',
    (p) => text`process ${String(p.pid)} in the terminal of ${p.session} did not end`,
    'End it by hand, and call again: two processes must not write to one session.',
  ),
  'resume-failed': error(
    'operator',
    (p) => text`${p.session} did not resume, and is at its shell: ${p.output}`,
    'Look at what the program printed.',
  ),
  'resume-asks': error(
    'operator',
    (p) => text`the program in the terminal of ${p.session} asks about ${p.question} and waits`,
    'Answer it in the terminal. Nothing was answered.',
  ),
  'resume-timed-out': error(
    'operator',
    (p) => text`${p.session} has shown neither that it resumed nor that it failed: ${p.output}`,
    'Look at the terminal; allow more time if it was only slow.',
  ),
  'failover-stopped': error(
    'retry',
    (p) => text`the call was stopped before it was through with ${p.session}`,
    'Call again: it goes on where it was.',
  ),
  'target-home-missing': error(
    'operator',
    (p) => text`the account home ${p.path} is not there`,
    'Log in under it first, or correct its path.',
  ),
  'accounts-not-apart': error(
    'operator',
    (p) => text`${p.path} and ${p.otherPath} are one directory, so the accounts are not told apart`,
    'Give each account a home of its own, with its own `sessions` in it.',
  ),
  'failover-locked': error(
    'retry',
    (p) => text`${p.path} is held by process ${String(p.pid ?? 'unknown')}`,
    'Wait until the other call has ended. The lock of a process that is known to be dead is taken over; after a reboot, or from another container, make sure that it is, and remove the link.',
  ),
  'failover-unlockable': error(
    'operator',
    (p) => text`the lock ${p.path} could not be taken (${p.errno})`,
    'Look at the permissions and the space on the disk, and call again.',
  ),
};
