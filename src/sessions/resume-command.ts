import { isAbsolute } from 'node:path';
import {
  check,
  flag,
  kind,
  type Kind,
  list,
  optional,
  options as optionsOf,
  path,
  string,
} from '../core/options.ts';
import { sessionIdKind } from './option-kinds.ts';
import { isDefaultHome, LOGIN_VARIABLES } from './program.ts';
import type { ResumeUUID } from './resume-uuid.ts';
import { isTypeable, quoted, windowsLines, word } from './shell-quote.ts';

/** Options of `resumeCommand`. */
export interface ResumeCommandOptions {
  /**
   * The account home to resume under: an absolute path. It is passed on as it is spelled, because on macOS the login in
   * the keychain is that of the text: another spelling of the same home is not logged in (read in the packages of 2.1.197
   * and 2.1.332: the name of the item ends in a hash of `CLAUDE_CONFIG_DIR`, composed).
   */
  readonly accountHome: string;
  /**
   * The account home that the program uses when `CLAUDE_CONFIG_DIR` is unset: `~/.claude` of its user, as an absolute
   * path. For it the variable is unset, because setting it to the default makes the program look for `.claude.json`
   * elsewhere. Compared as text, without trailing separators. Nothing is read from the environment, so without this
   * option the variable is always set.
   */
  readonly defaultAccountHome?: string | undefined;
  /** The working directory of the program: an absolute path. */
  readonly cwd: string;
  /** A name on the PATH, or an absolute path without `=`; `claude` by default. A shell's alias of that name is not used. */
  readonly program?: string | undefined;
  /**
   * More arguments, such as `['--model', 'opus']`. Those that name a session themselves are refused (`--resume`,
   * `--continue`, `--session-id`, `--from-pr`, `-r`, `-c`), and so is `--`, after which everything is the prompt. With
   * `--fork-session` the program continues under a new id.
   */
  readonly extraArgs?: readonly string[] | undefined;
  /** A prompt to start with, on one line; none by default. */
  readonly prompt?: string | undefined;
  /**
   * Variables that stay in the environment although they come before the login of the home, such as
   * `['ANTHROPIC_API_KEY']` where an account is a key; none by default.
   */
  readonly keepVariables?: readonly string[] | undefined;
  /** Whether the program skips all permission prompts; false by default. */
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
   * All of it on one line for a POSIX shell (sh, bash, zsh, dash), whatever characters the paths have; for fish, too,
   * unless it has a backslash. A shell that runs it stays in `cwd`.
   */
  readonly shell: string;
  /**
   * The same for PowerShell, whose session keeps the directory and the variables. `undefined` if Windows PowerShell would
   * pass an argument on wrongly: an empty one, one with a `"`, or one that ends in `\\`. Not run in one yet.
   */
  readonly powershell: string | undefined;
  /**
   * The same for the command prompt of Windows, whose session keeps the directory and the variables; run in that of Wine.
   * `undefined` also if there is a `"`, `%` or `!` in it, which cannot be quoted there.
   */
  readonly cmd: string | undefined;
}

/*
 * What harms a Claude Code that inherits it from another one, or is told itself. Seen on 2.1.329 and 2.1.197: with the
 * first, on a terminal, it writes no transcript and no session record; with the second it never writes a transcript; with
 * the third a session on a terminal is recorded as one of an SDK.
 */
const INHERITED = [
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_SKIP_PROMPT_HISTORY',
  'CLAUDE_CODE_ENTRYPOINT',
] as const;
const HOME_VARIABLE = 'CLAUDE_CONFIG_DIR';

