import { platform } from 'node:process';
import { check, optional, options as optionsOf, path, string } from '../core/options.ts';

/** Options of `projectKey`. */
export interface ProjectKeyOptions {
  /**
   * The value of `CLAUDE_CODE_PROJECT_DIR_NAME` in the environment of the program, which replaces the key in newer
   * programs (2.1.329, not 2.1.197) if `CLAUDE_CONFIG_DIR` is set, too. A value that the program ignores is ignored.
   */
  readonly projectDirName?: string | undefined;
}

/** Longer keys are cut, and end in a hash of the whole path. */
export const MAX_KEY_LENGTH = 200;

// Seen on 2.1.329: anything else is silently ignored, also what Windows reserves, such as `con`.
const DIRECTORY_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const RESERVED_NAME = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * Returns the name of the directory under `projects/` in which Claude Code keeps the sessions of a working directory.
 *
 * Different directories can share a key: `a-b`, `a/b` and `a_b` do. Seen on 2.1.329 and 2.1.197.
 *
 * @param cwd - The real path of the working directory, as the program sees it: absolute, and links resolved. On macOS it
 * is composed here as by the program (NFC). It need not exist.
 * @param options - `projectDirName`: what the environment puts in place of the key.
 * @returns The key: every UTF-16 unit other than an ASCII letter or digit becomes `-`; a key of more than 200 units is
 * cut there and ends in a hash of the whole path.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example Where the sessions of a project are
 * ```ts
 * import assert from 'node:assert/strict';
 * import { projectKey } from 'claude-shared-state/sessions';
 *
 * assert.equal(projectKey('/home/me/my.project'), '-home-me-my-project');
 * ```
 */
export function projectKey(cwd: string, options: ProjectKeyOptions = {}): string {
  const {
    options: { projectDirName },
  } = check('projectKey', schema, { cwd, options });
  return projectDirName !== undefined && isDirectoryName(projectDirName)
    ? projectDirName
    : keyOf(cwd);
}

const schema = /* @__PURE__ */ (() => ({
  cwd: path,
  options: optionsOf({ projectDirName: optional(string) }),
}))();

/**
 * The key of a working directory, whatever the environment says. On macOS the program composes the path (NFC; read in the
 * packages of 2.1.197 and 2.1.332), elsewhere it does not.
 */
export function keyOf(directory: string, system: string = platform): string {
  const cwd = system === 'darwin' ? directory.normalize('NFC') : directory;
  const key = cwd.replace(/[^A-Za-z0-9]/g, '-');
  return key.length <= MAX_KEY_LENGTH ? key : `${key.slice(0, MAX_KEY_LENGTH)}-${hash(cwd)}`;
}

/** Whether the program accepts it as the name of a project directory. */
export function isDirectoryName(name: string): boolean {
  return DIRECTORY_NAME.test(name) && !RESERVED_NAME.test(name);
}

function hash(text: string): string {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) {
    sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0;
  }
  return Math.abs(sum).toString(36);
}
