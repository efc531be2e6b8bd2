import {
  type AtPath,
  error,
  type Failed,
  type ProblemTable,
  text,
  warning,
} from '../core/problem.ts';

/** Of one of the sessions that a failover looks after; `path` is the file that keeps its id. */
interface OfSession extends AtPath {
  /** The name of the session. */
  readonly session: string;
}

/** What can go wrong with the saved ids, the accounts and the lock of a swap. */
export interface FailoverAccountProblems {
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

export const failoverAccountProblems: ProblemTable<FailoverAccountProblems> = {
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
    'manual',
    (p) => text`the id of ${p.session} cannot be read (${p.errno}): ${p.path}`,
    'Look at its permissions and at the disk, and call again.',
  ),
  'resume-id-unwritable': error(
    'retry',
    (p) => text`the id of ${p.session} could not be saved (${p.errno}): ${p.path}`,
    'Look at the permissions and the space on the disk, and call again. What was saved before is still there.',
  ),
  'target-home-missing': error(
    'manual',
    (p) => text`the account home ${p.path} is not there`,
    'Log in under it first, or correct its path.',
  ),
  'accounts-not-apart': error(
    'manual',
    (p) => text`${p.path} and ${p.otherPath} are one directory, so the accounts are not told apart`,
    'Give each account a home of its own, with its own `sessions` in it.',
  ),
  'failover-locked': error(
    'retry',
    (p) => text`${p.path} is held by process ${String(p.pid ?? 'unknown')}`,
    'Wait until the other call has ended. The lock of a dead process of this machine is taken over, also after a reboot; if another machine or container left it, make sure that its process is dead and remove the link.',
  ),
  'failover-unlockable': error(
    'manual',
    (p) => text`the lock ${p.path} could not be taken (${p.errno})`,
    'Look at the permissions and the space on the disk, and call again.',
  ),
};
