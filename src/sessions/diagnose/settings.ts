import { readJson } from '../../fs/read-file.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { DEFAULT_DAYS, periodIn } from '../../links/cleanup-period.ts';
import { daysOf } from '../../links/compare-retention.ts';
import { join } from '../../core/paths.ts';

const MOST_BYTES = 1024 * 1024;

/** What one settings file says; nothing where it is absent, or is no JSON. */
export interface Settings {
  readonly path: string;
  readonly value: unknown;
}

/**
 * The settings that the program has under a home and in a directory: of the home, of the directory, and
 * the local ones of that. Seen on 2.1.197 and 2.1.329.
 */
export type ProgramSettings = readonly [home: Settings, project: Settings, local: Settings];

export async function readProgramSettings(
  fs: SessionReadFs,
  accountHome: string,
  cwd: string,
): Promise<ProgramSettings> {
  const read = async (directory: string, name: string): Promise<Settings> => {
    const path = join(directory, name);
    const file = await readJson(fs, path, MOST_BYTES);
    return { path, value: file.ok ? file.value : undefined };
  };
  const project = join(cwd, '.claude');
  return await Promise.all([
    read(accountHome, 'settings.json'),
    read(project, 'settings.json'),
    read(project, 'settings.local.json'),
  ]);
}

/**
 * After how many days the program would delete what belongs to a session, with these settings.
 *
 * Of the periods the last one is in force; and a bad one in any file keeps it from deleting at all. Seen
 * on 2.1.197 and 2.1.329.
 */
export function periodDaysIn(settings: ProgramSettings): number {
  const all = settings.map(({ value }) => periodIn(value));
  if (all.some(({ trouble }) => trouble?.reason === 'bad-period')) return Infinity;
  const last = all.findLast(({ source }) => source === 'settings');
  return daysOf(last?.periodDays ?? DEFAULT_DAYS);
}
