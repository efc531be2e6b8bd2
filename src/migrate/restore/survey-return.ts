import { settle } from '../../answer.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import type { SharedSymlink } from '../../links/required.ts';
import { childOf } from '../../paths.ts';
import type { LiveSession } from '../../sessions/live-sessions.ts';
import { findRunning } from '../plan/find-running.ts';
import { manifestOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { type Manifest, readManifest } from '../record/manifest.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { leadsTo } from '../swap/put-link.ts';
import type { RestoreRequest } from './restore-request.ts';
import { isGoingBack, isPending, type Run, runsOf } from '../record/runs.ts';

/** One directory that goes back, has gone back, or is on its way. */
export interface ReturningName {
  readonly name: string;
  /** In the home. */
  readonly path: string;
  /** In the caller's spelling. */
  readonly target: string;
  readonly realTarget: string;
  readonly run: Run;
  readonly manifest: Manifest | undefined;
  /**
   * `aside`: its tree is among the originals. `arrived`: it is in the home, and what came late may be missing.
   * `back`: all of it is done.
   */
  readonly state: 'aside' | 'arrived' | 'back';
}

/** What a restore finds. */
export interface SurveyedReturn {
  readonly realHome: string;
  /** `projects` first: with it shared, and `file-history` not, a rewind would destroy files. */
  readonly names: readonly ReturningName[];
  /** Everything that stands against it, and what is to be known. */
  readonly problems: readonly MigrationProblem[];
  readonly liveSessions: readonly LiveSession[];
}

/** Finds out what can be given back, and changes nothing. */
export async function surveyReturn(
  fs: MigrateReadFs,
  { accountHome, required, processes, live }: RestoreRequest,
): Promise<SurveyedReturn> {
  const real = await settle(fs.realpath(accountHome));
  const realHome = real.ok ? textOf(real.value) : accountHome;
  const all = await runsOf(fs, realHome);
  const runs = all.filter(({ isRetiring }) => !isRetiring);
  const manifests = new Map<string, Manifest | undefined>();
  for (const { path } of runs) manifests.set(path, await readManifest(fs, manifestOf(path)));
  const names: ReturningName[] = [];
  const problems: MigrationProblem[] = [];
  for (const shared of inOrder(required)) {
    const path = childOf(realHome, shared.name);
    const found = await find(fs, shared, path, runs);
    if (found === undefined) continue;
    const manifest = manifests.get(found.run.path);
    const target = await settle(fs.realpath(shared.target));
    const realTarget = target.ok ? textOf(target.value) : shared.target;
    const name = { ...found, ...shared, path, realTarget, manifest };
    names.push(name);
    if (name.state !== 'back') problems.push(...(await problemsOf(fs, name)));
  }
  const isFound = ({ name }: SharedSymlink) => names.some((it) => it.name === name);
  const missing = new Set(required.filter((it) => !isFound(it)).map(({ name }) => name));
  for (const { path, trees, isRetiring } of all) {
    if (!isRetiring || !trees.some((name) => missing.has(name))) continue;
    problems.push(migrationProblem('originals-retiring', { path }));
  }
  if (names.length === 0 && problems.length === 0) {
    problems.push(migrationProblem('no-originals', { path: accountHome }));
  }
  const isAtRest = names.every(({ state }) => state === 'back');
  const running = isAtRest ? noneRunning : await findRunning(fs, [{ accountHome }], processes);
  const code = live === 'merge' ? 'live-session-merged' : 'live-session';
  for (const { path, sessionId, pid } of running.sessions) {
    problems.push(migrationProblem(code, { path, accountHome, sessionId, pid }));
  }
  problems.push(...running.problems);
  return { realHome, names, problems, liveSessions: running.sessions };
}

const noneRunning = { sessions: [], problems: [] };

function inOrder(required: readonly SharedSymlink[]): readonly SharedSymlink[] {
  return [
    ...required.filter(({ name }) => name === 'projects'),
    ...required.filter(({ name }) => name !== 'projects'),
  ];
}

/** The newest run that has the directory, or has given it back. */
async function find(
  fs: MigrateReadFs,
  { name }: SharedSymlink,
  path: string,
  runs: readonly Run[],
): Promise<Pick<ReturningName, 'run' | 'state'> | undefined> {
  const hasAside = (run: Run) => isPending(run) && run.trees.includes(name);
  for (const run of runs.toReversed()) {
    if (run.trees.includes(name)) return { run, state: 'aside' };
    if (!run.removedLinks.includes(name)) continue;
    const there = await factsAt(fs, path);
    // Linked again since, by a run that had nothing to set aside.
    if (there?.kind === 'symlink') continue;
    // Moved aside again since, by a run that died. Names tell no order within a second, or where a clock was set back.
    if (there === undefined && run.isRestored && runs.some(hasAside)) continue;
    return { run, state: run.isRestored ? 'back' : 'arrived' };
  }
  return undefined;
}

async function problemsOf(
  fs: MigrateReadFs,
  { name, path, target, realTarget, run, manifest, state }: ReturningName,
): Promise<readonly MigrationProblem[]> {
  const problems: MigrationProblem[] = [];
  const there = await factsAt(fs, path);
  const isRight = there?.kind === 'symlink' && (await leadsTo(fs, path, target));
  // Claude Code may have made the directory anew where a run died, but a person where none did.
  const wasMadeAnew =
    there?.kind === 'directory' &&
    (state === 'arrived' || isPending(run) || isGoingBack(run, name));
  if (there !== undefined && !isRight && !wasMadeAnew) {
    problems.push(migrationProblem('link-changed', { path, target }));
  }
  if (manifest === undefined) {
    problems.push(migrationProblem('manifest-unusable', { path: manifestOf(run.path) }));
  }
  const facts = await factsAt(fs, realTarget);
  const merged = manifest?.targets.find((it) => it.name === name);
  // The number of a device may be another one after the next start of the machine.
  const isOther =
    merged !== undefined &&
    (merged.target !== realTarget || merged.inode !== facts?.inode || merged.birth !== facts.birth);
  if (facts?.kind !== 'directory' || isOther) {
    problems.push(migrationProblem('other-target', { path: childOf(run.path, name), target }));
  }
  return problems;
}
