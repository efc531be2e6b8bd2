import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import type { ProcessProbe } from '../../fs/processes.ts';
import { findLiveSessions, type LiveSessionsReport } from '../../sessions/live-sessions.ts';
import type { SurveyedHome } from './survey-entries.ts';

/** The sessions that run in the homes, or may. */
export async function findRunning(
  fs: MigrateReadFs,
  homes: readonly Pick<SurveyedHome, 'accountHome'>[],
  processes: ProcessProbe,
): Promise<LiveSessionsReport> {
  return await findLiveSessions(
    homes.map(({ accountHome }) => accountHome),
    { fs, processes },
  );
}
