import {
  type AnyOf,
  type AtPath,
  error,
  type Failed,
  problemsFrom,
  type ProblemTable,
  type ProblemWith,
  text,
  warning,
} from '../core/problem.ts';
import type { Account } from '../homes/account.ts';
import type { LinkState } from '../links/report.ts';
import type { LiveSession } from './live-sessions.ts';
import type { SessionOwner } from './transcript/summary.ts';

interface AtProjects extends AtPath {
  readonly state: LinkState;
  /** Where the transcript is instead. */
  readonly transcript: string;
}

interface AtProcess extends AtPath {
  readonly accountHome: string;
  readonly pid: number;
}

/** Why the content of a transcript keeps its session from being resumed. */
export type UnusableReason =
  | 'not-a-file'
  | 'empty'
  | 'invalid'
  | 'metadata-only'
  | 'sidechain-only'
  | 'missing-timestamp'
  | 'missing-uuid'
  | 'null-line'
  | 'rewound'
  | 'ended-by-model'
  | 'several-organizations';

/** Why a transcript is not found from a working directory that is not its own. */
export type MisplacedReason = 'other-project' | 'behind-link' | 'no-messages' | 'several-copies';

/** What is missing or hidden in a transcript that can be resumed. */
export type DamageReason = 'last-line-truncated' | 'lines-lost' | 'forked';

/** What can be wrong with a session. */
export interface SessionProblemFields {
  /**
   * No session can be resumed with this id. Recognized: it is neither a UUID nor the path of a `.jsonl` file, so the program takes it for a title, and none, or more than one (`titled`), of this directory's sessions has it.
   */
  readonly 'session-id-invalid': AtPath & {
    readonly sessionId: string;
    readonly titled?: readonly string[];
  };
  /**
   * No home and no shared target has a transcript of this session: the id is wrong, a home wasn't named, or Claude Code deleted it after `periodDays` without use (the shortest period of these homes).
   */
  readonly 'transcript-missing': AtPath & {
    readonly sessionId: string;
    readonly periodDays?: number;
  };
  /** The transcript is in the shared target, and this home has no `projects` link yet. */
  readonly 'projects-link-missing': AtProjects;
  /** The transcript is in the shared target, and `projects` in this home is a real directory. */
  readonly 'projects-not-linked': AtProjects;
  /** The transcript is in the shared target, and `projects` in this home is a wrong link, or no directory. */
  readonly 'projects-link-wrong': AtProjects;
  /** This home links to the shared state, and the transcript is in a home that does not. */
  readonly 'transcript-not-shared': AtPath & { readonly accountHome?: string };
  /**
   * The transcript belongs to another working directory, from which the program would find it. Recognized: before 2.1.223 it searches only the projects of the working directory and of its worktrees (`other-project`); later versions search all projects, but detect no transcript that is a link or in a linked project directory (`behind-link`), or that does not look like a conversation (`no-messages`), and take none of several (`several-copies`).
   */
  readonly 'wrong-working-directory': AtPath & {
    readonly reason: MisplacedReason;
    /** The working directory that the transcript names itself. */
    readonly recordedCwd?: string;
    /** All transcripts, if there are several. */
    readonly copies?: readonly string[];
  };
  /**
   * The content of the transcript keeps the session from being resumed. Recognized: `reason` says why. With `not-a-file`, a directory, FIFO, socket or device has its name: the program fails, or waits forever. Conversations that Claude ended are refused from 2.1.222 on, those that ran under several organizations from 2.1.311 on.
   */
  readonly 'transcript-unusable': AtPath & { readonly reason: UnusableReason };
  /**
   * The transcript, or a directory above it, can't be read, so the program does not see it; or it can't be written, so the session would resume and lose its new turns without an error.
   */
  readonly 'transcript-inaccessible': AtPath & Failed & { readonly access: 'read' | 'write' };
  /** The working directory does not exist, or this process may not enter it: the program can't be started there. */
  readonly 'working-directory-unusable': AtPath & Failed;
  /** The session runs in the background under this home: the program refuses to resume it. */
  readonly 'running-in-background': AtProcess;
  /**
   * The program's configuration isn't valid JSON, and it does not start; with an empty one, versions before 2.1.311 do not. With `variable`: the settings set this variable, so the program saves no transcripts (`CLAUDE_CODE_SKIP_PROMPT_HISTORY`), or uses another home (`CLAUDE_CONFIG_DIR`).
   */
  readonly 'config-unusable': AtPath & { readonly variable?: string };

