import type { SharedSymlink } from 'claude-shared-state';
import {
  deleteRestorePoint,
  listRestorePoints,
  migrate,
  type MigrateOptions,
  planMigration,
  restore,
} from 'claude-shared-state/migrate';

// Runs calls on the real disk with every default, as whichever user this process is, and answers their reports.

export interface UserJob {
  readonly call: 'plan' | 'migrate' | 'restore' | 'list' | 'prune';
  readonly homes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly options: Pick<MigrateOptions, 'uid'>;
}

async function perform({ call, homes, required, options }: UserJob): Promise<unknown> {
  const [home = ''] = homes;
  switch (call) {
    case 'plan':
      return await planMigration(homes, { required, ...options });
    case 'migrate':
      return await migrate(homes, { required, ...options });
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

function isJob(value: unknown): value is UserJob {
  return typeof value === 'object' && value !== null && 'call' in value;
}

process.on('message', (message) => {
  if (isJob(message)) void perform(message).then((answer) => process.send?.(answer));
});
