import { ArgumentCheck } from '../arguments.ts';
import { orThrow, toResult } from '../core/result.ts';
import { secondsOf } from '../fs/file-info.ts';
import { listDirectory, lstatOrUndefined, makeDurableDirectories } from '../fs/io.ts';
import { textOf } from '../fs/port.ts';
import { dirname, join } from '../paths.ts';
import { parseResumeUUID } from '../sessions/resume-uuid.ts';
import { absorb, type Job } from './absorb/absorb.ts';
import { noChoices } from './absorb/choices.ts';
import { DiskActor } from './absorb/disk-actor.ts';
import { nonceOf, progressOf } from './context.ts';
import { runIdOf, stateDirectoryOf } from './layout.ts';
import type { ArchiveOptions } from './options.ts';
import { migrationProblem, type MigrationProblem } from './problems.ts';
import type { ArchiveReport, UnarchiveReport } from './report.ts';
import { checkList, checkRun, type RunRequest, runOptions } from './request.ts';
import { endingOf, underLocks } from './run.ts';
import { comparer, type Copy } from './scan/compare.ts';
import { sessionOf } from './scan/kinds.ts';

/**
 * Brings the shared transcripts into an archive that Claude Code's clean-up never visits.
 *
 * By hard link, so it is instant and takes no space until the clean-up would have freed it. Only transcripts are archived
 * (those of sub-agents included), and nothing is ever removed. If Claude Code rewrote a transcript, the archive
 * keeps both versions. Calling it daily is cheap.
 *
 * @param options - `required`: the shared links; `RequiredShared` by default. `archive`: the archive directory;
 * `<shared root>/.claude-shared-state/archive` by default. `onProgress`, `signal`, `now`, `random`, `pid`, `uid`, `sleep`,
 * `processInspector`, `fs`: what it works with.
 * @returns How it ended, and what was added; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative` or `invalid-option`.
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
  const { request, problem: argument } = checkArchive('archive', options);
  const problems: MigrationProblem[] = argument === undefined ? [] : [argument];
  let [added, unchanged] = [0, 0];
  let root = request.archive ?? '';
  const { outcome, problem } = await endingOf(async () => {
    const { context } = request;
    const { fs } = context;
    const place = await placeOf(request);
    ({ archive: root } = place);
    if (place.problem !== undefined) {
      problems.push(place.problem);
      return { outcome: 'refused' };
    }
    return await underLocks(request, [stateDirectoryOf(place.projects)], async () => {
      const target = join(root, 'projects');
      await makeDurableDirectories(fs, target);
      const files = { seen: 0 };
      const onFiles = progressOf(context, 'archive', 0);
      const actor = actorFor(request, root, target, onFiles);
      actor.beginPass();
      const job = {
        ...jobFor(request, place.projects, target, 'tree-wins'),
        includes: (path: string) => {
          const isIncluded = isArchived(path);
          if (isIncluded && path.endsWith('.jsonl')) files.seen += 1;
          return isIncluded;
        },
      };
      await absorb(job, actor);
      await actor.sync();
      problems.push(...actor.refusals);
      added = actor.addedFiles;
      unchanged = Math.max(0, files.seen - added);
      return actor.refusals.length > 0 ? 'failed' : 'done';
    });
  });
  if (problem !== undefined) problems.push(problem);
  return { ok: outcome === 'done', outcome, archive: root, added, unchanged, problems };
}

/**
 * Brings an archived session back under its project key, with a fresh time, so that it can be resumed again.
 *
 * Refused if the shared state has a different transcript of the session.
 *
 * @param sessionId - The session's id.
 * @param options - As for `archive`.
 * @returns How it ended, and where the transcript is; resolves whatever happens, so check `ok` and `problems`.
 * @throws {SharedStateError} Only for bad arguments, such as `invalid-option`.
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
  const { request, problem: argument } = checkArchive('unarchive', options, sessionId);
  const id = sessionId.trim();
  const problems: MigrationProblem[] = argument === undefined ? [] : [argument];
  let path: string | undefined;
  const { outcome, problem } = await endingOf(async () => {
    const place = await placeOf(request);
    if (place.problem !== undefined) {
      problems.push(place.problem);
      return { outcome: 'refused' };
    }
    return await underLocks(request, [stateDirectoryOf(place.projects)], async () => {
      const source = join(place.archive, 'projects');
      const [archived] = await transcriptsOf(request, source, id);
      if (archived === undefined) {
        problems.push(migrationProblem('not-archived', { path: source, sessionId: id }));
        return 'refused';
      }
      const key = archived.key;
      for (const shared of await transcriptsOf(request, place.projects, id)) {
        const { fs } = request.context;
        const result = await comparer(fs).compare(archived, shared, true);
        const isContained = result?.kind === 'identical' || result?.kind === 'contained';
        if (shared.key === key && isContained) continue;
        const fields = { path: archived.path, other: shared.path, sessionId: id };
        problems.push(migrationProblem('session-exists', fields));
        return 'refused';
      }
      path = await bringBack(request, place.projects, source, archived);
      return 'done';
    });
  });
  if (problem !== undefined) problems.push(problem);
  return {
    ok: outcome === 'done',
    outcome,
    sessionId: id,
    ...(path === undefined ? {} : { path }),
    problems,
  };
}

interface ArchiveRequest extends RunRequest {
  readonly target: string | undefined;
  readonly archive: string | undefined;
}

function checkArchive(
  operation: 'archive' | 'unarchive',
  options: ArchiveOptions,
  sessionId = '',
): { readonly request: ArchiveRequest; readonly problem?: MigrationProblem } {
  const check = new ArgumentCheck();
  const known = ['required', 'archive', ...runOptions];
  const given: ArchiveOptions = check.areOptions(options, known) ? options : {};
  if (operation === 'unarchive' && parseResumeUUID(sessionId) === undefined) {
    check.refuseOption('sessionId', sessionId, 'the UUID of a session');
  }
  const required = checkList(check, given.required);
  const run = checkRun(check, given);
  const isGiven = given.archive !== undefined && check.isPath('options.archive', given.archive);
  const target = required.find(({ name }) => name === 'projects')?.target;
  if (target === undefined) {
    check.refuseOption('options.required', given.required, 'a list with projects');
  }
  check.finish(operation);
  return { request: { ...run, target, archive: isGiven ? given.archive : undefined } };
}

/** Where the shared transcripts and the archive are. */
async function placeOf({ context: { fs }, target = '', archive }: ArchiveRequest): Promise<{
  readonly projects: string;
  readonly archive: string;
  readonly problem?: MigrationProblem;
}> {
  const real = await toResult(fs.realpath(target));
  const projects = real.ok ? textOf(real.value) : target;
  const place = { projects, archive: archive ?? join(stateDirectoryOf(projects), 'archive') };
  if (real.ok) return place;
  return { ...place, problem: migrationProblem('other-target', { path: target, target }) };
}

