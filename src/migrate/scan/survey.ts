import { toResult } from '../../core/result.ts';
import { lstatOrUndefined, realPathOrUndefined } from '../../fs/io.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { firstFile } from '../../fs/walk.ts';
import { isAtOrBelow, join, withTrailingSep } from '../../core/paths.ts';
import type { Job, Tree } from '../absorb/absorb.ts';
import { readBrought } from '../absorb/brought.ts';
import { createJob, migrationPolicy } from '../absorb/job.ts';
import { nonceOf } from '../context.ts';
import { incomingIn, stateDirectoryOf } from '../layout.ts';
import { failedCall, migrationProblem, type MigrationProblem } from '../problems.ts';
import type { MigrateRequest } from '../request.ts';
import { hasTree } from '../restore-points.ts';
import { type Contents, surveyContents } from './contents.ts';
import { type SurveyedEntry, type SurveyedHome, surveyHomes } from './homes.ts';
import { findRunning, type RunningSessions } from './live.ts';
import { readMounts } from '../../fs/mounts.ts';
import { nearestDirectory, openTrialLinks, type TrialLinks } from '../../fs/trial-links.ts';
import {
  ancestorProblems,
  placeProblems,
  type Retention,
  surveyRetention,
  wrongUser,
} from './surroundings.ts';

/** One directory that is brought into a target. */
export interface SurveyedTree extends Tree {
  readonly entry: SurveyedEntry;
  /** Where it is already, if an earlier run moved it away; otherwise it is still in the home. */
  readonly restorePoint?: string;
}

/** Everything that is brought into one target. */
export interface SurveyedName {
  readonly name: string;
  readonly realTarget: string;
  readonly trees: readonly SurveyedTree[];
  readonly contents: Contents;
  /** What it takes to bring them; knows already how the files compare. */
  readonly job: Job;
}

/** Everything that is known before anything is changed. */
export interface Survey {
  readonly homes: readonly SurveyedHome[];
  /** By name, those that have something to be brought. */
  readonly names: readonly SurveyedName[];
  /** What was found about links, homes, targets, mounts and owners. */
  readonly problems: readonly MigrationProblem[];
  readonly running: RunningSessions;
  readonly retention: Retention;
  /** Choices about something that does not exist. */
  readonly unknownChoices: readonly string[];
}

/** Finds out everything a plan is made from. All it writes are trial links, which it removes at once. */
export async function survey(request: MigrateRequest): Promise<Survey> {
  const { context, required, uid } = request;
  const { fs } = context;
  const { homes, findings } = await surveyHomes(fs, request.accountHomes, required);
  const retention = await surveyRetention(fs, request);
  const mounts = await readMounts(fs);
  const problems: MigrationProblem[] = findings.map(({ problem }) => problem);
  for (const home of homes) {
    problems.push(...(await wrongUser(fs, home.accountHome, uid)));
    for (const entry of home.entries) {
      problems.push(...(await placeProblems(fs, mounts, home, entry)));
      problems.push(...(await otherTargets(fs, home, entry)));
    }
  }
  problems.push(...(await ancestorProblems(fs, homes)));
  const names: SurveyedName[] = [];
  for (const { name } of required) {
    const [first] = homes.flatMap(({ entries }) => entries.filter((it) => it.name === name));
    const found = homes.flatMap((home) => treesOf(home, name));
    if (first === undefined || found.length === 0) continue;
    const { realTarget } = first;
    const state = stateDirectoryOf(realTarget);
    const device = (await lstatOrUndefined(fs, await nearestDirectory(fs, realTarget)))?.device;
    const trials = await openTrialLinks(fs, state, nonceOf(context));
    try {
      problems.push(...trialProblems(trials, first));
      const trees: SurveyedTree[] = [];
      for (const tree of found) {
        const { canLink, problem } = await tryTree(fs, trials, tree, device);
        trees.push({ ...tree, canLink });
        if (problem !== undefined) problems.push(problem);
      }
      const brought = await readBrought(context, incomingIn(state));
      const { choices } = request;
      const job = createJob({
        fs,
        name,
        target: realTarget,
        trees,
        policy: migrationPolicy,
        choices,
      });
      const contents = await surveyContents(job, {
        uid,
        overdueBefore: retention.overdueBefore,
        trials,
        brought,
      });
      names.push({ name, realTarget, trees, contents, job });
    } finally {
      await trials.close();
    }
  }
  const running = await findRunning(request, homes);
  const unknownChoices: string[] = [];
  for (const choice of [...request.choices.shared, ...request.choices.home]) {
    if (!(await isKnown(fs, choice, homes, names))) unknownChoices.push(choice);
  }
  problems.push(...running.problems);
  return { homes, names, problems, running, retention, unknownChoices };
}

