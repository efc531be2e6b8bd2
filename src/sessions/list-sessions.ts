import { resolve } from 'node:path';
import {
  abortSignal,
  callback,
  check,
  date,
  flag,
  nonEmptyString,
  optional,
  options as optionsOf,
  path,
  paths,
} from '../core/options.ts';
import { isAtOrBelow } from '../core/paths.ts';
import { realPathOf } from '../fs/io.ts';
import type { FsLike } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { DAY_MS } from '../links/cleanup-period.ts';
import type { SharedSymlink } from '../links/required.ts';
import { dateOf } from '../retention/expiring.ts';
import { defaultManagedDirectory, periodDaysOf } from '../retention/managed-settings.ts';
import { findSessions, type FoundFile, type SessionFiles } from './find-sessions.ts';
import type { TranscriptFile, Unreadable } from './find-transcripts.ts';
import { findLiveSessions, type LiveSession } from './live-sessions.ts';
import {
  defaultInspector,
  processInspectorKind,
  readFsKind,
  readFsOf,
  requiredKind,
} from './option-kinds.ts';
import { keyOf, MAX_KEY_LENGTH } from './project-key.ts';
import { type FoundText, needleFor } from './transcript/find-text.ts';
import type { SessionTitle, TranscriptOverview } from './transcript/overview.ts';
import { TranscriptReader } from './transcript/read-overview.ts';
import type { SessionOwner } from './transcript/summary.ts';

