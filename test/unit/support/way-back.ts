import {
  type ArchiveOptions,
  deleteRestorePoint,
  type DeleteRestorePointOptions,
  listRestorePoints,
  planDelete,
  type PlanDeleteOptions,
  planRestore,
  type PlanRestoreOptions,
  restore,
  type RestoreOptions,
} from 'claude-shared-state/migrate';
import { usual } from './migrating.ts';
import { at, type World } from './world.ts';

/** What calls are told that need not know the targets. */
function usualWithoutTargets(world: World): ArchiveOptions {
  const { required: _, ...others } = usual(world);
  return others;
}

export async function restoring(world: World, home: string, options: RestoreOptions = {}) {
  return await restore(at(world, home), { ...usualWithoutTargets(world), ...options });
}

export async function planningRestore(
  world: World,
  home: string,
  options: PlanRestoreOptions = {},
) {
  const { fs, processInspector, now } = usual(world);
  return await planRestore(at(world, home), { fs, processInspector, now, ...options });
}

export async function deleting(
  world: World,
  restorePoint: string,
  options: DeleteRestorePointOptions = {},
) {
  return await deleteRestorePoint(restorePoint, { ...usualWithoutTargets(world), ...options });
}

export async function planningDelete(
  world: World,
  restorePoint: string,
  options: PlanDeleteOptions = {},
) {
  return await planDelete(restorePoint, { fs: world.fs, ...options });
}

/** The restore points of homes, the oldest first. */
export async function restorePointsIn(world: World, ...homes: readonly string[]) {
  const { restorePoints } = await listRestorePoints(
    homes.map((home) => at(world, home)),
    { fs: world.fs },
  );
  return restorePoints;
}

/** The path of the only restore point of a home. */
export async function restorePointOf(world: World, home: string): Promise<string> {
  const [found, ...others] = await restorePointsIn(world, home);
  if (found === undefined || others.length > 0) throw new Error(`not one: ${others.length}`);
  return found.path;
}
