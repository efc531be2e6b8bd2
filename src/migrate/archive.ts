import {
  check,
  type Kind,
  kind,
  optional,
  options as optionsOf,
  path,
  paths,
} from '../core/options.ts';
import { orThrow } from '../core/result.ts';
import { secondsOf } from '../fs/file-info.ts';
import {
  listDirectory,
  lstatOrUndefined,
  makeDurableDirectories,
  realPathOf,
  realPathOrUndefined,
} from '../fs/io.ts';
import { basename, dirname, isAtOrBelow, join } from '../core/paths.ts';
import { STATE_DIRECTORY } from '../homes/layouts.ts';
import { finding } from '../links/problems.ts';
import { projectsTarget, RequiredShared, type SharedSymlink } from '../links/required.ts';
import { parseResumeUUID } from '../sessions/resume-uuid.ts';
import { absorb, type Job } from './absorb/absorb.ts';
import type { Policy } from './absorb/decide.ts';
import { DiskActor } from './absorb/disk-actor.ts';
import { createJob, migrationPolicy, treeAt } from './absorb/job.ts';
import { nonceOf, progressOf } from './context.ts';
import { runIdOf, stateDirectoryOf } from './layout.ts';
import type { ArchiveOptions } from './options.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { ArchiveReport, MigrationOutcome, UnarchiveReport } from './report.ts';
import { migratedLinks, runOptions, type RunRequest, runRequest } from './request.ts';
import { perform } from './run.ts';
import { comparer, type SeenEntry } from '../fs/compare-files.ts';
import { sessionOf } from './kinds.ts';
import { problemsOf } from './scan/sides.ts';

/**
 * Brings the shared transcripts into an archive that Claude Code's clean-up never visits.
 *
 * By hard link, so it is instant and takes no space until the clean-up would have freed it. Only transcripts are archived
 * (those of sub-agents included), and nothing is ever removed. If Claude Code rewrote a transcript, the archive
 * keeps both versions. Calling it daily is cheap.
 *
 * @param options - `required`: the shared links; `RequiredShared` by default. `archive`: the archive directory;
 * `<shared root>/.claude-shared-state/archive` by default. `accountHomes`: homes in which it must not be. An archive in one of
 * them, in a shared target or in a state directory is refused: `directories-overlap`. The others: {@link RunOptions}.
 * @returns How it ended, and what was added; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example Keep transcripts beyond 30 days
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { archive, unarchive } from 'claude-shared-state/migrate';
 *
 * const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
 * const path = `/me/.claude-projects-shared/-app/${id}.jsonl`;
 * const { fs } = memfs({ [path]: '{"n":1}\n' });
 * const options = { required: requiredSharedUnder('/me'), fs };
 * assert.equal((await archive(options)).added, 1);
 *
 * fs.unlinkSync(path); // as Claude Code does after 30 days
 * const back = await unarchive(id, options);
 * assert.equal(back.path, path);
 * ```
 */
export async function archive(options: ArchiveOptions = {}): Promise<ArchiveReport> {
  const request = checkArchive('archive', options);
  let [added, unchanged, root] = [0, 0, request.archive ?? ''];
  const ending = await perform(request, {
    survey: async () => {
      const place = await placeOf(request);
      return { ...place, problems: [...place.problems, ...(await overlapsOf(request, place))] };
    },
    states: ({ projects }) => [stateDirectoryOf(projects)],
    async act(place, _, problems) {
      root = place.archive;
      const target = join(root, 'projects');
      await makeDurableDirectories(request.context.fs, target);
      let seen = 0;
      const includes = (path: string, isDirectory: boolean) => {
        const isIncluded = isArchived(path, isDirectory);
        if (isIncluded && !isDirectory) seen += 1;
        return isIncluded;
      };
      const actor = actorFor(request, root, target);
      await absorb({ ...jobFor(request, place.projects, target, 'tree-wins'), includes }, actor);
      await actor.sync();
      const outcome = await outcomeOf(request, actor, problems);
      added = actor.addedFiles;
      unchanged = Math.max(0, seen - added - actor.refusals.length - actor.blocked.length);
      return outcome;
    },
  });
  return { ...ending, archive: root, added, unchanged };
}

