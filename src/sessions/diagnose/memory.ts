import { toResult } from '../../core/result.ts';
import { isArray } from '../../core/json.ts';
import { listDirectory } from '../../fs/io.ts';
import { textOf } from '../../fs/port.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { memberOf } from '../../core/json.ts';
import { join, dirname } from '../../core/paths.ts';
import type { Settings } from './settings.ts';

/** Auto-memory that cannot be edited in print mode, and the rules that would allow it. */
export interface LockedMemory {
  readonly path: string;
  readonly rules: readonly string[];
}

/**
 * Finds out whether the program would refuse to edit the auto-memory beside a transcript.
 *
 * Where the directory has two spellings, both have to be allowed; a rule for editing includes reading.
 * Seen on 2.1.197 and 2.1.329, with rules in the settings of the home.
 *
 * @param settings - Those of the home.
 */
export async function findLockedMemory(
  fs: SessionReadFs,
  settings: Settings,
  transcript: string,
): Promise<LockedMemory | undefined> {
  const path = join(dirname(transcript), 'memory');
  const real = await toResult(fs.realpath(path));
  if (!real.ok || textOf(real.value) === path) return undefined;
  // The program makes the directory in any case, and most often leaves it empty.
  const entries = await listDirectory(fs, path);
  if (!entries.ok || entries.value.length === 0) return undefined;
  const allowed = memberOf(memberOf(settings.value, 'permissions'), 'allow');
  const rules = isArray(allowed) ? allowed.filter((rule) => typeof rule === 'string') : [];
  const spellings = [path, textOf(real.value)];
  if (rules.includes('Edit') || spellings.every((it) => rules.some((rule) => covers(rule, it)))) {
    return undefined;
  }
  return { path, rules: spellings.map((spelling) => `Edit(/${spelling}/**)`) };
}

/** A rule for everything below an absolute path, which is written with one more slash. */
function covers(rule: string, path: string): boolean {
  const below = /^Edit\(\/(\/.*)\/\*\*\)$/.exec(rule)?.[1];
  return below !== undefined && (path === below || path.startsWith(join(below, '')));
}
