import { drive } from '../../calls.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { readSettings } from '../../links/cleanup-period.ts';
import { daysOf } from '../../links/compare-retention.ts';
import { settingsFilesOf } from './settings-files.ts';

/**
 * After how many days the program would delete what belongs to a session, started in this directory.
 *
 * Its settings are those of the home, of the working directory, and the local ones of that, of which the
 * later win; and a bad period in any of them keeps it from deleting at all. Seen on 2.1.197 and 2.1.329.
 */
export async function ownPeriodDays(
  fs: SessionReadFs,
  accountHome: string,
  cwd: string,
): Promise<number> {
  const files = settingsFilesOf(accountHome, cwd);
  const [home, ...others] = await Promise.all(
    files.map(async (path) => await drive(readSettings(path), fs)),
  );
  const all = home === undefined ? others : [home, ...others];
  if (all.some(({ trouble }) => trouble?.reason === 'bad-period')) return Infinity;
  const last = all.findLast(({ source }) => source === 'settings') ?? home;
  return daysOf(last?.periodDays ?? 'never');
}
