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
import type { OmittedArgument } from './swap/launch-arguments.ts';

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
   * of its processes. A Claude Code that inherited `CLAUDE_CODE_CHILD_SESSION` keeps none; neither is one seen that
   * runs in a tmux inside (`program`).
   */
  readonly 'terminal-busy': OfSession & { readonly program?: string };
  /**
   * No shell waits for the program to end. Recognised: it is the first process of its terminal, or that one is in the
   * foreground together with it, as in `sh -c claude`: the terminal would end with it. Or the program is suspended.
   */
  readonly 'no-shell': OfProcess;
  /**
   * Nothing can be seen or typed in the terminal for sure. `several-panes`: more than one runs a session, or none, so
   * name one as `pane`. `too-small`: the program shows nothing in so few columns and rows.
   */
  readonly 'terminal-unsuitable': OfSession & {
    readonly reason: 'several-panes' | 'too-small';
    readonly detail: string;
  };
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
  /** The session has resumed, and the API refuses what it asks. Recognised: an error in its transcript, `output`. */
  readonly 'resume-refused': OfProcess & { readonly output: string };
  /**
   * The session was started under another account than it was told. Recognised: its record is in that home. Something
   * between the shell and the program, such as a wrapper, sets `CLAUDE_CONFIG_DIR`.
   */
  readonly 'account-overridden': OfProcess & { readonly accountHome: string };
  /**
   * Ending the program loses something. `busy`: it works, and does not continue by itself when it is resumed.
   * `draft`: `detail` stands in its input box. `background-shells`: they end with it. Recognised: record and screen.
   */
  readonly 'work-interrupted': OfSession & {
    readonly reason: 'busy' | 'draft' | 'background-shells';
    readonly detail?: string;
  };
  /**
   * The program is resumed without an `argument` that it was started with. `secret`: its value may be one. `unknown`:
   * it is not known how many values it takes. `not-typeable`: it is no single line.
   */
  readonly 'launch-argument-omitted': OfSession & OmittedArgument;
  /** The canary, the session that was to go on first, did not: this one was left where it is. */
  readonly 'canary-failed': OfSession & {
    /** The name of that session. */
    readonly other: string;
  };
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
  /**
   * The target account can't take the sessions. `home-missing`: there is no such directory. `not-logged-in`, and
   * `login-expired`: by the files of the home. `same-account`: it is logged in to the account that the sessions leave.
   * `bypass-not-accepted`: the program is told to skip permissions, and would ask first (`.claude.json`).
   * `program-missing`: `detail` is no program that the terminal would find.
   */
  readonly 'target-not-ready': AtPath & {
    readonly reason: keyof typeof notReady;
    readonly detail?: string;
  };
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

const interrupted = {
  busy: 'is at work, which ends with the program',
  draft: 'has text in its input box, which is lost',
  'background-shells': 'runs shell commands in the background, which end with it',
} as const;

const notReady = {
  'home-missing': {
    state: 'does not exist',
    advice: 'Log in under it first, or correct its path.',
  },
  'not-logged-in': {
    state: 'is not logged in',
    advice: 'Start Claude Code under it, and run /login.',
  },
  'login-expired': {
    state: 'has a login that has expired',
    advice: 'Start Claude Code under it, and run /login.',
  },
  'same-account': {
    state: 'is logged in to the account that the sessions are to leave',
    advice: 'Log in to another account there.',
  },
  'bypass-not-accepted': {
    state: 'has not accepted that permissions are bypassed',
    advice: 'Start Claude Code under it once with --dangerously-skip-permissions, and accept.',
  },
  'program-missing': {
    state: 'would be used by a program that the terminal does not find',
    advice: 'Name a program that exists, by its absolute path.',
  },
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
    (p) =>
      text`the terminal of ${p.session} runs ${p.program ?? 'something'}, which keeps no session record`,
    'End it, and call again. A Claude Code prints its id when it ends.',
  ),
  'no-shell': error(
    'manual',
    (p) => text`no shell in the terminal of ${p.session} waits for process ${String(p.pid)} to end`,
    'Start the program from a shell in that terminal; or use onNoShell.',
  ),
  'terminal-unsuitable': error(
    'manual',
    (p) =>
      p.reason === 'too-small'
        ? text`the terminal of ${p.session} is too small for Claude Code: ${p.detail}`
        : text`the terminal of ${p.session} has several panes, and not one of them runs a session: ${p.detail}`,
    (p) => (p.reason === 'too-small' ? 'Enlarge it.' : 'Name the one that is meant as `pane`.'),
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
  'resume-refused': error(
    'manual',
    (p) => text`${p.session} has resumed, and the API refuses its requests: ${p.output}`,
    'Log in to the account again, or use another one.',
  ),
  'account-overridden': error(
    'manual',
    (p) => text`${p.session} was started under ${p.accountHome} instead (process ${String(p.pid)})`,
    'Name the program itself: what the terminal starts by its name sets CLAUDE_CONFIG_DIR.',
  ),
  'work-interrupted': warning(
    (p) =>
      text`${p.session} ` +
      interrupted[p.reason] +
      text`${p.detail === undefined ? '' : `: ${p.detail}`}`,
    'Look after it when it has resumed; continuePrompt tells a busy session to continue.',
  ),
  'launch-argument-omitted': warning(
    (p) => text`${p.session} is resumed without ${p.argument} (${p.reason})`,
    'Give it in launch, if the session needs it.',
  ),
  'canary-failed': error(
    'retry',
    (p) => text`${p.session} was left where it is, because ${p.other} did not go on`,
    'See to that one, and call again.',
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
  'target-not-ready': error(
    'manual',
    (p) =>
      text`the account home ${p.path} ` +
      notReady[p.reason].state +
      (p.detail === undefined ? '' : text` (${p.detail})`),
    (p) => notReady[p.reason].advice,
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