/**
 * Brings an archived session back under its project key, with a fresh time, so that it can be resumed again.
 *
 * Refused if the shared state has a different transcript of the session.
 *
 * @param sessionId - The session's id.
 * @param options - As for `archive`.
 * @returns How it ended, and where the transcript is; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what is on the disk.
 *
 * @example Bring back a session that was deleted
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { unarchive } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({ '/me/.claude-projects-shared': null });
 * const report = await unarchive('3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10', {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * assert.equal(report.problems[0]?.code, 'not-archived');
 * ```
 */
export async function unarchive(
  sessionId: string,
  options: ArchiveOptions = {},
): Promise<UnarchiveReport> {
  const request = checkArchive('unarchive', options, sessionId);
  const id = sessionId.trim();
  let path: string | undefined;
  const ending = await perform(request, {
    survey: () => findArchived(request, id),
    states: ({ projects }) => [stateDirectoryOf(projects)],
    async act({ projects, archive: root, archived }, _, problems) {
      if (archived === undefined) return 'refused';
      const { fs, now } = request.context;
      const { key } = archived;
      const session = join(key, id);
      const includes = (it: string) =>
        it === key ||
        it === `${session}.jsonl` ||
        it === session ||
        it.startsWith(join(session, ''));
      const actor = actorFor(request, stateDirectoryOf(projects), projects);
      const job = jobFor(request, join(root, 'projects'), projects, 'choose');
      await absorb({ ...job, includes }, actor);
      await actor.sync();
      const outcome = await outcomeOf(request, actor, problems);
      if (outcome === 'failed') return outcome;
      path = join(projects, `${session}.jsonl`);
      // The clean-up goes by the time of the last change.
      const seconds = secondsOf(BigInt(now) * 1_000_000n);
      await orThrow(path, fs.utimes(path, seconds, seconds));
      return outcome;
    },
  });
  return { ...ending, sessionId: id, ...(path === undefined ? {} : { path }) };
}

/** Reports everything that could not be brought. */
async function outcomeOf(
  { context: { fs } }: RunRequest,
  { refusals, blocked }: DiskActor,
  problems: MigrationProblem[],
): Promise<MigrationOutcome> {
  problems.push(...refusals);
  for (const step of blocked) problems.push(...(await problemsOf(fs, step)));
  if (refusals.length > 0) return 'failed';
  return blocked.length > 0 ? 'partial' : 'done';
}

/** What the archive has of a session, and what the shared state has that differs. */
async function findArchived(request: ArchiveRequest, sessionId: string) {
  const place = await placeOf(request);
  const source = join(place.archive, 'projects');
  const [archived] = await transcriptsOf(request, source, sessionId);
  const problems = [...place.problems];
  if (archived === undefined) {
    problems.push(migrationProblem('not-archived', { path: source, sessionId }));
    return { ...place, problems, archived };
  }
  for (const shared of await transcriptsOf(request, place.projects, sessionId)) {
    const result = await comparer(request.context.fs).compare(archived, shared, true);
    const isContained = result?.kind === 'identical' || result?.kind === 'contained';
    if (shared.key === archived.key && isContained) continue;
    const fields = { path: archived.path, other: shared.path, sessionId };
    problems.push(migrationProblem('session-exists', fields));
  }
  return { ...place, problems, archived };
}

interface ArchiveRequest extends RunRequest {
  readonly target: string | undefined;
  readonly archive: string | undefined;
  readonly targets: readonly string[];
  readonly accountHomes: readonly string[];
}

const linksWithProjects: Kind<readonly SharedSymlink[]> = (value, argument, faults) => {
  const links = migratedLinks(value, argument, faults);
  return links === undefined || projectsTarget(links) !== undefined
    ? links
    : faults.add(argument, value, 'a list with projects');
};

const archiveOptions = /* @__PURE__ */ (() =>
  optionsOf<ArchiveOptions>({
    ...runOptions,
    required: optional(linksWithProjects),
    archive: optional(path),
    accountHomes: optional(paths),
  }))();

const sessionUuid = /* @__PURE__ */ kind(
  (value): value is string => typeof value === 'string' && parseResumeUUID(value) !== undefined,
  'the UUID of a session',
);

