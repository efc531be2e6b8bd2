import { isObject, parsedJson } from '../core/json.ts';
import { join } from '../core/paths.ts';
import { drive } from '../fs/calls.ts';
import { listDirectory } from '../fs/io.ts';
import type { RetentionReadFs } from '../fs/session-fs.ts';
import {
  type CleanupPeriod,
  periodIn,
  readCleanupPeriod,
  readText,
} from '../links/cleanup-period.ts';
import { daysOf } from '../links/compare-retention.ts';
import { finding } from '../links/problems.ts';

/** What one settings file says; nothing if it is absent, or no JSON. */
export interface Settings {
  readonly path: string;
  readonly value: unknown;
}

/** Where an administrator puts managed settings, by the documentation of Claude Code. */
export function defaultManagedDirectory(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return '/Library/Application Support/ClaudeCode';
    case 'win32':
      return String.raw`C:\Program Files\ClaudeCode`;
    default:
      return '/etc/claude-code';
  }
}

export async function readSettings(fs: RetentionReadFs, path: string): Promise<Settings> {
  const text = await drive(readText(path), fs);
  return { path, value: typeof text === 'string' ? parsedJson(text) : undefined };
}

/**
 * Reads the managed settings that outrank those of a home, of its projects and of the command line; the last ones override
 * the others.
 *
 * What the server of an organization sent is cached in the home, and stands alone, whatever it says. Otherwise
 * `managed-settings.json` counts, and the files of `managed-settings.d` override it by their names. Seen in 2.1.332 and
 * 2.1.197. Profiles of macOS and the registry of Windows are not read.
 */
export async function readManagedSettings(
  fs: RetentionReadFs,
  directory: string,
  accountHome: string,
): Promise<readonly Settings[]> {
  const server = await readSettings(fs, join(accountHome, 'remote-settings.json'));
  if (isObject(server.value) && Object.keys(server.value).length > 0) return [server];
  const dropIns = join(directory, 'managed-settings.d');
  const listed = await listDirectory(fs, dropIns);
  const names = (listed.ok ? listed.value : [])
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .toSorted();
  const paths = [
    join(directory, 'managed-settings.json'),
    ...names.map((name) => join(dropIns, name)),
  ];
  return await Promise.all(paths.map((path) => readSettings(fs, path)));
}

/** The period that managed settings put in the place of that of a home. */
export function managedPeriodOf(own: CleanupPeriod, managed: readonly Settings[]): CleanupPeriod {
  const last = managed.findLast(({ value }) => isObject(value) && 'cleanupPeriodDays' in value);
  if (last === undefined) return own;
  const { accountHome } = own;
  const { periodDays, fault } = periodIn(last.value);
  const period = { accountHome, settings: last.path, periodDays, source: 'managed' } as const;
  if (fault === undefined) return period;
  const { problem } = finding('settings-unusable', { path: last.path, accountHome, ...fault });
  return { ...period, problem };
}

/** After how many days a home deletes transcripts, managed settings included; `Infinity` if it never does. */
export async function periodDaysOf(
  fs: RetentionReadFs,
  accountHome: string,
  managedDirectory: string,
): Promise<number> {
  const own = await drive(readCleanupPeriod(accountHome), fs);
  const managed = await readManagedSettings(fs, managedDirectory, accountHome);
  return daysOf(managedPeriodOf(own, managed).periodDays);
}
