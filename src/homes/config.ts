import { parsedJson } from '../core/json.ts';
import { dirname, join, withoutTrailingSeparators } from '../core/paths.ts';
import { readSmallFile } from '../fs/read-file.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';

// A real one has some hundred kilobytes, but the program reads one of 17 MiB, too, and does not start if it is torn.
const MAX_CONFIG_BYTES = 256 * 1024 * 1024;

/** What the program keeps about a login and about directories, among other things. */
export interface ProgramConfig {
  readonly path: string;
  readonly state: 'valid' | 'empty' | 'invalid';
  readonly value?: unknown;
}

/**
 * Reads `.claude.json`: beside the default home, inside any other. A `.config.json` inside the home that is not empty takes
 * its place (seen in 2.1.329 and 2.1.332).
 */
export async function readConfig(
  fs: SessionReadFs,
  accountHome: string,
  isDefault: boolean,
): Promise<ProgramConfig> {
  const home = withoutTrailingSeparators(accountHome);
  const older = join(home, '.config.json');
  const olderText = await readSmallFile(fs, older, MAX_CONFIG_BYTES);
  if (olderText.ok && olderText.value !== '') return parsedConfig(older, olderText.value);
  const path = join(isDefault ? dirname(home) : home, '.claude.json');
  const text = await readSmallFile(fs, path, MAX_CONFIG_BYTES);
  return text.ok ? parsedConfig(path, text.value) : { path, state: 'valid' };
}

function parsedConfig(path: string, text: string): ProgramConfig {
  if (text.trim() === '') return { path, state: 'empty' };
  const value = parsedJson(text);
  return value === undefined ? { path, state: 'invalid' } : { path, state: 'valid', value };
}
