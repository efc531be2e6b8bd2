import { isDefaultHome } from './default-home.ts';
import { checkResumeCommand } from './resume-command-check.ts';
import type { ResumeUUID } from './resume-uuid.ts';
import { quoted, word } from './shell-quote.ts';

/** Where and how a session is to be resumed. */
export interface ResumeCommandOptions {
  /** The account home that the program is to use: an absolute path. */
  readonly accountHome: string;
  /**
   * The account home that the program uses when `CLAUDE_CONFIG_DIR` is unset: `~/.claude` of its user,
   * as an absolute path. For it the variable is unset, because spelling the default out makes the
   * program look for `.claude.json` elsewhere. Compared as text, without trailing separators. Nothing
   * is read from the environment, so without this option the variable is always set.
   */
  readonly defaultAccountHome?: string | undefined;
  /** The working directory of the program: an absolute path. */
  readonly cwd: string;
  /**
   * The program: a name on the PATH, or an absolute path without `=`. By default `claude`. A shell's
   * alias of that name is not used.
   */
  readonly program?: string | undefined;
  /**
   * Further arguments, such as `['--model', 'opus']`, handed on as they are. Refused are those that name
   * a session themselves (`--resume`, `--continue`, `--session-id`, `--from-pr`, `-r`, `-c`), and `--`,
   * after which all is prompt. With `--fork-session` the program goes on under a new id.
   */
  readonly extraArgs?: readonly string[] | undefined;
  /** A prompt to start with, on one line. By default none. */
  readonly prompt?: string | undefined;
  /** Whether the program is told to ask for no permissions. By default `false`. */
  readonly dangerouslySkipPermissions?: boolean | undefined;
}

/** A command that resumes a session: for `spawn`, and as a line for a terminal. */
export interface ResumeCommand {
  /** The program to start. */
  readonly file: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What to set in the environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** What to remove from the environment of the program. */
  readonly unset: readonly string[];
  /** The directory to start it in. */
  readonly cwd: string;
  /**
   * All of it on one line for a POSIX shell (sh, bash, zsh, dash), whatever characters the paths have. A
   * shell that runs it stays in `cwd`. For fish, too, unless a backslash is in it.
   */
  readonly shell: string;
}

/*
 * What a Claude Code session sets for the programs that it starts, or is told itself, and what harms a
 * Claude Code that inherits it. Seen on 2.1.329 and 2.1.197: with the first, on a terminal, it writes no
 * transcript and no session record; with the second it never writes a transcript; with the third a
 * session on a terminal is recorded as one of an SDK. The others do no harm.
 */
const INHERITED = [
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_SKIP_PROMPT_HISTORY',
  'CLAUDE_CODE_ENTRYPOINT',
] as const;
const HOME_VARIABLE = 'CLAUDE_CONFIG_DIR';

/**
 * Gives the command that resumes a session under an account: arguments, environment, and a line that is
 * safe to type into a terminal.
 *
 * Nothing is run, read or looked up: whether the session can be resumed there is another question.
 * `CLAUDE_CODE_PROJECT_DIR_NAME` is left as it is in the environment.
 *
 * @param sessionId - The id of the session, such as `parseResumeUUID` gives.
 * @param options - `accountHome` and `cwd`: where. `defaultAccountHome`: for which home the variable
 * stays unset. `program`, `extraArgs`, `prompt`, `dangerouslySkipPermissions`: what to run.
 * @returns The command, as data and as a line for a shell.
 * @throws {SharedStateError} `invalid-session-id`, `path-relative` and the like; `invalid-option` for a
 * text with a line break or another control character, and for an argument that names a session.
 *
 * @example Start it, or type it
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseResumeUUID } from 'claude-shared-state';
 * import { resumeCommand } from 'claude-shared-state/sessions';
 *
 * const id = parseResumeUUID('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e\n');
 * assert.ok(id);
 * const { file, args, env, unset, cwd, shell } = resumeCommand(id, {
 *   accountHome: '/home/me/.claude-spare',
 *   cwd: "/home/me/Zoë's work",
 * });
 * assert.equal(
 *   shell,
 *   String.raw`cd '/home/me/Zoë'\''s work' && env -u CLAUDE_CODE_CHILD_SESSION` +
 *     ` -u CLAUDE_CODE_SKIP_PROMPT_HISTORY -u CLAUDE_CODE_ENTRYPOINT` +
 *     ` CLAUDE_CONFIG_DIR='/home/me/.claude-spare'` +
 *     ` claude --resume 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e`,
 * );
 * // Or: spawn(file, args, { cwd, stdio: 'inherit', env: programEnv })
 * const programEnv = { ...process.env, ...env };
 * for (const name of unset) delete programEnv[name];
 * assert.deepEqual([file, ...args, cwd], ['claude', '--resume', id, "/home/me/Zoë's work"]);
 * ```
 */
export function resumeCommand(sessionId: ResumeUUID, options: ResumeCommandOptions): ResumeCommand {
  checkResumeCommand(sessionId, options);
  const { accountHome, cwd, program = 'claude', extraArgs = [] } = options;
  const { prompt, dangerouslySkipPermissions = false } = options;
  const isDefault = isDefaultHome(options);
  const args = [
    '--resume',
    sessionId,
    ...(dangerouslySkipPermissions ? ['--dangerously-skip-permissions'] : []),
    ...extraArgs,
    ...(prompt === undefined ? [] : ['--', prompt]),
  ];
  const unset = [...INHERITED, ...(isDefault ? [HOME_VARIABLE] : [])];
  const shell = [
    `cd ${quoted(cwd)} && env`,
    ...unset.map((name) => `-u ${name}`),
    ...(isDefault ? [] : [`${HOME_VARIABLE}=${quoted(accountHome)}`]),
    ...[program, ...args].map(word),
  ].join(' ');
  const env = isDefault ? {} : { [HOME_VARIABLE]: accountHome };
  return { file: program, args, env, unset, cwd, shell };
}
