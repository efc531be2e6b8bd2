import { drive } from '../../calls.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import { daysOf, judgePeriods } from '../../links/compare-retention.ts';
import { findExpiring } from '../../links/expiring.ts';
import { projectsTarget } from '../../links/required.ts';
import { parentOf } from '../../paths.ts';
import { findRunning } from './find-running.ts';
import { identityText } from '../disk/facts.ts';
import { factsAt } from '../disk/look.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { isInLowerLayer } from './mounts.ts';
import type { Survey, SurveyedName } from './plan.ts';
import type { PlanRequest } from '../request.ts';
import { surveyContents } from './survey-contents.ts';
import { surveyEntries, type SurveyedEntry, type SurveyedHome } from './survey-entries.ts';

const NANOSECONDS = 1_000_000n;

/** Finds out everything that a plan is made from, and changes nothing. */
export async function survey(fs: MigrateReadFs, request: PlanRequest): Promise<Survey> {
  const { homes, findings } = await surveyEntries(fs, request);
  const shortest = await shortestPeriod(fs, request);
  const before = overdueBefore(shortest.periodDays, request.now);
  const contents = new Map<string, SurveyedName>();
  for (const { name } of request.required) {
    const trees = homes.flatMap(({ entries }) => entries.filter((it) => isTree(it, name)));
    const [first] = trees;
    if (first === undefined) continue;
    const roots = trees.map(({ directory, canLink, isFragmentary }) => ({
      root: directory?.root ?? '',
      canLink,
      isFragmentary,
    }));
    const { keys, ...compared } = await surveyContents(fs, name, first.realTarget, roots, before);
    const moving = request.live === 'merge' ? { keys } : {};
    contents.set(name, { trees, contents: compared, ...moving });
  }
  const running = await findRunning(fs, homes, request.processes);
  return {
    homes,
    problems: [
      ...findings.map(({ problem }) => problem),
      ...running.problems,
      ...(await layerProblems(fs, homes)),
      ...(await ownerProblems(fs, homes, request.uid)),
      ...(await ancestorProblems(fs, homes)),
    ],
    liveSessions: running.sessions,
    retention: { ...shortest, due: await dueInTarget(fs, request, shortest.periodDays) },
    contents,
  };
}

/** What was found out before, unless links, directories or unfinished runs have changed since. */
export async function surveyAgain(
  fs: MigrateReadFs,
  request: PlanRequest,
  before: Survey,
): Promise<Survey> {
  const { homes } = await surveyEntries(fs, request);
  return standingOf(homes) === standingOf(before.homes) ? before : await survey(fs, request);
}

function standingOf(homes: readonly SurveyedHome[]): string {
  return JSON.stringify(
    homes.map(({ entries, pending }) => [
      entries.map(({ state, directory }) => [state, directory && identityText(directory.facts)]),
      pending.map(({ path, trees, recreated }) => [path, trees, recreated]),
    ]),
  );
}

function isTree({ name, directory }: SurveyedEntry, wanted: string): boolean {
  return name === wanted && directory !== undefined;
}

async function shortestPeriod(fs: MigrateReadFs, { accountHomes }: PlanRequest) {
  const periods = await drive(judgePeriods(accountHomes), fs);
  const found = periods.map(({ period }) => ({
    path: period.settings,
    periodDays: daysOf(period.periodDays),
  }));
  return found.reduce((least, it) => (it.periodDays < least.periodDays ? it : least), {
    path: '',
    periodDays: Infinity,
  });
}

function overdueBefore(periodDays: number, now: number): bigint | undefined {
  if (periodDays === Infinity) return undefined;
  return BigInt(Math.floor(now - periodDays * DAY_MS)) * NANOSECONDS;
}

async function dueInTarget(fs: MigrateReadFs, { required, now }: PlanRequest, periodDays: number) {
  const target = projectsTarget(required);
  if (target === undefined || periodDays === Infinity) return 0;
  return (await findExpiring(fs, target, periodDays, now)).due;
}

async function layerProblems(fs: MigrateReadFs, homes: readonly SurveyedHome[]) {
  const problems: MigrationProblem[] = [];
  for (const { path, directory, sourceMount } of homes.flatMap(({ entries }) => entries)) {
    if (directory === undefined || sourceMount === undefined) continue;
    if (await isInLowerLayer(fs, sourceMount, directory.root)) {
      problems.push(migrationProblem('source-in-lower-layer', { path }));
    }
  }
  return problems;
}

async function ownerProblems(
  fs: MigrateReadFs,
  homes: readonly SurveyedHome[],
  uid: number | undefined,
) {
  const problems: MigrationProblem[] = [];
  for (const path of uid === undefined ? [] : placesOf(homes)) {
    const facts = await factsAt(fs, path);
    if (facts === undefined || facts.owner === uid) continue;
    problems.push(migrationProblem('other-owner', { path, uid: facts.owner }));
  }
  return problems;
}

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Whoever may write to a directory above can put something else in its place. */
async function ancestorProblems(fs: MigrateReadFs, homes: readonly SurveyedHome[]) {
  const problems: MigrationProblem[] = [];
  const seen = new Set<string>();
  for (const place of placesOf(homes)) {
    for (let path = parentOf(place); !seen.has(path); path = parentOf(path)) {
      seen.add(path);
      const mode = (await factsAt(fs, path))?.mode ?? 0;
      if ((mode & GROUP_OR_OTHERS_WRITE) === 0 || (mode & STICKY) !== 0) continue;
      problems.push(migrationProblem('ancestor-writable', { path }));
    }
  }
  return problems;
}

/** Where homes and targets really are, each once. */
function placesOf(homes: readonly SurveyedHome[]): ReadonlySet<string> {
  return new Set(
    homes.flatMap(({ realHome, entries }) => [realHome, ...entries.map((it) => it.realTarget)]),
  );
}