/** Options of `listSessions`. */
export interface ListSessionsOptions {
  /** The shared links; the target of `projects` is searched, too. `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /**
   * Whether to open transcripts; true by default. Without it there is one `stat` per transcript, and what only the
   * transcripts, settings and records of processes tell is missing.
   */
  readonly details?: boolean | undefined;
  /** Only sessions of this directory and those in it: an absolute path. It need not exist; links in it are resolved, too. */
  readonly directory?: string | undefined;
  /** Only sessions with this text anywhere in their transcript; upper and lower case of A to Z are the same. */
  readonly text?: string | undefined;
  /** Only sessions whose transcript changed at this time or later. */
  readonly since?: Date | undefined;
  /** Only sessions whose transcript changed before this time. */
  readonly before?: Date | undefined;
  /** Only sessions that belong to the account with this UUID, according to their transcript. */
  readonly accountUuid?: string | undefined;
  /** Only sessions that are running, or may be. */
  readonly running?: boolean | undefined;
  /** Tells which processes are running: those of this machine by default, or none with an injected `fs`. */
  readonly processInspector?: ProcessInspector | undefined;
  /** The directory of `managed-settings.json`; `/etc/claude-code` by default, see `inspectRetention` for other systems. */
  readonly managedSettings?: string | undefined;
  /** Is called with what can't be read, so that sessions may be missing, or their details. */
  readonly onUnreadable?: ((unreadable: Unreadable) => void) | undefined;
  /** Is called after each session with how many have been looked at. */
  readonly onProgress?: ((progress: ListProgress) => void) | undefined;
  /** Ends the list early: it throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** How far a list has come. */
export interface ListProgress {
  readonly checked: number;
  readonly total: number;
}

/** A transcript of a listed session: a real file, by one of its paths. */
export interface SessionFile extends TranscriptFile {
  /** In bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
  /** The homes that have this file, in the order in which they were given. */
  readonly accountHomes: readonly string[];
}

/** A session, and its transcript: the one that changed last if there are several. */
export interface ListedSession extends SessionFile {
  /** All homes under which the session is visible, with this transcript or another one. */
  readonly accountHomes: readonly string[];
  /** Other transcripts of the session, whose content differs. */
  readonly otherVersions: readonly SessionFile[];
  /** Absent if nobody named the session, and it has no prompt. */
  readonly title?: SessionTitle;
  /** The first working directory that it recorded. Data: check it before you use it. */
  readonly cwd?: string;
  /** The first time that it recorded. */
  readonly createdAt?: Date;
  /** The messages of the main conversation, as far as the beginning and the end of the transcript tell. */
  readonly messages?: { readonly count: number; readonly isExact: boolean };
  /** The account that it belongs to, if that was recorded. */
  readonly owner?: SessionOwner;
  /** Whether a process runs it, or may; absent if none does. */
  readonly processState?: LiveSession['processState'];
  /** When the first of the homes deletes the transcript; absent if none does. */
  readonly expiresAt?: Date;
  /** Where the text was found that was looked for. */
  readonly match?: TextMatch;
}

/** The first place in a transcript that has a text. */
export interface TextMatch extends FoundText {
  readonly path: string;
}

/**
 * Lists every session of these homes and of the shared target once, the one that changed last first.
 *
 * One `stat` per transcript finds them. Then the first and the last 64 KiB of each are read, as the list is iterated;
 * with `text`, all of each. Titles and times are those that the Agent SDK 0.3.332 and the pickers of
 * 2.1.197 and 2.1.332 show.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories; none for the shared target alone.
 * @param options - `directory`, `text`, `since`, `before`, `accountUuid`, `running`: which sessions. `details`: whether to
 * open transcripts. `required`: the shared links, by default `RequiredShared`. `signal`, `onProgress`, `onUnreadable`; and
 * see {@link ListSessionsOptions}.
 * @returns A stream, which can be left early: nothing stays open.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`, at the call. What it finds is never thrown;
 * iterating throws only the reason of an aborted `signal`.
 *
 * @example The last session
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { listSessions } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const line = '{"type":"user","cwd":"/work","message":{"content":"Fix the clock"}}';
 * const { fs } = memfs({ [`/me/.claude/projects/-work/${id}.jsonl`]: line });
 * for await (const { sessionId, title, accountHomes } of listSessions(['/me/.claude'], { fs })) {
 *   assert.equal(sessionId, id);
 *   assert.equal(title?.text, 'Fix the clock');
 *   assert.deepEqual(accountHomes, ['/me/.claude']);
 * }
 * ```
 */
export function listSessions(
  accountHomes: readonly string[],
  options: ListSessionsOptions = {},
): AsyncIterable<ListedSession> {
  const { accountHomes: homes, options: given } = check('listSessions', schema, {
    accountHomes,
    options,
  });
  return list({
    ...given,
    accountHomes: [...new Set(homes)],
    managedSettings: given.managedSettings ?? defaultManagedDirectory(process.platform),
    processInspector: given.processInspector ?? defaultInspector(given.fs),
    fs: readFsOf(given.fs),
  });
}

const schema = /* @__PURE__ */ (() => ({
  accountHomes: paths,
  options: optionsOf({
    required: requiredKind,
    details: optional(flag, true),
    directory: optional(path),
    text: optional(nonEmptyString),
    since: optional(date),
    before: optional(date),
    accountUuid: optional(nonEmptyString),
    running: optional(flag, false),
    processInspector: optional(processInspectorKind),
    managedSettings: optional(path),
    onUnreadable: optional(callback<(unreadable: Unreadable) => void>()),
    onProgress: optional(callback<(progress: ListProgress) => void>()),
    signal: optional(abortSignal),
    fs: readFsKind,
  }),
}))();

interface ListRequest extends ListSessionsOptions {
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly details: boolean;
  readonly processInspector: ProcessInspector;
  readonly managedSettings: string;
  readonly fs: SessionReadFs;
}

async function* list(request: ListRequest): AsyncGenerator<ListedSession, void> {
  const { fs, accountHomes, required, onUnreadable, onProgress, signal } = request;
  signal?.throwIfAborted();
  const { directory } = request;
  const directories = directory === undefined ? undefined : await spellingsOf(fs, directory);
  const isWanted = projectFilter(directories);
  const found = await findSessions(fs, accountHomes, required, { isWanted, onUnreadable });
  const surroundings = await findSurroundings(request);
  const isListed = statsFilter(request, surroundings);
  const sessions = found.filter(isListed);
  const describe = describer(request, directories, surroundings);
  for (const [index, files] of sessions.entries()) {
    signal?.throwIfAborted();
    // One after the other: what was just read is searched before the next file drives it out of the processor's cache.
    const session = await describe(files);
    onProgress?.({ checked: index + 1, total: sessions.length });
    if (session !== undefined) yield session;
  }
}

/** What is known beside the transcripts. */
interface Surroundings {
  /** By the id of the session in lower case. */
  readonly live: ReadonlyMap<string, LiveSession['processState']>;
  /** After how many days a home deletes transcripts. */
  readonly periods: ReadonlyMap<string, number>;
}

async function findSurroundings(request: ListRequest): Promise<Surroundings> {
  const { fs, accountHomes, details, running = false, processInspector, onUnreadable } = request;
  const live = new Map<string, LiveSession['processState']>();
  const periods = new Map<string, number>();
  const isWanted = (details || running) && accountHomes.length > 0;
  if (!isWanted) return { live, periods };
  const report = await findLiveSessions(accountHomes, { fs, processInspector });
  for (const { sessionId, processState } of report.sessions) {
    const id = sessionId.toLowerCase();
    if (live.get(id) !== 'running') live.set(id, processState);
  }
  for (const problem of report.problems) {
    const errno = 'errno' in problem ? problem.errno : undefined;
    onUnreadable?.({ path: problem.path, errno: errno ?? 'EINVAL' });
  }
  for (const home of details ? accountHomes : []) {
    periods.set(home, await periodDaysOf(fs, home, request.managedSettings));
  }
  return { live, periods };
}

/** Which projects may have sessions of a directory or of those in it. */
function projectFilter(
  directories: readonly string[] | undefined,
): (projectKey: string) => boolean {
  if (directories === undefined) return () => true;
  const starts = directories.map((directory) => keyOf(directory).slice(0, MAX_KEY_LENGTH));
  return (projectKey) => starts.some((start) => projectKey.startsWith(start));
}

/** A directory as a program in it names it, and as it was named if a link has replaced it since. */
async function spellingsOf(fs: SessionReadFs, directory: string): Promise<readonly string[]> {
  return [...new Set([await realPathOf(fs, directory), resolve(directory)])];
}

function statsFilter({ since, before, running = false }: ListRequest, { live }: Surroundings) {
  return ([{ sessionId, mtime }]: SessionFiles) =>
    (since === undefined || mtime >= since.getTime()) &&
    (before === undefined || mtime < before.getTime()) &&
    (!running || live.has(sessionId.toLowerCase()));
}

/** What describes a session; `undefined` if it is gone, or filtered out. */
function describer(
  request: ListRequest,
  directories: readonly string[] | undefined,
  { live, periods }: Surroundings,
) {
  const { fs, details, text, accountUuid, signal, onUnreadable } = request;
  const reader = new TranscriptReader(fs);
  const needle = text === undefined ? undefined : needleFor(text);
  const isRead = details || needle !== undefined || accountUuid !== undefined;

  /** The first of the files that has what is looked for, with what it says. */
  const readFirst = async (files: SessionFiles): Promise<ReadFile | undefined> => {
    for (const file of files) {
      const read = await reader.read(file.path, file.size, needle, signal);
      signal?.throwIfAborted();
      if (read.ok && read.value !== undefined) {
        const { overview, match } = read.value;
        return { file, overview, match: match && { path: file.path, ...match } };
      }
      if (read.ok || read.errno === 'ENOENT') continue;
      onUnreadable?.({ path: file.path, errno: read.errno });
      if (needle === undefined) return { file };
    }
    return undefined;
  };

  const othersThan = async (file: FoundFile, files: SessionFiles) => {
    const others = files.filter((one) => one !== file);
    if (!isRead || others.length === 0) return others;
    const differing: FoundFile[] = [];
    for (const other of others) {
      const isSame =
        other.size === file.size && (await reader.haveSameEnds(other.path, file.path, file.size));
      if (!isSame) differing.push(other);
    }
    return differing;
  };

  return async (files: SessionFiles): Promise<ListedSession | undefined> => {
    const read: ReadFile | undefined = isRead ? await readFirst(files) : { file: files[0] };
    if (read === undefined) return undefined;
    const { file, overview, match } = read;
    const owner = overview?.owner?.accountUuid.toLowerCase();
    if (accountUuid !== undefined && owner !== accountUuid.toLowerCase()) return undefined;
    const isInside = directories?.some((each) => isIn(each, file, overview?.cwd)) ?? true;
    if (!isInside) return undefined;
    const visible = new Set(files.flatMap((one) => one.accountHomes));
    const homes = request.accountHomes.filter((home) => visible.has(home));
    const days = Math.min(...homes.map((home) => periods.get(home) ?? Infinity));
    const processState = live.get(file.sessionId.toLowerCase());
    return {
      ...published(file),
      accountHomes: homes,
      otherVersions: (await othersThan(file, files)).map(published),
      ...overview,
      ...(processState === undefined ? {} : { processState }),
      ...(days === Infinity ? {} : { expiresAt: dateOf(file.mtime + days * DAY_MS) }),
      ...(match === undefined ? {} : { match }),
    };
  };
}

/** A transcript that was opened, or at least was to be. */
interface ReadFile {
  readonly file: FoundFile;
  readonly overview?: TranscriptOverview;
  readonly match?: TextMatch | undefined;
}

/** Whether a session is of a directory: keys alone are ambiguous, and `/a-b` is not in `/a`. */
function isIn(directory: string, { projectKey }: FoundFile, cwd: string | undefined): boolean {
  const key = keyOf(directory);
  if (projectKey === key) return true;
  return cwd === undefined ? projectKey.startsWith(`${key}-`) : isAtOrBelow(cwd, directory);
}

function published({
  sessionId,
  path: at,
  projectKey,
  size,
  mtime,
  accountHomes,
}: FoundFile): SessionFile {
  return { sessionId, path: at, projectKey, size, modifiedAt: dateOf(mtime), accountHomes };
}
