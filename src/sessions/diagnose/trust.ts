import { readSmallFile } from '../../fs/read-file.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { join, dirname, withoutTrailingSeparators } from '../../core/paths.ts';
import { memberOf, parsedJson } from '../../core/json.ts';
import { type Homes, isDefaultHome } from '../default-home.ts';

const MOST_BYTES = 16 * 1024 * 1024;

/** What the program was told about directories, among other things. */
export interface ProgramConfig {
  readonly path: string;
  /** `torn`: no JSON, with which no version starts; `empty`: nothing, with which older ones do not. */
  readonly state: 'fine' | 'empty' | 'torn';
  readonly value?: unknown;
}

/** Reads `.claude.json`: beside the default home, inside others. */
export async function readConfig(fs: SessionReadFs, homes: Homes): Promise<ProgramConfig> {
  const home = withoutTrailingSeparators(homes.accountHome);
  const path = join(isDefaultHome(homes) ? dirname(home) : home, '.claude.json');
  const text = await readSmallFile(fs, path, MOST_BYTES);
  if (!text.ok) return { path, state: 'fine' };
  if (text.value.trim() === '') return { path, state: 'empty' };
  const value = parsedJson(text.value);
  return value === undefined ? { path, state: 'torn' } : { path, state: 'fine', value };
}

/**
 * Whether the program would start in a directory without asking whether it can be trusted.
 *
 * One entry for the directory, for one above it, or for the main worktree is enough. Seen on 2.1.197 and
 * 2.1.329.
 *
 * @param directories - Real paths: the working directory, and the main worktree of its repository.
 */
export function isTrusted({ value }: ProgramConfig, directories: readonly string[]): boolean {
  const projects = memberOf(value, 'projects');
  return directories.some((directory) => {
    for (let path = directory; ; path = dirname(path)) {
      if (isTruthy(memberOf(memberOf(projects, path), 'hasTrustDialogAccepted'))) return true;
      if (path === dirname(path)) return false;
    }
  });
}

function isTruthy(value: unknown): boolean {
  return Boolean(value);
}
