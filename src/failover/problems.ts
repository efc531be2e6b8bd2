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
import type { OmittedArgument } from './swap/launch-arguments.ts';

/** Of one of the sessions of a failover; `path` is the file that keeps its id. */
interface OfSession extends AtPath {
  /** The name of the session. */
  readonly session: string;
}

/** What can go wrong when sessions are moved to another account. */
interface FailoverProblems extends LockProblems {
  /** The session has no terminal. Recognized: a call rejects with a `TerminalError` whose `reason` is `no-session`. */
  readonly 'terminal-missing': OfSession & { readonly reason: string };
  /** The terminal can't be used. Recognized: a call rejects with anything else. */
  readonly 'terminal-failed': OfSession & { readonly reason: string };
  /**
   * The terminal is not at a shell that could be used. Recognized: no session record names one of its processes
   * (`no-record`; a Claude Code that inherited `CLAUDE_CODE_CHILD_SESSION` keeps none, nor does a tmux inside); no shell
   * waits for the session to end, which would take the terminal with it, or the session is suspended (`no-shell`: its
   * process is the first one, or shares the foreground with that, as in `sh -c claude`); the record names another session
   * or account; not exactly one of `several-panes` runs a session, or did when it was last saved; its shell doesn't
   * know `&&` (`other-shell`: nushell and elvish); or nothing here tells whether the process is the one
   * of its record (`unidentified`: see `processInspector`).
   */
  readonly 'terminal-busy': OfSession & {
    readonly reason:
      | 'no-record'
      | 'no-shell'
      | 'other-session'
      | 'other-shell'
      | 'several-panes'
      | 'unidentified';
    /** The program that runs in it, or the panes. */
    readonly detail?: string;
    /** The session that runs in it, if its record says so. */
    readonly live?: {
      readonly pid: number;
      readonly sessionId: string;
      readonly accountHome: string;
    };
  };
  /** The program did not end. Recognized: its process still exists after it was killed. */
  readonly 'stop-timeout': OfSession & { readonly pid: number };
  /**
   * The session didn't continue. Recognized: the terminal is at its shell (`ended`), or the time for it is over
   * (`timeout`; `too-small` if the terminal has a size in which the program shows nothing); its transcript has an error
   * of the API (`refused`); or its record is in another home (`other-account`), because something between the shell and
   * the program, such as a wrapper, sets `CLAUDE_CONFIG_DIR`. `output`: what was printed last, the size, or that home.
   */
  readonly 'resume-failed': OfSession & {
    readonly reason: keyof typeof notResumed;
    readonly output: string;
  };
  /** The program asks a `question` and waits for an answer. Recognized: by its text. */
  readonly 'resume-awaiting-input': OfSession & { readonly question: string };
  /** The caller aborted the call before it was done with the session. Recognized: the signal. */
  readonly aborted: OfSession;
  /** The terminal shows no id to resume. Recognized: no resume hint below the last launch, or one below an error. */
  readonly 'no-resume-hint': OfSession;
  /**
   * No id is saved for the session that could be used. Recognized: its file is missing, isn't a regular file with one id,
   * or has the id that is saved for another session, while both are at their shells (`shared`).
   */
  readonly 'resume-id-unusable': OfSession & {
    readonly reason: 'missing' | 'invalid' | 'shared';
    /** The name of the other session. */
    readonly other?: string;
  };
  /**
   * Ending the program loses something. `busy`: it works, and does not continue by itself when it is resumed.
   * `draft`: `detail` stands in its input box, unless the program only suggests it. `background-shells`: they end with
   * it. Recognized: by the session record and the screen.
   */
  readonly 'work-interrupted': OfSession & {
    readonly reason: keyof typeof interrupted;
    readonly detail?: string;
  };
  /**
   * The program is resumed without an `argument` that it was started with. `secret`: its value may be one. `unknown`:
   * it is not known how many values it takes. `not-typeable`: it is no single line. `unknown-to-system`: nothing here
   * tells how the program was started, as without /proc, and `as-it-ran` resumes it without any argument.
   */
  readonly 'launch-argument-omitted': OfSession & OmittedArgument;
  /** The session was left where it is. Recognized: the first one to be moved (`other`) did not go on. */
  readonly 'canary-failed': OfSession & { readonly other: string };
  /**
   * The target account can't take the sessions. `home-missing`: there is no such directory. `not-logged-in`: by the files
   * of the home. `same-account`: it is logged in to the account that the sessions are to leave. `bypass-not-accepted`:
   * the program is told to skip permissions, and would ask first. `program-missing`: it is not in the PATH of the session,
   * or there is no such file (`detail`).
   */
  readonly 'target-not-ready': AtPath & {
    readonly reason: keyof typeof notReady;
    readonly detail?: string;
  };
  /**
   * The accounts share their session records, which then don't say who runs a session. Recognized: the homes, or the
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

const notResumed = {
  ended: 'did not resume, and is at its shell',
  timeout: 'has neither resumed nor failed in the time given',
  'too-small': 'shows nothing in a terminal of this size',
  refused: 'has resumed, and the API refuses its requests',
  'other-account': 'was started under another account',
} as const;

const interrupted = {
  busy: 'is at work, which ends with the program',
  draft: 'has text in its input box, which is lost',
  'background-shells': 'runs shell commands in the background, which end with it',
} as const;

const notReady = {
  'home-missing': 'does not exist',
  'not-logged-in': 'is not logged in',
  'same-account': 'is logged in to the account that the sessions are to leave',
  'bypass-not-accepted': 'has not accepted that permissions are bypassed',
  'program-missing': 'needs a program that the terminal does not find',
} as const;

const detailed = (detail: string | undefined) => (detail === undefined ? '' : text`: ${detail}`);

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
    ({ session, live, reason, detail }) =>
      live === undefined
        ? text`the terminal of ${session} ` +
          (reason === 'several-panes'
            ? 'has several panes, of which not exactly one runs a session'
            : reason === 'other-shell'
              ? 'has a shell that does not know &&'
              : 'runs something that keeps no session record') +
          detailed(detail)
        : text`the terminal of ${session} runs session ${live.sessionId} under ${live.accountHome} (process ${String(live.pid)})`,
    (p) =>
      p.reason === 'several-panes'
        ? 'Name the one that is meant as `pane`.'
        : p.reason === 'unidentified'
          ? 'Call where processes can be identified: by /proc, or as on macOS by /bin/ps.'
          : p.reason === 'other-shell'
            ? 'Start the session from bash, zsh, fish or another shell that does.'
            : 'End it, and start the session from a shell there. Nothing was typed into the terminal.',
  ),
  'stop-timeout': error(
    'manual',
    (p) => text`process ${String(p.pid)} in the terminal of ${p.session} did not end`,
    'End it by hand, and call again: two processes must not write to one session.',
  ),
  'resume-failed': error(
    'manual',
    (p) => text`${p.session} ${notResumed[p.reason]}: ${p.output}`,
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
  'work-interrupted': warning(
    (p) => text`${p.session} ${interrupted[p.reason]}` + detailed(p.detail),
    'Check it after it resumes; continuePrompt tells a busy session to continue.',
  ),
  'launch-argument-omitted': warning(
    (p) => text`${p.session} is resumed without ${p.argument} (${p.reason})`,
    'Give it in launch, if the session needs it.',
  ),
  'canary-failed': error(
    'manual',
    (p) => text`${p.session} was left where it is, because ${p.other} did not go on`,
    'Fix that session, then call again.',
  ),
  'target-not-ready': error(
    'manual',
    (p) => text`the account home ${p.path} ${notReady[p.reason]}` + detailed(p.detail),
    'Start Claude Code under it once as the sessions run, and log in; or correct the path.',
  ),
  'accounts-overlap': error(
    'manual',
    (p) => text`${p.path} and ${p.otherPath} are the same directory`,
    'Give each account a home of its own, with its own `sessions`: they say who runs a session.',
  ),
}))();

/** Creates a problem from its fields. */
export const failoverProblem = /* @__PURE__ */ problemsFrom(failoverProblems);
