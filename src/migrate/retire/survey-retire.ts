import { settle } from '../../answer.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { childOf, lastSegmentOf, parentOf } from '../../paths.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { madeAt, manifestOf, originalsOf, retiringOf, withoutRetiring } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { type Manifest, type ManifestTarget, readManifest } from '../record/manifest.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { leadsTo } from '../swap/put-link.ts';
import { isPending, readRun, type Run } from '../record/runs.ts';
import { measure } from './survey-originals.ts';

/** What is to be removed. */
export interface SurveyedRetirement {
  readonly realHome: string;
  /** Where the originals are, or were: not what they are called while they are being removed. */
  readonly path: string;
  /** What is there of them; `undefined` where they are gone. */
  readonly found: FoundRun | undefined;
  /** Everything that stands against it. */
  readonly problems: readonly MigrationProblem[];
}

interface FoundRun {
  readonly run: Run;
  readonly facts: Facts;
  /** The real paths of the targets that they were merged into, by name. */
  readonly targets: ReadonlyMap<string, string>;
}

/** Finds out whether originals may be removed, and changes nothing. */
export async function surveyRetirement(
  fs: MigrateReadFs,
  originals: string,
): Promise<SurveyedRetirement> {
  const place = await placeOf(fs, originals);
  if (place === undefined) {
    const problems = [migrationProblem('no-originals', { path: originals })];
    return { realHome: '', path: originals, found: undefined, problems };
  }
  for (const at of [place.path, retiringOf(place.path)]) {
    const surveyed = await surveyAt(fs, place, at);
    if (surveyed !== undefined) return surveyed;
  }
  return { ...place, found: undefined, problems: [] };
}

/** The same where they are called in one way; `undefined` where they are not. */
export async function surveyAt(
  fs: MigrateReadFs,
  { path, realHome }: Pick<SurveyedRetirement, 'path' | 'realHome'>,
  at: string,
): Promise<SurveyedRetirement | undefined> {
  const facts = await factsAt(fs, at);
  if (facts?.kind !== 'directory') return undefined;
  const run = await readRun(fs, at, lastSegmentOf(at));
  const manifest = await readManifest(fs, manifestOf(at));
  const targets = new Map<string, string>();
  const problems: MigrationProblem[] = [];
  if (isPending(run)) problems.push(migrationProblem('originals-pending', { path }));
  if (await isReturning(fs, run, realHome, manifest)) {
    problems.push(migrationProblem('originals-restored', { path }));
  }
  if (manifest === undefined && (await measure(fs, at)).files > 0) {
    problems.push(migrationProblem('manifest-missing', { path: manifestOf(at) }));
  }
  for (const target of mergedInto(run, manifest)) {
    const real = await realTargetOf(fs, target, facts);
    if (real !== undefined) targets.set(target.name, real);
    else problems.push(migrationProblem('other-target', { path, target: target.target }));
  }
  return { realHome, path, found: { run, facts, targets }, problems };
}

/** Where originals are by the real path of their home; `undefined` where there are none of any home. */
async function placeOf(
  fs: MigrateReadFs,
  originals: string,
): Promise<{ readonly path: string; readonly realHome: string } | undefined> {
  const name = withoutRetiring(lastSegmentOf(originals));
  if (madeAt(name) === undefined) return undefined;
  const real = await settle(fs.realpath(parentOf(originals)));
  if (!real.ok) return undefined;
  const directory = textOf(real.value);
  const realHome = parentOf(parentOf(directory));
  return directory === originalsOf(realHome)
    ? { path: childOf(directory, name), realHome }
    : undefined;
}

/** The targets that matter: those of what is in the originals. */
function mergedInto(run: Run, manifest: Manifest | undefined): readonly ManifestTarget[] {
  const names = new Set([...run.trees, ...run.displaced, ...run.recreated.map(({ name }) => name)]);
  return (manifest?.targets ?? []).filter(({ name }) => names.has(name));
}

/** Whether the home has begun to get back what is in here, and has not been migrated again since. */
async function isReturning(
  fs: MigrateReadFs,
  { trees, removedLinks }: Run,
  realHome: string,
  manifest: Manifest | undefined,
): Promise<boolean> {
  for (const name of removedLinks) {
    const target = manifest?.targets.find((it) => it.name === name)?.target;
    const path = childOf(realHome, name);
    const isLinked = target !== undefined && (await leadsTo(fs, path, target));
    if (trees.includes(name) || !isLinked) return true;
  }
  return false;
}

/** The real path of a target; `undefined` where another directory stands there, or none. */
async function realTargetOf(
  fs: MigrateReadFs,
  merged: ManifestTarget,
  originals: Facts,
): Promise<string | undefined> {
  const real = await settle(fs.realpath(merged.target));
  if (!real.ok) return undefined;
  const path = textOf(real.value);
  const facts = await factsAt(fs, path);
  if (facts?.kind !== 'directory') return undefined;
  // After the next start of the machine the device may have another number: then it is known by what else is on it.
  const { device } = facts.device === originals.device ? facts : merged;
  return isSameFile(facts, { ...merged, device }) ? path : undefined;
}
