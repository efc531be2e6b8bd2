import { drive, READ, SEARCH, WRITE } from '../../fs/calls.ts';
import { toResult } from '../../core/result.ts';
import { lstatOrUndefined } from '../../fs/io.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import { daysOf, judgePeriods } from '../../links/compare-retention.ts';
import { findExpiring } from '../../retention/expiring.ts';
import { projectsTarget } from '../../links/required.ts';
import { dirname, isAtOrBelow } from '../../core/paths.ts';
import { homeStateOf, stateDirectoryOf } from '../layout.ts';
import { migrationProblem, type MigrationProblem, type MigrationProblemOf } from '../problems.ts';
import type { MigrateRequest } from '../request.ts';
import type { SurveyedEntry, SurveyedHome } from './homes.ts';
import { isInLowerLayer, type Mount, mountOf } from '../../fs/mounts.ts';

/** The shortest retention of all homes. */
export interface Retention {
  /** The settings with it. */
  readonly path: string;
  readonly periodDays: number;
  /** Transcripts in the target that are older. */
  readonly expired: number;
  /** What was last written before this is overdue, in nanoseconds; `undefined` if nothing ever is. */
  readonly overdueBefore: bigint | undefined;
}

export async function surveyRetention(
  fs: MigrateReadFs,
  { accountHomes, required, context: { now } }: MigrateRequest,
): Promise<Retention> {
  let [path, periodDays] = ['', Infinity];
  for (const { period } of await drive(judgePeriods(accountHomes), fs)) {
    const days = daysOf(period.periodDays);
    if (days < periodDays) [path, periodDays] = [period.settings, days];
  }
  if (periodDays === Infinity) return { path, periodDays, expired: 0, overdueBefore: undefined };
  const target = projectsTarget(required);
  const found = target === undefined ? undefined : await findExpiring(fs, target, periodDays, now);
  const overdueBefore = BigInt(Math.floor(now - periodDays * DAY_MS)) * 1_000_000n;
  return { path, periodDays, expired: found?.expiredCount ?? 0, overdueBefore };
}

/** What it takes to change a directory durably: to sync it, it is opened. */
const CHANGE = READ | WRITE | SEARCH;

/** What the places of a directory and of its target don't allow. */
export async function placeProblems(
  fs: MigrateReadFs,
  mounts: readonly Mount[],
  { realHome }: SurveyedHome,
  { directory, path, realPath, target, realTarget }: SurveyedEntry,
): Promise<readonly MigrationProblem[]> {
  if (directory === undefined) return [];
  const problems: MigrationProblem[] = [];
  const refuse = (place: string, reason: MigrationProblemOf<'place-unsuitable'>['reason']) => {
    problems.push(migrationProblem('place-unsuitable', { path: place, reason }));
  };
  const sourceMount = mountOf(mounts, realPath);
  if (sourceMount?.point === realPath) refuse(path, 'source-is-mount-point');
  else if (sourceMount !== undefined && (await isInLowerLayer(fs, sourceMount, realPath))) {
    refuse(path, 'source-in-lower-layer');
  }
  // It would move with the directory and, after a reboot, be mounted over the copies of its own files.
  for (const { point } of mounts) {
    if (point !== realPath && isAtOrBelow(point, realPath)) refuse(point, 'source-is-mount-point');
  }
  if (mountOf(mounts, realTarget)?.point === realTarget) refuse(target, 'target-is-mount-point');
  const targetDevice = (await lstatOrUndefined(fs, realTarget))?.device;
  for (const [state, device] of [
    [homeStateOf(realHome), directory.device],
    [stateDirectoryOf(realTarget), targetDevice],
  ] as const) {
    const own = (await lstatOrUndefined(fs, state))?.device;
    if (own !== undefined && device !== undefined && own !== device) {
      refuse(state, 'state-on-other-device');
    }
  }
  const needs = [
    [realHome, CHANGE],
    // Its entry `..` changes.
    [realPath, WRITE],
  ] as const;
  for (const [place, mode] of needs) problems.push(...(await permissionProblems(fs, place, mode)));
  return problems;
}

/** What the user may not do with a directory, so that nothing can be moved there. */
export async function permissionProblems(
  fs: MigrateReadFs,
  path: string,
  mode = CHANGE,
): Promise<readonly MigrationProblem[]> {
  const allowed = await toResult(fs.access(path, mode));
  if (allowed.ok) return [];
  const uid = (await lstatOrUndefined(fs, path))?.uid;
  return [migrationProblem('not-permitted', { path, reason: 'move', errno: allowed.errno, uid })];
}

/** The home may belong to another user, who could not use what is created in it. */
export async function wrongUser(
  fs: MigrateReadFs,
  accountHome: string,
  uid: number | undefined,
): Promise<readonly MigrationProblem[]> {
  const stats = await toResult(fs.stat(accountHome, { bigint: true }));
  const owner = stats.ok ? Number(stats.value.uid) : uid;
  return uid === undefined || owner === undefined || owner === uid
    ? []
    : [migrationProblem('wrong-user', { path: accountHome, uid: owner })];
}

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Whoever may write to a directory above could put something else in its place. */
export async function ancestorProblems(
  fs: MigrateReadFs,
  homes: readonly SurveyedHome[],
): Promise<readonly MigrationProblem[]> {
  const problems: MigrationProblem[] = [];
  const seen = new Set<string>();
  const places = homes.flatMap(({ realHome, entries }) => [
    realHome,
    ...entries.map(({ realTarget }) => realTarget),
  ]);
  for (const place of places) {
    for (let path = dirname(place); !seen.has(path); path = dirname(path)) {
      seen.add(path);
      const mode = (await lstatOrUndefined(fs, path))?.mode ?? 0;
      if ((mode & GROUP_OR_OTHERS_WRITE) === 0 || (mode & STICKY) !== 0) continue;
      problems.push(migrationProblem('ancestor-writable', { path }));
    }
  }
  return problems;
}