  /**
   * The session is running, here or under another home, or may be (`processState` is `unknown`): both processes would append, and the next resume follows only one. `continuesAt`: it waits for a limit to end, and continues by itself at this time (ISO 8601).
   */
  readonly 'session-running': AtProcess &
    Pick<LiveSession, 'processState'> & { readonly continuesAt?: string };
  /** Other homes or projects have other transcripts of this session, with turns that this one may lack. */
  readonly 'other-copies': AtPath & { readonly copies: readonly string[] };
  /**
   * Part of the conversation is missing or hidden. `last-line-truncated`: before 2.1.223 the program appends to that line, and loses its next record. `lines-lost`: some of its lines aren't JSON, for example after a crash, and the program skips them. `forked`: two processes continued it, or it was rewound, and the program follows one of the branches (`branchCount`) only.
   */
  readonly 'transcript-damaged': AtPath & {
    readonly reason: DamageReason;
    readonly branchCount?: number;
  };
  /**
   * The conversation ran under one organization: from 2.1.311 on the program refuses to resume it under an account of another one, and with an API key always.
   */
  readonly 'organization-bound': AtPath & {
    /** Its UUID. */
    readonly organization: string;
  };
  /**
   * The session belongs to another account (`owner`) than the one that is logged in under this home (`account`; absent if
   * nobody is). `continues`: only a warning, the program goes on. `asks`: on a terminal 2.1.329 and 2.1.332 ask first
   * whether to exit, to change the login, or to copy the session under a new id, because the server has switched a flag
   * on. `refuses`: its organization keeps conversations for a limited time, and from 2.1.331 on the program opens them
   * under no other login, in print mode either.
   */
  readonly 'owned-by-another-account': AtPath & {
    readonly owner: SessionOwner;
    readonly account?: Account;
    readonly effect: 'continues' | 'asks' | 'refuses';
  };
  /**
   * A directory of this home (`name`) is not shared. `projects`: no other account sees the new turns. `file-history`: `/rewind` lacks the files of other accounts' turns, and before 2.1.331 says that it succeeded. `session-env`: it isn't a directory, so what SessionStart hooks set is lost, and old versions fail every Bash call.
   */
  readonly 'state-not-shared': AtPath & { readonly name: string; readonly state: LinkState };
  /**
   * The program finds the session only under a condition. `linked-directory`: its project directory is a link, so only from its own working directory. `worktree`: it belongs to another worktree of the repository, so only if git is in the PATH and trusts the repository. `path`: only by its path; the program continues in a file beside it, which no home finds by the id.
   */
  readonly 'found-conditionally': AtPath & {
    readonly reason: 'linked-directory' | 'worktree' | 'path';
  };
  /**
   * File history or environment of the session are older than this home's retention: the program deletes them seconds after it resumes.
   */
  readonly 'about-to-expire': AtPath & { readonly periodDays: number };
  /** In print mode the program refuses edits of auto-memory behind a link, unless these rules allow them. */
  readonly 'memory-not-permitted': AtPath & { readonly rules: readonly string[] };
  /**
   * The sessions of a directory can't get another project key, and none was moved. `running`: one of them, or another
   * session in that directory, is running or may be (`pid`). `transcript-exists`: the new key has another transcript
   * (`other`) of the same session.
   */
  readonly 'rehome-blocked': AtPath & {
    readonly reason: 'running' | 'transcript-exists';
    readonly pid?: number;
    readonly other?: string;
  };
  /** This home does not trust the working directory: on a terminal the program asks first. */
  readonly 'directory-not-trusted': AtPath & { readonly cwd: string };
  /**
   * Some versions of the program resume the session and some do not, or continue another transcript; `reason` says why.
   */
  readonly 'version-dependent': AtPath & { readonly versions: string; readonly reason: string };
  /**
   * `variable` comes before the login of the home, so the session would go on with another account. `settings`: the file that sets it; without one, the environment does.
   */
  readonly 'login-overridden': AtPath & { readonly variable: string; readonly settings?: string };
  /** No version like this one was compared with the diagnosis, which takes it to behave like those that `like` names. */
  readonly 'version-unchecked': AtPath & { readonly version: string; readonly like: string };
  /**
   * The records of running sessions of a home, or one of them, can't be read: a session may be running unseen. Without `errno`: a file named like a record isn't one.
   */
  readonly 'live-sessions-unreadable': AtPath & {
    readonly accountHome: string;
    readonly errno?: string;
  };
}

