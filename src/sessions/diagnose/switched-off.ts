import type { SessionReadFs } from '../../fs/session-fs.ts';
import { childOf } from '../../paths.ts';
import { memberOf, readJson } from '../json-file.ts';
import { settingsFilesOf } from './settings-files.ts';

const MOST_BYTES = 1024 * 1024;

/** A settings file that keeps the program from finding, or from saving, sessions of its home. */
export interface Redirection {
  readonly path: string;
  /** The variable that it sets. */
  readonly variable: 'CLAUDE_CODE_SKIP_PROMPT_HISTORY' | 'CLAUDE_CONFIG_DIR';
}

/**
 * Looks for what the `env` of settings files does to sessions: no transcript is written, or another home
 * is used. Seen on 2.1.197 and 2.1.329.
 */
export async function findRedirections(
  fs: SessionReadFs,
  accountHome: string,
  cwd: string,
): Promise<readonly Redirection[]> {
  const files = settingsFilesOf(accountHome, cwd);
  const found: Redirection[] = [];
  for (const [index, path] of files.entries()) {
    const settings = await readJson(fs, path, MOST_BYTES);
    const env = settings.ok ? memberOf(settings.value, 'env') : undefined;
    if (isSwitchedOn(memberOf(env, 'CLAUDE_CODE_SKIP_PROMPT_HISTORY'))) {
      found.push({ path, variable: 'CLAUDE_CODE_SKIP_PROMPT_HISTORY' });
    }
    const home = memberOf(env, 'CLAUDE_CONFIG_DIR');
    // Where the program has got as far as the project, the home is settled.
    if (index === 0 && typeof home === 'string' && childOf(home, '') !== childOf(accountHome, '')) {
      found.push({ path, variable: 'CLAUDE_CONFIG_DIR' });
    }
  }
  return found;
}

function isSwitchedOn(value: unknown): boolean {
  return typeof value === 'string' && !/^(?:|0|false|no|off)$/i.test(value.trim());
}
