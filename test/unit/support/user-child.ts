import {
  deleteRestorePoint,
  listRestorePoints,
  migrate,
  planMigration,
  planRestore,
  restore,
} from 'claude-shared-state/migrate';
import { isUserJob, type UserJob } from './user-job.ts';

// Runs one call on the real disk with every default, as whichever user this process is, and prints its report.

async function perform({ call, homes, required, options = {} }: UserJob): Promise<unknown> {
  const [home = ''] = homes;
  switch (call) {
    case 'plan':
      return await planMigration(homes, { required, ...options });
    case 'migrate':
      return await migrate(homes, { required, ...options });
    case 'planRestore':
      return await planRestore(home, { required });
    case 'restore':
      return await restore(home, { required });
    case 'list':
      return await listRestorePoints(homes);
    case 'prune': {
      const { restorePoints } = await listRestorePoints(homes);
      const reports = [];
      for (const { path } of restorePoints) reports.push(await deleteRestorePoint(path));
      return reports;
    }
    default:
      return call satisfies never;
  }
}

const job: unknown = JSON.parse(process.argv[2] ?? '');
if (!isUserJob(job)) throw new Error('no job');
console.log(JSON.stringify(await perform(job)));