function checkArchive(
  operation: 'archive' | 'unarchive',
  given: ArchiveOptions,
  sessionId?: string,
): ArchiveRequest {
  const { options } =
    operation === 'archive'
      ? check(operation, { options: archiveOptions }, { options: given })
      : check(
          operation,
          { sessionId: sessionUuid, options: archiveOptions },
          { sessionId, options: given },
        );
  const { required = RequiredShared, archive, accountHomes = [] } = options;
  const targets = required.map(({ target }) => target);
  const target = projectsTarget(required);
  return { ...runRequest(options), target, archive, targets, accountHomes };
}

/** What the archive must not be in, or around: clean-ups and migrations would visit it. */
async function overlapsOf(
  { context: { fs }, targets, accountHomes }: ArchiveRequest,
  { projects, archive: path }: { readonly projects: string; readonly archive: string },
): Promise<readonly MigrationProblem[]> {
  const problems: MigrationProblem[] = [];
  const real = await realPathOf(fs, path);
  // Its usual place, which may be in the home that has what is shared.
  if (isAtOrBelow(real, join(stateDirectoryOf(projects), 'archive'))) return problems;
  const refuse = (other: string, otherRole: 'home' | 'target' | 'state') => {
    const fields = { path, role: 'archive', other, otherRole } as const;
    problems.push(finding('directories-overlap', fields).problem);
  };
  const archived = await realPathOf(fs, join(real, 'projects'));
  for (const target of targets) {
    const realTarget = await realPathOf(fs, target);
    const isAround = isAtOrBelow(realTarget, archived) || isAtOrBelow(archived, realTarget);
    if (isAround || isAtOrBelow(real, realTarget)) refuse(target, 'target');
  }
  for (const home of accountHomes) {
    if (isAtOrBelow(real, await realPathOf(fs, home))) refuse(home, 'home');
  }
  for (let above = real; dirname(above) !== above; above = dirname(above)) {
    if (basename(above) === STATE_DIRECTORY) refuse(above, 'state');
  }
  return problems;
}

/** Where the shared transcripts and the archive are. */
async function placeOf({ context: { fs }, target = '', archive }: ArchiveRequest): Promise<{
  readonly projects: string;
  readonly archive: string;
  readonly problems: readonly MigrationProblem[];
}> {
  const real = await realPathOrUndefined(fs, target);
  const projects = real ?? target;
  const problems =
    real === undefined
      ? [finding('directory-missing', { path: target, role: 'target' }).problem]
      : [];
  return { projects, archive: archive ?? join(stateDirectoryOf(projects), 'archive'), problems };
}

/** Transcripts of sessions and sub-agents, and the directories they are in. */
function isArchived(path: string, isDirectory: boolean): boolean {
  if (!isDirectory) return path.endsWith('.jsonl');
  return (
    dirname(path) === '.' || (sessionOf(path) !== undefined && !/[/\\]tool-results$/.test(path))
  );
}

function jobFor(
  { context: { fs } }: RunRequest,
  root: string,
  target: string,
  differences: Policy['differences'],
): Job {
  const policy: Policy = { ...migrationPolicy, differences };
  return createJob({ fs, name: 'projects', target, trees: [treeAt(root, true)], policy });
}

function actorFor({ context }: RunRequest, archiveRoot: string, target: string): DiskActor {
  return new DiskActor({
    context,
    target,
    incoming: join(archiveRoot, 'incoming'),
    replaced: join(join(archiveRoot, 'replaced'), runIdOf(context.now, nonceOf(context))),
    onFiles: progressOf(context, 'archive', 0),
  });
}

interface FoundTranscript extends SeenEntry {
  readonly key: string;
}

/** The transcripts of a session below a directory, the one written last first. */
async function transcriptsOf(
  { context: { fs } }: RunRequest,
  projects: string,
  sessionId: string,
): Promise<readonly FoundTranscript[]> {
  const keys = await listDirectory(fs, projects);
  const found: FoundTranscript[] = [];
  for (const { name: key, kind } of keys.ok ? keys.value : []) {
    if (kind !== 'directory') continue;
    const path = join(join(projects, key), `${sessionId}.jsonl`);
    const info = await lstatOrUndefined(fs, path);
    if (info?.kind === 'file') found.push({ path, key, info });
  }
  return found.toSorted((one, other) => (one.info.mtimeNs > other.info.mtimeNs ? -1 : 1));
}