/** What is wrong with a session, in lower-case words joined by hyphens, such as `transcript-missing`. */
export type SessionProblemCode = keyof SessionProblemFields;

/** The problem of one code, with the fields of its own. */
export type SessionProblemOf<Code extends SessionProblemCode> = ProblemWith<
  SessionProblemFields,
  Code
>;

/** One thing that is wrong with a session, as plain data: a union discriminated by `code`. */
export type SessionProblem = AnyOf<SessionProblemFields>;

const misplaced: Readonly<Record<MisplacedReason, string>> = {
  'other-project':
    'is in the project of another working directory, where Claude Code before 2.1.223 does not look',
  'behind-link': 'is behind a link inside projects',
  'no-messages': "is not detected by Claude Code's search in all projects",
  'several-copies': 'is one of several of this session',
};

const unusable: Readonly<Record<UnusableReason, string>> = {
  'not-a-file': 'is not a file',
  empty: 'is empty',
  invalid: 'has no line of JSON',
  'metadata-only': 'has no message',
  'sidechain-only': 'has messages of sub-agents only',
  'missing-timestamp': 'ends in a message without a time',
  'missing-uuid': 'has no message with a uuid, so Claude Code would continue without its history',
  'null-line': 'has a line that is null',
  rewound: 'was rewound to before its first message',
  'ended-by-model': 'is a conversation that Claude ended',
  'several-organizations': 'ran under more than one organization',
};

const damaged: Readonly<Record<DamageReason, { readonly state: string; readonly advice: string }>> =
  {
    'last-line-truncated': {
      state: 'ends in a truncated line',
      advice: 'Resume with Claude Code 2.1.223 or later, which repairs it first.',
    },
    'lines-lost': {
      state: "has lines that can't be read, and that Claude Code skips",
      advice: 'It resumes without them. A backup may have them.',
    },
    forked: {
      state: 'has several branches',
      advice: 'After you resume, check that the conversation is the branch you mean.',
    },
  };

const conditional = {
  'linked-directory': {
    state: 'is a link inside projects',
    advice: 'Link projects itself and nothing inside it.',
  },
  worktree: {
    state: 'belongs to another worktree of this repository',
    advice:
      'Resume in that worktree, or make sure that git is in the PATH and trusts the repository.',
  },
  path: {
    state: 'is in no home, and its new turns will be in a file beside it',
    advice: 'Move it into the project of its working directory, and resume it by its id.',
  },
} as const;

const owned = {
  continues: {
    state: '',
    advice: 'It resumes. Claude Code asks first as soon as the server switches that on.',
  },
  asks: {
    state: '; on a terminal Claude Code asks before it continues',
    advice:
      'Resume it under its own account or in print mode, or choose the copy, which has a new id.',
  },
  refuses: {
    state:
      '; its organization keeps conversations for a limited time, so Claude Code does not open it',
    advice: 'Resume it under its own account.',
  },
} as const;

