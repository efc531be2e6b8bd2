import { toResult } from '../../core/result.ts';
import { listDirectory, lstatOrUndefined } from '../../fs/io.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { join, withTrailingSep } from '../../core/paths.ts';
import type { Tree } from '../absorb/absorb.ts';
import { readBrought } from '../absorb/brought.ts';
import { incomingIn, stateDirectoryOf } from '../layout.ts';
import { migrationProblem, type MigrationProblem } from '../problems.ts';
import type { MigrateRequest } from '../request.ts';
import type { FoundRestorePoint } from '../restore-points.ts';
import { type Comparer, comparer } from './compare.ts';
import { type Contents, surveyContents } from './contents.ts';
import { type SurveyedEntry, type SurveyedHome, surveyHomes } from './homes.ts';
import { findRunning, type RunningSessions } from './live.ts';
import { readMounts } from '../../fs/mounts.ts';
import { openPreflight, type Preflight } from './preflight.ts';
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
  /** Knows already how the files compare. */
  readonly comparer: Comparer;
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
    const preflight = await openPreflight(context, realTarget);
    try {
      problems.push(...preflightProblems(preflight, first));
      const trees: SurveyedTree[] = [];
      for (const tree of found) {
        const { canLink, problem } = await tryTree(fs, preflight, tree);
        trees.push({ ...tree, canLink });
        if (problem !== undefined) problems.push(problem);
      }
      const comparing = comparer(fs);
      const brought = await readBrought(context, incomingIn(stateDirectoryOf(realTarget)));
      const job = {
        fs,
        name,
        target: realTarget,
        trees,
        policy: {
          differences: 'choose',
          linksTranscripts: true,
          separatesFiles: false,
        },
        choices: request.choices,
        comparer: comparing,
        losers: new Map(),
        leaveOut: new Set<string>(),
      } as const;
      const contents = await surveyContents(job, {
        uid,
        overdueBefore: retention.overdueBefore,
        preflight,
        brought,
      });
      names.push({ name, realTarget, trees, contents, comparer: comparing });
    } finally {
      await preflight.close();
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

function isBelow(path: string, other: string): boolean {
  return withTrailingSep(path).startsWith(withTrailingSep(other));
}

/** Whether a choice names something in a tree, or in a directory that has been replaced by a link since. */
async function isKnown(
  fs: MigrateReadFs,
  choice: string,
  homes: readonly SurveyedHome[],
  names: readonly SurveyedName[],
): Promise<boolean> {
  const linked = homes.flatMap(({ entries }) =>
    entries.flatMap(({ directory, path, realPath }) =>
      directory === undefined ? [path, realPath] : [],
    ),
  );
  const roots = [...linked, ...names.flatMap(({ trees }) => trees.flatMap((it) => it.spellings))];
  if (roots.some((root) => isBelow(root, choice))) return true;
  if (linked.some((path) => isBelow(choice, path))) return true;
  for (const { root, spellings } of names.flatMap(({ trees }) => trees)) {
    for (const spelling of spellings) {
      const prefix = withTrailingSep(spelling);
      if (!withTrailingSep(choice).startsWith(prefix)) continue;
      const below = choice.slice(prefix.length);
      const path = below === '' ? root : join(root, below);
      if ((await lstatOrUndefined(fs, path)) !== undefined) return true;
    }
  }
  return false;
}

/** What a home has under a name: what unfinished runs moved away comes first, because it is older. */
function treesOf(home: SurveyedHome, name: string): readonly SurveyedTree[] {
  return home.entries
    .filter((entry) => entry.name === name)
    .flatMap((entry) => {
      const { path, realPath, directory, isFragment } = entry;
      const tree = (root: string, origin: string) => ({
        root,
        origin,
        spellings: [path, realPath, root],
        entry,
      });
      // What had been migrated is shared already: to take back a restore, only the link is needed.
      const halfDone = home.unfinished.filter(({ wasComplete }) => !wasComplete);
      const aside = halfDone.flatMap((restorePoint) => {
        const movedAt = restorePoint.movedAt.get(name) ?? 0n;
        const at = { restorePoint: restorePoint.path, canLink: true };
        return [
          ...restorePoint.trees
            .filter((it) => it === name)
            .map((it) => ({
              ...tree(join(restorePoint.path, it), realPath),
              ...at,
              movedAt,
              isFragment: false,
            })),
          ...restorePoint.recreated
            .filter((it) => it.name === name)
            .map((it) => ({ ...tree(it.path, it.path), ...at, isFragment: true })),
        ];
      });
      const own =
        directory === undefined
          ? []
          : [
              {
                ...tree(realPath, isFragment ? `${realPath}#` : realPath),
                canLink: true,
                isFragment,
              },
            ];
      return [...aside, ...own];
    });
}

/** Unfinished runs into another target are another call's to complete. */
async function otherTargets(
  fs: MigrateReadFs,
  { unfinished }: SurveyedHome,
  { name, target, realTarget }: SurveyedEntry,
): Promise<readonly MigrationProblem[]> {
  const problems: MigrationProblem[] = [];
  for (const restorePoint of unfinished) {
    const { path } = restorePoint;
    const recorded = recordedTarget(restorePoint, name);
    if (recorded === undefined || recorded === target) continue;
    const real = await toResult(fs.realpath(recorded));
    // A target that is gone can't be completed; as after a move to another machine.
    if (!real.ok || textOf(real.value) === realTarget) continue;
    problems.push(migrationProblem('earlier-run-other-target', { path, target: recorded }));
  }
  return problems;
}

function recordedTarget(
  { trees, recreated, targets }: FoundRestorePoint,
  name: string,
): string | undefined {
  const isConcerned = trees.includes(name) || recreated.some((it) => it.name === name);
  return isConcerned ? targets.get(name) : undefined;
}

function preflightProblems(
  { failure, hasLinks }: Preflight,
  { target }: SurveyedEntry,
): readonly MigrationProblem[] {
  if (failure !== undefined) {
    const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(failure.errno);
    return [
      isDenied
        ? migrationProblem('not-permitted', { ...failure, reason: 'create', uid: undefined })
        : migrationProblem('io-error', failure),
    ];
  }
  return hasLinks
    ? []
    : [migrationProblem('place-unsuitable', { path: target, reason: 'no-hard-links' })];
}

/** Tries whether a file of a tree can have a name in the target. */
async function tryTree(
  fs: MigrateReadFs,
  preflight: Preflight,
  { root, entry }: SurveyedTree,
): Promise<{ readonly canLink: boolean; readonly problem?: MigrationProblem }> {
  const sample = await firstFile(fs, root);
  if (sample === undefined) {
    const info = await toResult(lstatOrUndefined(fs, root));
    const device = info.ok ? info.value?.device : undefined;
    return { canLink: device === undefined || device === preflight.device };
  }
  const trial = await preflight.try(sample);
  if (trial === 'linked') return { canLink: true };
  if (trial === 'other-file') {
    const fields = { path: entry.path, reason: 'link-changes-identity' } as const;
    return { canLink: false, problem: migrationProblem('place-unsuitable', fields) };
  }
  // Whatever the owner of that one file does not allow says nothing about the others.
  return { canLink: !['EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(trial.errno) };
}

async function firstFile(fs: MigrateReadFs, directory: string): Promise<string | undefined> {
  const listed = await listDirectory(fs, directory);
  for (const { name, kind } of listed.ok ? listed.value : []) {
    const path = join(directory, name);
    if (kind === 'symlink') continue;
    if (kind === 'directory') {
      const found = await firstFile(fs, path);
      if (found !== undefined) return found;
      continue;
    }
    const info = await toResult(lstatOrUndefined(fs, path));
    if (info.ok && info.value?.kind === 'file') return path;
  }
  return undefined;
}