/**
 * Returns the command that resumes a session under an account: arguments, environment, and a line that is safe to type
 * into a terminal.
 *
 * Runs and reads nothing: whether the session can be resumed is another question. Keys, tokens and providers are removed
 * from the environment, because they come before the login of the home; settings files that set them are not changed.
 * `CLAUDE_CODE_PROJECT_DIR_NAME` is left as it is in the environment.
 *
 * @param sessionId - The id of the session, as `parseResumeUUID` returns it.
 * @param options - `accountHome` and `cwd`: where. `defaultAccountHome`: the home for which the variable stays unset.
 * `program`, `extraArgs`, `prompt`, `dangerouslySkipPermissions`: what to run. `keepVariables`: what to leave set.
 * @returns The command, as data and as a line for a shell.
 * @throws {SharedStateError} `invalid-argument`, also for a string with a line break or another control character, and
 * for an argument that names a session; `unknown-option`.
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
 * assert.ok(shell.startsWith(String.raw`cd '/home/me/Zoë'\''s work' && env -u CLAUDE_CODE_CHILD_SESSION`));
 * assert.ok(
 *   shell.endsWith(
 *     ` CLAUDE_CONFIG_DIR='/home/me/.claude-spare' claude --resume 0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e`,
 *   ),
 * );
 * // Or: spawn(file, args, { cwd, stdio: 'inherit', env: programEnv })
 * const programEnv = { ...process.env, ...env };
 * for (const name of unset) delete programEnv[name];
 * assert.deepEqual([file, ...args, cwd], ['claude', '--resume', id, "/home/me/Zoë's work"]);
 * ```
 */
export function resumeCommand(sessionId: ResumeUUID, options: ResumeCommandOptions): ResumeCommand {
  const given = check('resumeCommand', schema, { sessionId, options }).options;
  const { accountHome, cwd, program, extraArgs, prompt, dangerouslySkipPermissions } = given;
  const { keepVariables } = given;
  const isDefault = isDefaultHome(given);
  const args = [
    '--resume',
    sessionId,
    ...(dangerouslySkipPermissions ? ['--dangerously-skip-permissions'] : []),
    ...extraArgs,
    ...(prompt === undefined ? [] : ['--', prompt]),
  ];
  const logins = LOGIN_VARIABLES.filter((name) => !keepVariables.includes(name));
  const unset = [...INHERITED, ...logins, ...(isDefault ? [HOME_VARIABLE] : [])];
  const shell = [
    `cd ${quoted(cwd)} && env`,
    ...unset.map((name) => `-u ${name}`),
    ...(isDefault ? [] : [`${HOME_VARIABLE}=${quoted(accountHome)}`]),
    ...[program, ...args].map(word),
  ].join(' ');
  const env = isDefault ? {} : { [HOME_VARIABLE]: accountHome };
  const parts = { words: [program, ...args], env, unset, cwd };
  return { file: program, args, env, unset, cwd, shell, ...windowsLines(parts) };
}

const ON_ONE_LINE = 'on one line, and without other control characters';

const typeablePath: Kind<string> = (value, argument, faults) => {
  const read = path(value, argument, faults);
  if (read === undefined || isTypeable(read)) return read;
  return faults.add(argument, value, `a path ${ON_ONE_LINE}`);
};

// With a = in it, `env` would take it for a variable; with a - in front, for an option.
const program = /* @__PURE__ */ kind(
  (value): value is string =>
    isTypeable(value) && !value.includes('=') && (isAbsolute(value) || /^[^-/~][^/]*$/.test(value)),
  `a name on the PATH or an absolute path, without =, ${ON_ONE_LINE}`,
);

const prompt = /* @__PURE__ */ kind(
  (value): value is string => isTypeable(value) && value !== '',
  `a non-empty string ${ON_ONE_LINE}`,
);

const LONG = /^--(?:resume|continue|session-id|from-pr)(?:=|$)/;
// `-p` may have them in its bundle, and they may have their value in the same word.
const SHORT = /^-p*[cr]/;

const extraArg: Kind<string> = (value, argument, faults) => {
  if (!isTypeable(value)) return faults.add(argument, value, `a string ${ON_ONE_LINE}`);
  if (LONG.test(value) || SHORT.test(value)) {
    return faults.add(argument, value, 'left out: the session id names the session');
  }
  return value === '--' ? faults.add(argument, value, 'left out: prompt is an option') : value;
};

const schema = /* @__PURE__ */ (() => ({
  sessionId: sessionIdKind,
  options: optionsOf({
    accountHome: typeablePath,
    cwd: typeablePath,
    defaultAccountHome: optional(typeablePath),
    program: optional(program, 'claude'),
    prompt: optional(prompt),
    extraArgs: optional(list(extraArg, 'strings'), []),
    keepVariables: optional(list(string, 'names of variables'), []),
    dangerouslySkipPermissions: optional(flag, false),
  }),
}))();
