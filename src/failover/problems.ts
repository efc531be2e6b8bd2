import {
  type AnyOf,
  type AtPath,
  error,
  problemsFrom,
  type ProblemTable,
  type ProblemWith,
  text,
  warning,
} from '../core/problem.ts';
import type { Problem } from '../links/problems.ts';
import { type LockProblems, lockProblems } from '../lock/problems.ts';
import type { SessionProblem } from '../sessions/problems.ts';

/** Of one of the sessions of a failover; `path` is the file that keeps its id. */
interface OfSession extends AtPath {
  /** The name of the session. */
  readonly session: string;
}

/** What can go wrong when sessions are moved to another account. */
interface FailoverProblems extends LockProblems {
  /** The session has no terminal. Recognised: a call rejects with a `TerminalError` whose `reason` is `no-session`. */
  readonly 'terminal-missing': OfSession & { readonly reason: string };
  /** The terminal can't be used. Recognised: a call rejects with anything else. */
  readonly 'terminal-failed': OfSession & { readonly reason: string };
  /**
   * The terminal is not at a shell that could be used. Recognised: no session record names one of its processes
   * (`no-record`; a Claude Code that inherited `CLAUDE_CODE_CHILD_SESSION` keeps none); its first process is that of the
   * session, and would take the terminal with it (`no-shell`); or the record names another session or account.
   */
  readonly 'terminal-busy': OfSession & {
    readonly reason: 'no-record' | 'no-shell' | 'other-session';
    /** The session that runs in it, if its record says so. */
    readonly live?: {
      readonly pid: number;
      readonly sessionId: string;
      readonly accountHome: string;
    };
  };
  /** The program did not end. Recognised: its process still exists after it was killed. */
  readonly 'stop-timeout': OfSession & { readonly pid: number };
  /**
   * The program did not resume. Recognised: the terminal is at its shell (`ended`), or the time for it is over
   * (`timeout`); `output` was printed last.
   */
  readonly 'resume-failed': OfSession & {
    readonly reason: 'ended' | 'timeout';
    readonly output: string;
  };
  /** The program asks a `question` and waits for an answer. Recognised: by its text. */
  readonly 'resume-awaiting-input': OfSession & { readonly question: string };
  /** The caller aborted the call before it was done with the session. Recognised: the signal. */
  readonly aborted: OfSession;
  /** The terminal shows no id to resume. Recognised: no resume hint below the last launch, or one below an error. */
  readonly 'no-resume-hint': OfSession;
  /**
   * No id is saved for the session that could be used. Recognised: its file is missing, isn't a regular file with one id,
   * or has the id that is saved for another session, while both are at their shells (`shared`).
   */
  readonly 'resume-id-unusable': OfSession & {
    readonly reason: 'missing' | 'invalid' | 'shared';
    /** The name of the other session. */
    readonly other?: string;
  };
  /** The target account home doesn't exist. Recognised: there is no directory at its path. */
  readonly 'target-home-missing': AtPath;
  /**
   * The accounts share their session records, which then don't say who runs a session. Recognised: the homes, or the
   * `sessions` in them, are the same directory.
   */
  readonly 'accounts-overlap': AtPath & { readonly otherPath: string };
}

/** The codes that only a failover has. */
export type FailoverProblemCode = keyof FailoverProblems;

/** The problem of one code, with the fields of its own. */
export type FailoverProblemOf<Code extends FailoverProblemCode> = ProblemWith<
  FailoverProblems,
  Code
>;

/** Anything that keeps a session from being moved; problems of links and sessions included. */
export type FailoverProblem = AnyOf<FailoverProblems> | Problem | SessionProblem;

const unusableId = {
  missing: 'is not saved',
  invalid: 'that is saved is invalid',
  // Two processes must not write to one session.
  shared: 'is also saved for ',
} as const;

export const failoverProblems: ProblemTable<FailoverProblems> = /* @__PURE__ */ (() => ({
  ...lockProblems,
  'terminal-missing': error(
    'manual',
    (p) => text`the session ${p.session} has no terminal (${p.reason})`,
    'Start it, with its shell in the working directory, or correct the name.',
  ),
  'terminal-failed': error(
    'retry',
    (p) => text`the terminal of ${p.session} does not respond (${p.reason})`,
    'Call again; look at the terminal if that does not help.',
  ),
  'terminal-busy': error(
    'manual',
    ({ session, live }) =>
      live === undefined
        ? text`the terminal of ${session} runs something that keeps no session record`
        : text`the terminal of ${session} runs session ${live.sessionId} under ${live.accountHome} (process ${String(live.pid)})`,
    'End it, and start the session from a shell there. Nothing was typed into the terminal.',
  ),
  'stop-timeout': error(
    'manual',
    (p) => text`process ${String(p.pid)} in the terminal of ${p.session} did not end`,
    'End it by hand, and call again: two processes must not write to one session.',
  ),
  'resume-failed': error(
    'manual',
    (p) =>
      p.reason === 'ended'
        ? text`${p.session} did not resume, and is at its shell: ${p.output}`
        : text`${p.session} has neither resumed nor failed in the time given: ${p.output}`,
    'Look at what the program printed; allow more time if it was only slow.',
  ),
  'resume-awaiting-input': error(
    'manual',
    (p) => text`the program in the terminal of ${p.session} asks about ${p.question}`,
    'Answer it in the terminal.',
  ),
  aborted: error(
    'retry',
    (p) => text`the call was aborted before it was done with ${p.session}`,
    'Call again to continue.',
  ),
  'no-resume-hint': warning(
    (p) => text`the terminal of ${p.session} is at its shell and shows no id to resume`,
    'Start a session in it, or write the id into the file.',
    'choose-session',
  ),
  'resume-id-unusable': error(
    'choose-session',
    (p) => text`the id of ${p.session} ${unusableId[p.reason]}${p.other ?? ''}: ${p.path}`,
    'Write the id of its own session into the file, and nothing else, and call again.',
  ),
  'target-home-missing': error(
    'manual',
    (p) => text`the account home ${p.path} does not exist`,
    'Log in under it first, or correct its path.',
  ),
  'accounts-overlap': error(
    'manual',
    (p) => text`${p.path} and ${p.otherPath} are the same directory`,
    'Give each account a home of its own, with its own `sessions`: they say who runs a session.',
  ),
}))();

/** Creates a problem from its fields. */
export const failoverProblem = /* @__PURE__ */ problemsFrom(failoverProblems);