/** Whether a choice names something in a tree, or in a directory that has been replaced by a link since. */
async function isKnown(
  fs: MigrateReadFs,
  choice: string,
  homes: readonly SurveyedHome[],
  names: readonly SurveyedName[],
): Promise<boolean> {
  const trees = names.flatMap((it) => it.trees);
  const linked = homes
    .flatMap(({ entries }) => entries.filter(({ directory }) => directory === undefined))
    .flatMap(({ path, realPath }) => [path, realPath]);
  const roots = [...linked, ...trees.flatMap(({ spellings }) => spellings)];
  if (roots.some((root) => isAtOrBelow(root, choice))) return true;
  if (linked.some((path) => isAtOrBelow(choice, path))) return true;
  for (const { root, spellings } of trees) {
    for (const spelling of spellings.filter((it) => isAtOrBelow(choice, it))) {
      const path = join(root, choice.slice(withTrailingSep(spelling).length));
      if ((await lstatOrUndefined(fs, path)) !== undefined) return true;
    }
  }
  return false;
}

/** What a home has under a name: what unfinished runs moved away comes first, because it is older. */
function treesOf(home: SurveyedHome, name: string): readonly SurveyedTree[] {
  const trees: SurveyedTree[] = [];
  for (const entry of home.entries.filter((it) => it.name === name)) {
    const { path, realPath, directory, isFragment } = entry;
    const add = (root: string, origin: string, more: Partial<SurveyedTree>) => {
      const spellings = [path, realPath, root];
      const tree = { root, place: realPath, origin, spellings, entry };
      trees.push({ ...tree, canLink: true, isFragment: false, ...more });
    };
    for (const { path: restorePoint, wasComplete, movedAt, ...point } of home.unfinished) {
      // What had been migrated is shared already: to take back a restore, only the link is needed.
      if (wasComplete) continue;
      if (point.trees.includes(name)) {
        const root = join(restorePoint, name);
        add(root, realPath, { restorePoint, movedAt: movedAt.get(name) ?? 0n });
      }
      for (const { path: root } of point.recreated.filter((it) => it.name === name)) {
        add(root, root, { restorePoint, isFragment: true });
      }
    }
    if (directory !== undefined) {
      add(realPath, isFragment ? `${realPath}#` : realPath, { isFragment });
    }
  }
  return trees;
}

/** Unfinished runs into another target are another call's to complete. */
async function otherTargets(
  fs: MigrateReadFs,
  { unfinished }: SurveyedHome,
  { name, target, realTarget }: SurveyedEntry,
): Promise<readonly MigrationProblem[]> {
  const problems: MigrationProblem[] = [];
  for (const point of unfinished.filter((it) => hasTree(it, name))) {
    const { path } = point;
    const recorded = point.targets.get(name);
    if (recorded === undefined || recorded === target) continue;
    const real = await realPathOrUndefined(fs, recorded);
    // A target that is gone can't be completed; as after a move to another machine.
    if (real === undefined || real === realTarget) continue;
    problems.push(migrationProblem('earlier-run-other-target', { path, target: recorded }));
  }
  return problems;
}

function trialProblems(
  { failure, hasLinks }: TrialLinks,
  { target: path }: SurveyedEntry,
): readonly MigrationProblem[] {
  if (failure !== undefined) {
    return [failedCall({ path: failure.path, code: failure.errno }, 'create')];
  }
  return hasLinks ? [] : [migrationProblem('place-unsuitable', { path, reason: 'no-hard-links' })];
}

/** Tries whether a file of a tree can have a name in the target. */
async function tryTree(
  fs: MigrateReadFs,
  trials: TrialLinks,
  { root, entry }: SurveyedTree,
  targetDevice: bigint | undefined,
): Promise<{ readonly canLink: boolean; readonly problem?: MigrationProblem }> {
  const sample = await firstFile(fs, root);
  if (sample === undefined) {
    const info = await toResult(lstatOrUndefined(fs, root));
    const device = info.ok ? info.value?.device : undefined;
    return { canLink: device === undefined || device === targetDevice };
  }
  const trial = await trials.try(sample);
  if (trial === 'linked') return { canLink: true };
  if (trial === 'other-file') {
    const fields = { path: entry.path, reason: 'link-changes-identity' } as const;
    return { canLink: false, problem: migrationProblem('place-unsuitable', fields) };
  }
  // Whatever the owner of that one file does not allow says nothing about the others.
  return { canLink: !['EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(trial.errno) };
}
