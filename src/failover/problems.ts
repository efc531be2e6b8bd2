import {
  type AtPath,
  createProblem,
  error,
  type ProblemTable,
  text,
  type ProblemBase,
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

interface OfProcess extends OfSession {
  readonly pid: number;
}

/** What can go wrong when sessions are moved to another account. */
interface FailoverProblems extends LockProblems {
  /** The session has no terminal. Recognised: a call rejects with a `TerminalError` whose `reason` is `no-session`. */
  readonly 'terminal-missing': OfSession & { readonly reason: string };
  /** The terminal can't be used. Recognised: a call rejects with anything else. */
  readonly 'terminal-failed': OfSession & { readonly reason: string };
  /**
   * The terminal is not at its shell, and nothing says which session runs in it. Recognised: no session record names one
   * of its processes. A Claude Code that inherited `CLAUDE_CODE_CHILD_SESSION` keeps none.
   */
  readonly 'terminal-busy': OfSession;
  /** The terminal has no shell. Recognised: its first process is that of the session, so it would end with it. */
  readonly 'no-shell': OfProcess;
  /** Another session runs in the terminal, or the same one under another account. Recognised: its session record. */
  readonly 'other-session-running': OfProcess & {
    readonly sessionId: string;
    readonly accountHome: string;
  };
  /** The program did not end. Recognised: its process still exists after it was killed. */
  readonly 'stop-timeout': OfProcess;
  /** The program ended instead of resuming. Recognised: the terminal is at its shell; `output` was printed last. */
  readonly 'resume-failed': OfSession & { readonly output: string };
  /** The program asks a `question` and waits for an answer. Recognised: by its text. */
  readonly 'resume-awaiting-input': OfSession & { readonly question: string };
  /** The program has neither resumed nor failed. Recognised: the time for it is over. */
  readonly 'resume-timeout': OfSession & { readonly output: string };
  /** The caller aborted the call before it was done with the session. Recognised: the signal. */
  readonly aborted: OfSession;
  /** The terminal shows no id to resume. Recognised: no resume hint below the last launch, or one below an error. */
  readonly 'no-resume-hint': OfSession;
  /** No id is saved for the session. Recognised: its file is missing, or isn't a regular file with one id. */
  readonly 'resume-id-unusable': OfSession & { readonly reason: 'missing' | 'invalid' };
  /** An id is saved for two sessions. Recognised: both are at their shells, and their files have one id. */
  readonly 'resume-id-shared': OfSession & {
    readonly sessionId: string;
    /** The name of the other session. */
    readonly other: string;
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
export type FailoverProblemOf<Code extends FailoverProblemCode> = ProblemBase<Code> &
  FailoverProblems[Code];

/** Anything that keeps a session from being moved; problems of links and sessions included. */
export type FailoverProblem =
  | { readonly [Code in FailoverProblemCode]: FailoverProblemOf<Code> }[FailoverProblemCode]
  | Problem
  | SessionProblem;

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
    (p) => text`the terminal of ${p.session} runs something that keeps no session record`,
    'End it, and call again. A Claude Code prints its id when it ends.',
  ),
  'no-shell': error(
    'manual',
    (p) => text`process ${String(p.pid)} runs in the terminal of ${p.session} in place of a shell`,
    'Start the program from a shell in that terminal.',
  ),
  'other-session-running': error(
    'manual',
    (p) =>
      text`the terminal of ${p.session} runs session ${p.sessionId} under ${p.accountHome} (process ${String(p.pid)})`,
    'End it, or leave it: nothing was typed into the terminal.',
  ),
  'stop-timeout': error(
    'manual',
    (p) => text`process ${String(p.pid)} in the terminal of ${p.session} did not end`,
    'End it by hand, and call again: two processes must not write to one session.',
  ),
  'resume-failed': error(
    'manual',
    (p) => text`${p.session} did not resume, and is at its shell: ${p.output}`,
    'Look at what the program printed.',
  ),
  'resume-awaiting-input': error(
    'manual',
    (p) => text`the program in the terminal of ${p.session} asks about ${p.question}`,
    'Answer it in the terminal.',
  ),
  'resume-timeout': error(
    'manual',
    (p) => text`${p.session} has neither resumed nor failed in the time given: ${p.output}`,
    'Look at the terminal; allow more time if it was only slow.',
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
    (p) =>
      p.reason === 'missing'
        ? text`no id is saved for ${p.session}: ${p.path} does not exist`
        : text`the id that is saved for ${p.session} is invalid: ${p.path}`,
    'Write the id of the session into the file, and nothing else, and call again.',
  ),
  'resume-id-shared': error(
    'choose-session',
    (p) => text`${p.sessionId} is saved for ${p.session} and for ${p.other}: ${p.path}`,
    'Write the id of its own session into the file: two processes must not write to one session.',
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

/** Creates a problem. */
export function failoverProblem<Code extends FailoverProblemCode>(
  code: Code,
  fields: FailoverProblems[Code],
): FailoverProblemOf<Code> {
  return createProblem(failoverProblems, code, fields);
}
