import type { ProcessProbe } from '../fs/processes.ts';
import { makeDurableDirectory } from './disk/directories.ts';
import { lockIn, ownDirectoryOf, stateOf } from './record/layout.ts';
import { acquireLocks, type HeldLocks } from '../lock/lock.ts';
import { type MigrationProblem, migrationProblem } from './migration-problem.ts';
import type { OwnerToken } from '../lock/owner-token.ts';
import type { Tools } from './tools.ts';

/** What a run holds, or why it does not. */
export type Locked =
  | { readonly ok: true; readonly locks: HeldLocks }
  | {
      readonly ok: false;
      readonly outcome: 'locked' | 'failed';
      readonly problem: MigrationProblem;
    };

/** What a run changes, by real paths. */
export interface Places {
  readonly realHomes: readonly string[];
  readonly realTargets: readonly string[];
}

/** Takes the locks of all homes and targets that a run changes. */
export async function lockAll(
  { fs }: Tools,
  { realHomes, realTargets }: Places,
  owner: OwnerToken,
  processes: ProcessProbe,
): Promise<Locked> {
  const directories = [...realHomes.map(ownDirectoryOf), ...realTargets.map(stateOf)];
  for (const directory of directories) await makeDurableDirectory(fs, directory);
  const acquired = await acquireLocks(fs, directories.map(lockIn), owner, processes);
  if (acquired.ok) return acquired;
  if (acquired.why === 'held') {
    const problem = migrationProblem('locked-by-other', acquired.holder);
    return { ok: false, outcome: 'locked', problem };
  }
  const problem = migrationProblem('call-failed', acquired.failed);
  return { ok: false, outcome: 'failed', problem };
}
