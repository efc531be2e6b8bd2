import type { LinkState } from '../links/report.ts';
import {
  type AtPath,
  error,
  type Failed,
  type ProblemTable,
  text,
  warning,
} from '../core/problem.ts';

interface AtProcess extends AtPath {
  readonly accountHome: string;
  readonly pid: number;
}

/** What keeps a session from being resumed, or is lost then, whatever its transcript. */
export interface ResumeSurroundingsProblems {
  /**
   * The working directory is not there, or this process may not enter it: the program cannot be started in it.
   *
   * Recognised: `realpath`, `stat` and `access` for searching.
   */
  readonly 'working-directory-unusable': AtPath & Failed;
  /**
   * The session runs in the background under this home: the program refuses to resume it.
   *
   * Recognised: a record in `<home>/sessions/` of kind bg, daemon or daemon-worker, whose process is there and started when it says.
   */
  readonly 'running-in-background': AtProcess;
  /**
   * The configuration of the program is no JSON, and it does not start; where it is empty, versions before 2.1.223, or thereabouts, do not.
   *
   * Recognised: the content of `.claude.json`: inside the home, or beside the default one.
   */
  readonly 'config-unusable': AtPath;
  /**
   * The settings make the program save no transcripts (`CLAUDE_CODE_SKIP_PROMPT_HISTORY`), or use another home (`CLAUDE_CONFIG_DIR`).
   *
   * Recognised: `env` in the settings of the home, and in those of the working directory.
   */
  readonly 'redirected-by-settings': AtPath & { readonly variable: string };

  /**
   * The session runs in a process now, here or under another home: both would append, and the next resume follows only one.
   *
   * Recognised: a record of another kind, or in another home, whose process is there and started when it says.
   */
  readonly 'running-now': AtProcess;
  /**
   * A process is on record for this session, and whether it still runs cannot be told.
   *
   * Recognised: a record whose process cannot be looked at: an injected file system, or another container.
   */
  readonly 'maybe-running': AtProcess;
  /**
   * Other transcripts of the same session are in other homes or under other keys: generations that this one may lack.
   *
   * Recognised: the search in all homes, beside the transcript that the program would take.
   */
  readonly 'other-copies': AtPath & { readonly copies: readonly string[] };
  /**
   * The session resumes here, but `projects` in this home does not lead to the shared target, so no other account sees its turns.
   *
   * Recognised: the state of the link in `inspectAll`.
   */
  readonly 'projects-not-shared': AtPath & { readonly state: LinkState };
  /**
   * The project directory is a link of its own: the session is found from its own working directory only.
   *
   * Recognised: `lstat` of the project directory.
   */
  readonly 'project-directory-linked': AtPath;
  /**
   * `file-history` in this home does not lead to the shared target: `/rewind` lacks the code of other accounts' turns, and says that it succeeded.
   *
   * Recognised: the state of the link in `inspectAll`.
   */
  readonly 'file-history-not-shared': AtPath & { readonly state: LinkState };
  /**
   * `session-env` leads to nothing, or is no directory: what SessionStart hooks set is lost, and old versions fail every Bash call.
   *
   * Recognised: the state of the link in `inspectAll`.
   */
  readonly 'session-env-unusable': AtPath & { readonly state: LinkState };
  /**
   * File history or environment are older than this home's retention: the program deletes them seconds after it has resumed.
   *
   * Recognised: the time of the directories `file-history/<id>` and `session-env/<id>`, and `cleanupPeriodDays` in the settings of this home and of the working directory.
   */
  readonly 'about-to-expire': AtPath & { readonly periodDays: number };
  /**
   * The transcript belongs to another worktree of the repository: the program finds it only if git is in its PATH and trusts the repository.
   *
   * Recognised: its project key, beside the worktrees in the repository's own files.
   */
  readonly 'found-by-worktree': AtPath;
  /**
   * Behind a link the program refuses edits of auto-memory in print mode, unless these rules allow them.
   *
   * Recognised: a `memory` directory with two spellings and something in it, and `permissions.allow` in `<home>/settings.json`.
   */
  readonly 'memory-not-permitted': AtPath & { readonly rules: readonly string[] };
  /**
   * This home has not been told to trust the working directory: on a terminal the program asks first.
   *
   * Recognised: `.claude.json` of this home: no `hasTrustDialogAccepted` for the directory, one above it, or the main worktree.
   */
  readonly 'directory-not-trusted': AtPath & { readonly cwd: string };
  /**
   * Some versions of the program resume the session and some do not, or go on with another transcript; `because` says why.
   *
   * Recognised: looking with the rules of both.
   */
  readonly 'version-dependent': AtPath & { readonly versions: string; readonly because: string };
}

