import { requiredSharedUnder, type SharedSymlink } from '../index.ts';
import { listRestorePoints, type RestorePoint, type RestorePointList } from '../migrate/index.ts';
import { dirname } from '../paths.ts';
import type { Io } from './io.ts';
import { commandLine, type Setting } from './setting.ts';
import type { Step } from './next-steps.ts';

/** The restore point of a run that has begun, and that the same command completes. */
export interface UnfinishedRun extends RestorePoint {
  readonly state: 'incomplete' | 'restoring' | 'deleting';
}

export function isUnfinished(point: RestorePoint): point is UnfinishedRun {
  return point.state !== 'complete' && point.state !== 'restored';
}

/** The restore points of these homes, each once. */
export async function restorePointsOf(
  homes: readonly string[],
  countFiles = false,
): Promise<RestorePointList> {
  // The call refuses an empty list, which here only says that no home was found.
  if (homes.length === 0) return { restorePoints: [], problems: [] };
  const distinct = [...new Set(homes)];
  const { restorePoints, problems } = await listRestorePoints(distinct, { countFiles });
  const byPath = new Map(restorePoints.map((point) => [point.path, point]));
  return { restorePoints: [...byPath.values()], problems };
}

/** The commands that complete runs, each with the shared directories of that run. */
export function stepsToComplete(
  env: Io['env'],
  setting: Setting,
  runs: readonly UnfinishedRun[],
): readonly Step[] {
  return [...runs.flatMap((run) => stepFor(env, setting, run)), ...migrations(env, setting, runs)];
}

/** The command that completes a restore or a deletion. */
function stepFor(env: Io['env'], setting: Setting, run: UnfinishedRun): readonly Step[] {
  const { accountHome, path, state } = run;
  // Unless others are named, these commands use the recorded directories.
  const shared = setting.requiredFrom === 'home' ? setting : recordedSetting(setting, run);
  switch (state) {
    case 'restoring':
      return [
        {
          command: commandLine(env, shared, ['restore'], [accountHome]),
          purpose: 'complete the restore that was interrupted',
        },
      ];
    case 'deleting':
      return [
        {
          command: commandLine(env, shared, ['prune', path], [accountHome]),
          purpose: 'complete the deletion that was interrupted',
        },
      ];
    case 'incomplete':
      return [];
    default:
      return state satisfies never;
  }
}

/** One command for all homes whose runs have the same shared directories. */
function migrations(
  env: Io['env'],
  setting: Setting,
  runs: readonly UnfinishedRun[],
): readonly Step[] {
  const groups = new Map<string, { readonly shared: Setting; readonly homes: Set<string> }>();
  for (const run of runs.filter(({ state }) => state === 'incomplete')) {
    const shared = recordedSetting(setting, run);
    const key = JSON.stringify(shared.required);
    const group = groups.get(key) ?? { shared, homes: new Set() };
    group.homes.add(run.accountHome);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ shared, homes }) => ({
    command: commandLine(env, shared, ['migrate'], [...homes]),
    purpose: 'complete the migration that was interrupted',
  }));
}

/** Whether a restore point was merged into other shared directories than those of the setting. */
export function isElsewhere({ required }: Setting, { targets }: RestorePoint): boolean {
  return !targets.every((one) => has(required, one));
}

/** The setting, with the shared directories that a restore point records. */
export function recordedSetting(setting: Setting, point: RestorePoint): Setting {
  if (!isElsewhere(setting, point)) return setting;
  const { targets } = point;
  const root = rootOf(targets);
  if (root !== undefined) return withRoot(setting, root);
  const { root: _, ...rest } = setting;
  return { ...rest, required: targets, requiredFrom: 'shared' };
}

/** The setting, with another shared root. */
export function withRoot(setting: Setting, root: string): Setting {
  return { ...setting, required: requiredSharedUnder(root), requiredFrom: 'root', root };
}

/** The root that has all of these shared directories, if `--root` can name them. */
export function rootOf(targets: readonly SharedSymlink[]): string | undefined {
  const [first] = targets;
  if (first === undefined) return undefined;
  const root = dirname(first.target);
  return targets.every((one) => has(requiredSharedUnder(root), one)) ? root : undefined;
}

function has(required: readonly SharedSymlink[], { name, target }: SharedSymlink): boolean {
  return required.some((one) => one.name === name && one.target === target);
}
