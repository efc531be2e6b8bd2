import { dirname } from 'node:path';
import { requiredSharedUnder, type SharedSymlink } from '../index.ts';
import { listRestorePoints, type RestorePoint, type RestorePointList } from '../migrate/index.ts';
import { groupBy } from './lists.ts';
import { type Scope, stepFor } from './scope.ts';
import type { NextStep } from './ui/steps.ts';

/** The restore point of a run that did not finish; the same command completes it. */
export interface InterruptedRun extends RestorePoint {
  readonly state: 'incomplete' | 'restoring' | 'deleting';
}

export function isInterrupted(point: RestorePoint): point is InterruptedRun {
  return point.state !== 'complete' && point.state !== 'restored';
}

/** The restore points of these homes, each once. */
export async function restorePointsIn(
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
  scope: Scope,
  runs: readonly InterruptedRun[],
): readonly NextStep[] {
  const others = runs.flatMap((run) => {
    const { state, path, accountHome } = run;
    if (state === 'incomplete') return [];
    // Unless shared directories were named, these commands use the recorded ones.
    const shared = scope.requiredFrom === 'home' ? scope : recordedScope(scope, run);
    const [words, what] =
      state === 'restoring' ? [['restore'], 'restore'] : [['prune', path], 'deletion'];
    return stepFor(shared, words, complete(what), [accountHome]);
  });
  // One command for all homes whose runs have the same shared directories.
  const migrations = groupBy(
    runs.filter(({ state }) => state === 'incomplete'),
    (run) => JSON.stringify(recordedScope(scope, run).required),
  ).map((group) => {
    const homes = new Set(group.map(({ accountHome }) => accountHome));
    return stepFor(recordedScope(scope, group[0]), ['migrate'], complete('migration'), [...homes]);
  });
  return [...others, ...migrations];
}

const complete = (what: string) => `complete the ${what} that was interrupted`;

/** Whether a restore point was merged into other shared directories than those of the scope. */
export function isElsewhere({ required }: Scope, { targets }: RestorePoint): boolean {
  return !targets.every((link) => has(required, link));
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
  return targets
    .map(({ target }) => dirname(target))
    .find((root) => targets.every((link) => has(requiredSharedUnder(root), link)));
}

function has(required: readonly SharedSymlink[], { name, target }: SharedSymlink): boolean {
  return required.some((link) => link.name === name && link.target === target);
}