export const resumeSurroundingsProblems: ProblemTable<ResumeSurroundingsProblems> = {
  'working-directory-unusable': error(
    'manual',
    (p) => text`the working directory ${p.path} cannot be entered (${p.errno})`,
    'Make it again, or give this user the right to search it.',
  ),
  'running-in-background': error(
    'retry',
    (p) => text`the session runs in the background under ${p.accountHome} (pid ${String(p.pid)})`,
    'Stop it there first, then resume.',
  ),
  'config-unusable': error(
    'manual',
    (p) => text`${p.path} is no JSON, and the program does not start with it`,
    'Put back one of the copies in backups/ of that home, or mend it by hand.',
  ),
  'redirected-by-settings': error(
    'manual',
    (p) => text`${p.path} sets ${p.variable}`,
    'Take it out of env there, or the session is not found, or its new turns are lost.',
  ),

  'running-now': warning(
    (p) => text`the session runs now under ${p.accountHome} (pid ${String(p.pid)})`,
    'Stop that process first, or both append to one transcript.',
  ),
  'maybe-running': warning(
    (p) => text`the session may run under ${p.accountHome} (pid ${String(p.pid)})`,
    {
      api: 'Make sure that it does not, or pass `processInspector` to have it looked at.',
      cli: 'Make sure that it does not.',
    },
  ),
  'other-copies': warning(
    (p) => text`there are other transcripts of this session: ${p.copies.join(', ')}`,
    'Compare them: each may hold turns that the others lack.',
  ),
  'projects-not-shared': warning(
    (p) => text`${p.path} does not lead to the shared target (${p.state})`,
    {
      api: 'validateAll creates the link, or says what stands in its way.',
      cli: 'ensure creates the link, or says what stands in its way.',
    },
    'ensure',
  ),
  'project-directory-linked': warning(
    (p) => text`${p.path} is a link inside projects`,
    'Link projects itself and nothing in it.',
  ),
  'file-history-not-shared': warning(
    (p) => text`${p.path} does not lead to the shared target (${p.state})`,
    {
      api: 'validateAll creates the link, or says what stands in its way; until then do not rewind.',
      cli: 'ensure creates the link, or says what stands in its way; until then do not rewind.',
    },
    'ensure',
  ),
  'session-env-unusable': warning(
    (p) => text`${p.path} leads to no directory (${p.state})`,
    {
      api: 'validateAll creates the directory, or says what stands in its way.',
      cli: 'ensure creates the directory, or says what stands in its way.',
    },
    'ensure',
  ),
  'about-to-expire': warning(
    (p) => text`${p.path} is older than ` + `${p.periodDays} days, and is deleted after the resume`,
    'Copy it away first, or raise cleanupPeriodDays in this home.',
  ),
  'found-by-worktree': warning(
    (p) => text`${p.path} belongs to another worktree, which git has to name to the program`,
    'Resume in that worktree, or see that git is in its PATH and trusts the repository.',
  ),
  'memory-not-permitted': warning(
    (p) => text`auto-memory behind ${p.path} cannot be edited in print mode`,
    'Add the rules to permissions.allow in the settings of this home.',
  ),
  'directory-not-trusted': warning(
    (p) => text`${p.path} does not say that ${p.cwd} is trusted`,
    'Start Claude Code there once under this account and answer its question.',
  ),
  'version-dependent': warning((p) => text`${p.versions} fares differently: ${p.because}`, {
    api: 'Pass programVersion to check one version only.',
    cli: 'Name yours with --claude-version.',
  }),
};
