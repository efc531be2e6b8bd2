import { dirname } from 'node:path';
import { requiredSharedUnder, type SharedSymlink } from '../index.ts';
import { listRestorePoints, type RestorePoint, type RestorePointList } from '../migrate/index.ts';
import type { Io } from './io.ts';
import { commandLine, type Scope } from './scope.ts';
import type { Step } from './ui/steps.ts';

/** The restore point of a run that did not finish; the same command completes it. */
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
  // The call refuses an empty list.
  if (homes.length === 0) return { restorePoints: [], problems: [] };
  const { restorePoints, problems } = await listRestorePoints(homes, { countFiles });
  const byPath = new Map(restorePoints.map((point) => [point.path, point]));
  return { restorePoints: [...byPath.values()], problems };
}

/** The commands that complete runs, each with the shared directories of that run. */
export function stepsToComplete(
  env: Io['env'],
  scope: Scope,
  runs: readonly UnfinishedRun[],
): readonly Step[] {
  const migrations = new Map<string, { readonly shared: Scope; readonly homes: Set<string> }>();
  const others: Step[] = [];
  for (const run of runs) {
    const { accountHome, path, state } = run;
    const recorded = recordedScope(scope, run);
    // Unless shared directories were named, these commands use the recorded ones.
    const shared = scope.requiredFrom === 'home' ? scope : recorded;
    switch (state) {
      case 'restoring':
        others.push({
          command: commandLine(env, shared, ['restore'], [accountHome]),
          purpose: 'complete the restore that was interrupted',
        });
        break;
      case 'deleting':
        others.push({
          command: commandLine(env, shared, ['prune', path], [accountHome]),
          purpose: 'complete the deletion that was interrupted',
        });
        break;
      case 'incomplete': {
        // One command for all homes whose runs have the same shared directories.
        const key = JSON.stringify(recorded.required);
        const group = migrations.get(key) ?? { shared: recorded, homes: new Set() };
        group.homes.add(accountHome);
        migrations.set(key, group);
        break;
      }
      default:
        state satisfies never;
    }
  }
  const purpose = 'complete the migration that was interrupted';
  return [
    ...others,
    ...[...migrations.values()].map(({ shared, homes }) => ({
      command: commandLine(env, shared, ['migrate'], [...homes]),
      purpose,
    })),
  ];
}

/** Whether a restore point was merged into other shared directories than those of the scope. */
export function isElsewhere({ required }: Scope, { targets }: RestorePoint): boolean {
  return !targets.every((one) => has(required, one));
}

/** The scope, with the shared directories that a restore point records. */
export function recordedScope(scope: Scope, point: RestorePoint): Scope {
  if (!isElsewhere(scope, point)) return scope;
  const root = rootOf(point.targets);
  if (root !== undefined) return withRoot(scope, root);
  const { root: _, ...rest } = scope;
  return { ...rest, required: point.targets, requiredFrom: 'shared' };
}

/** The scope, with another shared root. */
export function withRoot(scope: Scope, root: string): Scope {
  return { ...scope, required: requiredSharedUnder(root), requiredFrom: 'root', root };
}

/** The root of all these shared directories, if `--root` can name them. */
export function rootOf(targets: readonly SharedSymlink[]): string | undefined {
  const [first] = targets;
  if (first === undefined) return undefined;
  const root = dirname(first.target);
  return targets.every((one) => has(requiredSharedUnder(root), one)) ? root : undefined;
}

function has(required: readonly SharedSymlink[], { name, target }: SharedSymlink): boolean {
  return required.some((one) => one.name === name && one.target === target);
}
