import { homedir } from 'node:os';
import { join } from 'node:path';
import { withoutTrailingSeparators } from '../core/paths.ts';

/** A home, and the one that the program uses where `CLAUDE_CONFIG_DIR` is unset, if that is known. */
export interface Homes {
  readonly accountHome: string;
  readonly defaultAccountHome?: string | undefined;
}

/** The home of this user where `CLAUDE_CONFIG_DIR` is unset; of a file system that was given nobody knows it. */
export function ownDefaultHome(fs: unknown): string | undefined {
  return fs === undefined ? join(homedir(), '.claude') : undefined;
}

/** Whether it is the home that is used where `CLAUDE_CONFIG_DIR` is unset; compared as text. */
export function isDefaultHome({ accountHome, defaultAccountHome }: Homes): boolean {
  return (
    defaultAccountHome !== undefined &&
    withoutTrailingSeparators(accountHome) === withoutTrailingSeparators(defaultAccountHome)
  );
}
