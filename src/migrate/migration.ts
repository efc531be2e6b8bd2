import { childOf } from '../paths.ts';
import { leftSideOf, namedIn } from './merge/left-side.ts';
import { manifestOf } from './record/layout.ts';
import { factsAt } from './disk/look.ts';
import { isSameFile } from './disk/facts.ts';
import { type Manifest, readManifest } from './record/manifest.ts';
import { Merge, type Source } from './merge/merge.ts';
import { type MigrationProblem, migrationProblem } from './migration-problem.ts';
import type { OwnerToken } from '../lock/owner-token.ts';
import type { Survey } from './plan/plan.ts';
import type { MigrateRequest } from './request.ts';
import { makeRun, type Run } from './record/runs.ts';
import type { SurveyedEntry, SurveyedHome } from './plan/survey-entries.ts';
import { prepareIncoming, canLinkBetween } from './disk/trial.ts';
import { makeDirectory, makeDurableDirectory } from './disk/directories.ts';
import { incomingOf } from './record/layout.ts';
import { nonceOf, type Tools } from './tools.ts';
import { LinkedFiles } from './record/linked-files.ts';

/** One home, and where this run keeps what it sets aside of it. */
interface MigratingHome extends SurveyedHome {
  /** Absent where nothing has to be set aside. */
  readonly run?: string;
}

/** One directory that is to become a link. */
interface MigratingTree {
  readonly entry: SurveyedEntry;
  readonly source: Source;
  /** What was named in `keepBoth`, relative to the root of the source. */
  readonly left: readonly string[];
}

/** Everything that a migration works on, prepared. */
export interface Migration {
  readonly tools: Tools;
  readonly homes: readonly MigratingHome[];
  /** By the name of the link. */
  readonly merges: ReadonlyMap<string, Merge>;
  readonly trees: readonly MigratingTree[];
  /** What stands against it after all, found by trying. */
  readonly problems: readonly MigrationProblem[];
}

/** Makes what a run needs: targets, directories for what is set aside, and tries what the plan could only guess. */
export async function prepare(
  request: MigrateRequest,
  survey: Survey,
  owner: OwnerToken,
): Promise<Migration> {
  const { tools, keepBoth } = request;
  const { fs } = tools;
  const problems: MigrationProblem[] = [];
  const merges = new Map<string, Merge>();
  for (const { name, realTarget, target } of survey.homes.flatMap(({ entries }) => entries)) {
    if (merges.has(name)) continue;
    await makeDurableDirectory(fs, realTarget);
    if (!(await prepareIncoming(fs, realTarget, nonceOf(tools)))) {
      problems.push(migrationProblem('no-hard-links', { path: target }));
    }
    const merge = new Merge(tools, name, realTarget);
    merge.mayHaveMoves = name === 'projects' && request.live === 'merge';
    merge.planned = survey.contents.get(name)?.keys;
    for (const known of survey.contents.get(name)?.contents.offsets ?? []) {
      merge.know(known.shorter, known.longer, known.offset);
    }
    merges.set(name, merge);
  }
  const homes: MigratingHome[] = [];
  const trees: MigratingTree[] = [];
  for (const home of survey.homes) {
    const own = home.entries.filter(({ directory }) => directory !== undefined);
    await makeDirectory(fs, home.realHome);
    const run = own.length === 0 ? undefined : await makeRun(tools, home.realHome, owner);
    homes.push(run === undefined ? home : { ...home, run });
    for (const entry of run === undefined ? [] : own) {
      const { directory, path, realTarget } = entry;
      const canLink = await canLinkBetween(fs, run ?? '', incomingOf(realTarget), nonceOf(tools));
      const root = directory?.root ?? path;
      const left = namedIn(root, keepBoth);
      const source: Source = {
        root,
        run: run ?? '',
        isInHome: true,
        isFragmentary: entry.isFragmentary,
        canLink,
        linked: new LinkedFiles(),
        isLeft: leftSideOf(left),
      };
      trees.push({ entry, source, left });
    }
  }
  if (trees.some(({ source }) => !source.canLink)) {
    problems.push(
      ...survey.liveSessions.map(({ path, accountHomes: [accountHome], sessionId, pid }) =>
        migrationProblem('live-across-devices', { path, accountHome, sessionId, pid }),
      ),
    );
  }
  return { tools, homes, merges, trees, problems };
}

/** The trees of earlier runs that did not come to their end. */
export async function pendingSources(
  { tools: { fs }, homes, merges }: Migration,
  onProblem: (problem: MigrationProblem) => void,
): Promise<ReadonlyMap<string, readonly Source[]>> {
  const sources = new Map<string, Source[]>([...merges.keys()].map((name) => [name, []]));
  for (const { pending } of homes) {
    for (const run of pending) {
      const path = manifestOf(run.path);
      const manifest = run.trees.length > 0 ? await readManifest(fs, path) : undefined;
      const usable = new Set<string>();
      for (const name of run.trees) {
        if (await isStillTarget(fs, manifest, name, merges.get(name))) usable.add(name);
      }
      if (usable.size < run.trees.length) {
        onProblem(migrationProblem('manifest-unusable', { path }));
      }
      for (const { entry, name, isFragmentary } of treesOf(run)) {
        const merge = merges.get(name);
        if (merge === undefined) continue;
        const nonce = nonceOf(merge.tools);
        sources.get(name)?.push({
          root: childOf(run.path, entry),
          run: run.path,
          isInHome: false,
          isFragmentary,
          canLink: await canLinkBetween(fs, run.path, incomingOf(merge.target), nonce),
          linked: new LinkedFiles(
            isFragmentary || !usable.has(name) ? [] : manifest?.linked.get(name),
          ),
          isLeft: leftSideOf(isFragmentary ? [] : (manifest?.left.get(name) ?? [])),
        });
      }
    }
  }
  return sources;
}

/** Whether names that are gone from a target were deleted there: only if it is the one into which they were linked. */
async function isStillTarget(
  fs: Tools['fs'],
  manifest: Manifest | undefined,
  name: string,
  merge: Merge | undefined,
): Promise<boolean> {
  if (merge === undefined) return true;
  const before = manifest?.targets.find((target) => target.name === name);
  const now = await factsAt(fs, merge.target);
  return before !== undefined && now !== undefined && isSameFile(before, now);
}

function treesOf({ trees, recreated }: Run) {
  return [
    ...trees.map((name) => ({ entry: name, name, isFragmentary: false })),
    ...recreated.map((it) => ({ ...it, isFragmentary: true })),
  ];
}