/** Transcripts of sessions and sub-agents, and the directories they are in. */
function isArchived(path: string): boolean {
  if (path.endsWith('.jsonl')) return true;
  const isProject = dirname(path) === '.';
  return (
    isProject ||
    (sessionOf(path) !== undefined && !path.includes('.') && !/[/\\]tool-results$/.test(path))
  );
}

function jobFor(
  { context: { fs } }: RunRequest,
  root: string,
  target: string,
  differences: Job['policy']['differences'],
): Job {
  return {
    fs,
    name: 'projects',
    target,
    trees: [{ root, spellings: [root], canLink: true, isFragment: false }],
    policy: { differences, linksTranscripts: true, separatesFiles: false },
    choices: noChoices,
    comparer: comparer(fs),
    losers: new Map(),
    leaveOut: new Set(),
  };
}

function actorFor(
  { context }: RunRequest,
  archiveRoot: string,
  target: string,
  onFiles: (files: number, bytes: number) => void,
): DiskActor {
  return new DiskActor({
    context,
    target,
    incoming: join(archiveRoot, 'incoming'),
    replaced: join(join(archiveRoot, 'replaced'), runIdOf(context.now, nonceOf(context))),
    onFiles,
  });
}

interface FoundTranscript extends Copy {
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

async function bringBack(
  request: ArchiveRequest,
  projects: string,
  source: string,
  { key, path: archived }: FoundTranscript,
): Promise<string> {
  const { context } = request;
  const { fs } = context;
  const below = archived.slice(0, -'.jsonl'.length).slice(join(source, '').length);
  const state = stateDirectoryOf(projects);
  const actor = actorFor(request, state, projects, progressOf(context, 'archive', 0));
  actor.beginPass();
  const includes = (path: string) =>
    path === key || path === `${below}.jsonl` || path === below || path.startsWith(join(below, ''));
  await absorb({ ...jobFor(request, source, projects, 'choose'), includes }, actor);
  const path = join(projects, `${below}.jsonl`);
  // The clean-up goes by the time of the last change.
  const now = secondsOf(BigInt(context.now) * 1_000_000n);
  await orThrow(path, fs.utimes(path, now, now));
  await actor.sync();
  return path;
}