const inOwnDirectory =
  'Resume in its own working directory; if there are several, in that of the right one. If you moved that directory';

const runEnsure = {
  api: "Call validateAll: it creates the link, or says why it can't.",
  cli: "Run ensure: it creates the link, or says why it can't.",
} as const;

/** Severity, remedy and wording of every problem code of sessions. */
export const sessionProblems: ProblemTable<SessionProblemFields> = /* @__PURE__ */ (() => ({
  'session-id-invalid': error(
    'choose-session',
    (p) =>
      p.titled !== undefined
        ? text`${p.sessionId} is the title of several sessions: ${p.titled.join(', ')}`
        : text`${p.sessionId} is not a session id, and no session of this directory has it as its title`,
    'Use the id as Claude Code prints it when it exits: 8-4-4-4-12 hexadecimal digits.',
  ),
  'transcript-missing': error(
    'choose-session',
    (p) => text`no home has a transcript of ${p.sessionId}; ${p.path} does not exist`,
    (p) =>
      'Check the id (upper and lower case differ), and name all account homes.' +
      (p.periodDays === undefined
        ? ''
        : ` Claude Code deletes transcripts after ${p.periodDays} days.`),
  ),
  'projects-link-missing': error(
    'ensure',
    (p) => text`the transcript is ${p.transcript}, and ${p.path} is missing`,
    runEnsure,
  ),
  'projects-not-linked': error(
    'migrate',
    (p) => text`the transcript is ${p.transcript}, and ${p.path} is a real directory`,
    'Nothing is lost: migrate the directory into the shared target.',
  ),
  'projects-link-wrong': error(
    'manual',
    (p) => text`the transcript is ${p.transcript}, and ${p.path} does not lead there (${p.state})`,
    {
      api: 'Nothing is lost: correct the link. inspectAll says what is wrong with it.',
      cli: 'Nothing is lost: correct the link. doctor says what is wrong with it.',
    },
  ),
  'transcript-not-shared': error(
    'migrate',
    (p) => text`the transcript ${p.path} is in a directory that this home does not share`,
    'Nothing is lost: migrate that directory into the shared target.',
  ),
  'wrong-working-directory': error(
    'manual',
    ({ path, reason, recordedCwd, copies }) =>
      text`the transcript ${path} ${misplaced[reason]}` +
      (recordedCwd === undefined ? '' : text` (${recordedCwd})`) +
      (copies === undefined ? '' : text`: ${copies.join(', ')}`),
    {
      api: `${inOwnDirectory}, call rehome.`,
      cli: `${inOwnDirectory}, run rehome.`,
    },
  ),
  'transcript-unusable': error(
    'choose-session',
    (p) => text`the transcript ${p.path} ` + unusable[p.reason],
    'Choose another session, or restore this transcript from a backup.',
  ),
  'transcript-inaccessible': error(
    'manual',
    (p) =>
      p.access === 'read'
        ? text`${p.path} can't be read (${p.errno})`
        : text`${p.path} can't be written (${p.errno}), and new turns would be lost`,
    (p) =>
      p.access === 'read'
        ? 'Give this user permission to read it, and to search the directories above it.'
        : 'Give this user permission to write it, or make the mount writable.',
  ),
  'working-directory-unusable': error(
    'manual',
    (p) => text`the working directory ${p.path} can't be entered (${p.errno})`,
    'Create it again, or give this user permission to search it.',
  ),
  'running-in-background': error(
    'retry',
    (p) => text`the session runs in the background under ${p.accountHome} (pid ${String(p.pid)})`,
    'Stop it there first, then resume.',
  ),
  'config-unusable': error(
    'manual',
    (p) =>
      p.variable === undefined
        ? text`${p.path} is not valid JSON, and Claude Code does not start with it`
        : text`${p.path} sets ${p.variable}`,
    (p) =>
      p.variable === undefined
        ? 'Restore one of the copies in backups/ of that home, or repair it by hand.'
        : 'Remove it from env there: the session would not be found, or lose its new turns.',
  ),

  'session-running': warning(
    (p) =>
      text`the session ${p.processState === 'running' ? 'is' : 'may be'} running under ` +
      text`${p.accountHome} (pid ${String(p.pid)})` +
      (p.continuesAt === undefined ? '' : text`, and continues by itself at ${p.continuesAt}`),
    (p, audience) =>
      p.processState === 'running' || audience === 'cli'
        ? 'Stop that process first: otherwise both append to one transcript.'
        : 'Make sure that it is not, or pass processInspector to find out.',
  ),
  'other-copies': warning(
    (p) => text`there are other transcripts of this session: ${p.copies.join(', ')}`,
    'Compare them: each may have turns that the others lack.',
  ),
  'transcript-damaged': warning(
    (p) => text`the transcript ${p.path} ` + damaged[p.reason].state,
    (p) => damaged[p.reason].advice,
  ),
  'organization-bound': warning(
    (p) => text`${p.path} ran under organization ${p.organization}`,
    'Resume it only under an account of that organization.',
  ),
  'owned-by-another-account': error(
    'manual',
    ({ path, owner, account, effect }) =>
      text`the session ${path} belongs to account ${owner.accountUuid}, and ` +
      (account === undefined
        ? 'nobody is logged in under this home'
        : text`${account.emailAddress ?? account.accountUuid} is logged in under this home`) +
      owned[effect].state,
    (p) => owned[p.effect].advice,
  ),
  'state-not-shared': warning(
    (p) => text`${p.path} does not lead to the shared ${p.name} (${p.state})`,
    (p, audience) =>
      runEnsure[audience] + (p.name === 'file-history' ? ' Until then do not rewind.' : ''),
    'ensure',
  ),
  'found-conditionally': warning(
    (p) => text`${p.path} ` + conditional[p.reason].state,
    (p) => conditional[p.reason].advice,
  ),
  'about-to-expire': warning(
    (p) => text`${p.path} is older than ${String(p.periodDays)} days, and Claude Code deletes it`,
    'Copy it first, or raise cleanupPeriodDays in this home.',
  ),
  'memory-not-permitted': warning(
    (p) => text`auto-memory in ${p.path} can't be edited in print mode`,
    'Add the rules to permissions.allow in the settings of this home.',
  ),
  'rehome-blocked': error(
    'manual',
    (p) =>
      p.reason === 'running'
        ? text`the session ${p.path} is running, or may be (pid ${String(p.pid)})`
        : text`${p.path} and ${p.other} are two transcripts of one session`,
    (p) =>
      p.reason === 'running'
        ? 'Stop it, and try again.'
        : 'Compare both, and move one of them away.',
  ),
  'directory-not-trusted': warning(
    (p) => text`${p.path} does not trust ${p.cwd}`,
    'Start Claude Code there once under this account, and answer its question.',
  ),
  'version-dependent': warning((p) => text`${p.versions} behaves differently: ${p.reason}`, {
    api: 'Pass programVersion to diagnose one version only.',
    cli: 'Pass --claude-version to diagnose one version only.',
  }),
  'login-overridden': warning(
    (p) =>
      text`${p.settings ?? 'the environment'} sets ${p.variable}, which comes before the login of ${p.path}`,
    (p) =>
      p.settings === undefined
        ? 'Unset it, or start the session with resumeCommand, which does.'
        : 'Remove it there if the login is meant.',
  ),
  'version-unchecked': warning(
    (p) => text`Claude Code ${p.version} was not compared; it is taken to behave like ${p.like}`,
    'Try the session with it before you rely on this.',
  ),
  'live-sessions-unreadable': warning(
    (p) =>
      p.errno === undefined
        ? text`${p.path} is no session record, so a session may be running unseen`
        : text`${p.path} can't be read (${p.errno}), so a session may be running unseen`,
    'Check its permissions, and see what is running under this account.',
  ),
}))();

/** Creates a problem from its fields. */
export const sessionProblem = /* @__PURE__ */ problemsFrom(sessionProblems);
