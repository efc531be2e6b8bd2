import { memberOf } from '../../core/json.ts';
import { join } from '../../core/paths.ts';
import type { ProgramSettings } from './settings.ts';

const SKIP_HISTORY = 'CLAUDE_CODE_SKIP_PROMPT_HISTORY' as const;

/** A settings file that keeps the program from finding, or from saving, sessions of its home. */
export interface Redirection {
  readonly path: string;
  /** The variable that it sets. */
  readonly variable: 'CLAUDE_CODE_SKIP_PROMPT_HISTORY' | 'CLAUDE_CONFIG_DIR';
}

/**
 * Looks for what the `env` of settings does to sessions: no transcript is written, or another home is
 * used. Seen on 2.1.197 and 2.1.329.
 */
export function redirectionsIn(
  settings: ProgramSettings,
  accountHome: string,
): readonly Redirection[] {
  // Of the home only: where the program has got as far as the project, the home is settled.
  const [{ path, value }] = settings;
  const home = memberOf(memberOf(value, 'env'), 'CLAUDE_CONFIG_DIR');
  const isElsewhere = typeof home === 'string' && join(home, '') !== join(accountHome, '');
  return [
    ...settings
      .filter((one) => isSwitchedOn(memberOf(memberOf(one.value, 'env'), SKIP_HISTORY)))
      .map((one) => ({ path: one.path, variable: SKIP_HISTORY })),
    ...(isElsewhere ? [{ path, variable: 'CLAUDE_CONFIG_DIR' as const }] : []),
  ];
}

function isSwitchedOn(value: unknown): boolean {
  return typeof value === 'string' && !/^(?:|0|false|no|off)$/i.test(value.trim());
}
