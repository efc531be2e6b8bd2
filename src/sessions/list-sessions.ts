import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
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
import { toResult } from '../core/result.ts';
import type { FsLike } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { entryOf, identityOf } from '../fs/stats.ts';
import type { SharedSymlink } from '../links/required.ts';
import {
  findRoots,
  listTranscripts,
  type TranscriptFile,
  type Unreadable,
} from './find-transcripts.ts';
import {
  defaultInspector,
  processInspectorKind,
  readFsKind,
  readFsOf,
  requiredKind,
} from './option-kinds.ts';
import type { LiveSession } from './live-sessions.ts';
import type { ResumeUUID } from './resume-uuid.ts';
import type { SessionTitle } from './transcript/overview.ts';
import { OverviewReader, type ReadOverview } from './transcript/read-overview.ts';
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
  /** Only sessions of this directory and those in it: an absolute, real path. */
  readonly directory?: string | undefined;
  /** Only sessions with this text anywhere in their transcript; upper and lower case differ. */
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
  /** Is called now and then with how many of the sessions have been looked at. */
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
export interface TextMatch {
  /** The number of the line in the file, from 1. */
  readonly line: number;
  /** The text with what surrounds it. */
  readonly excerpt: string;
}

/**
 * Lists the sessions of these homes and of the shared target, the one that changed last first.
 *
 * One `stat` per transcript; then the beginning and the end of each are read, 50 at a time, as the list is iterated.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories; none for the shared target alone.
 * @param options - What to list, and how; see {@link ListSessionsOptions}.
 * @returns Each session once.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`, at the call; never for what it finds.
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
  const call = check('listSessions', schema, { accountHomes, options });
  const { fs, processInspector } = call.options;
  return list({
    ...call.options,
    accountHomes: [...new Set(call.accountHomes)],
    processInspector: processInspector ?? defaultInspector(fs),
    fs: readFsOf(fs),
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

interface ListRequest {
  readonly accountHomes: readonly string[];
  readonly processInspector: ProcessInspector;
  readonly required: readonly SharedSymlink[];
  readonly details: boolean;
  readonly directory: string | undefined;
  readonly since: Date | undefined;
  readonly before: Date | undefined;
  readonly fs: SessionReadFs;
}

const PAGE = 50;

async function* list(request: ListRequest): AsyncGenerator<ListedSession, void> {
  const { fs, details, directory } = request;
  const sessions = await findSessions(request);
  const reader = new OverviewReader(fs);
  const describe = async (files: Files): Promise<ListedSession | undefined> => {
    const [newest] = files;
    const homes = new Set(files.flatMap((file) => file.accountHomes));
    const base = {
      ...publicFile(newest),
      accountHomes: request.accountHomes.filter((home) => homes.has(home)),
      otherVersions: files.slice(1).map(publicFile),
    };
    if (!details) return base;
    const read = await reader.read(newest.path, newest.size);
    if (!read.ok) return base;
    const { cwd } = read.value;
    if (directory !== undefined && cwd !== undefined && !isAtOrBelow(cwd, directory)) {
      return undefined;
    }
    return { ...base, ...detailsOf(read.value) };
  };
  for (let from = 0; from < sessions.length; from += PAGE) {
    const page = sessions.slice(from, from + PAGE);
    for (const session of await mapLimit(page, describe, MANY_AT_ONCE)) {
      if (session !== undefined) yield session;
    }
  }
}

function detailsOf({ title, cwd, createdAt, messages, owner, isWhole }: ReadOverview) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(createdAt === undefined ? {} : { createdAt }),
    messages: { count: messages, isExact: isWhole },
    ...(owner === undefined ? {} : { owner }),
  };
}

interface FoundFile extends TranscriptFile {
  readonly size: number;
  readonly mtime: number;
  readonly identity: string;
  readonly accountHomes: readonly string[];
}

/** The files of a session, the one that changed last first. */
type Files = readonly [FoundFile, ...FoundFile[]];

function publicFile({ sessionId, path: at, projectKey, size, mtime, accountHomes }: FoundFile) {
  return { sessionId, path: at, projectKey, size, modifiedAt: new Date(mtime), accountHomes };
}

/** The files of all sessions, by name and stats alone. */
async function findSessions({
  fs,
  accountHomes,
  required,
  since,
  before,
}: ListRequest): Promise<readonly Files[]> {
  const { roots } = await findRoots(fs, accountHomes, required);
  const found = new Map<ResumeUUID, Files>();
  for (const root of roots) {
    const homes = root.flatMap(({ accountHome }) => accountHome ?? []);
    const files = await listTranscripts(fs, root);
    const weigh = async (file: TranscriptFile): Promise<void> => {
      const stats = await toResult(fs.stat(file.path, { bigint: true }));
      if (!stats.ok || !stats.value.isFile()) return;
      const one: FoundFile = {
        ...file,
        size: Number(stats.value.size),
        mtime: Number(stats.value.mtimeMs),
        identity: identityOf(entryOf(stats.value)) ?? file.path,
        accountHomes: homes,
      };
      const known = found.get(file.sessionId);
      if (known === undefined) found.set(file.sessionId, [one]);
      else found.set(file.sessionId, together(known, one));
    };
    await mapLimit(files, weigh, MAX_STATS);
  }
  const isWanted = ([{ mtime }]: Files) =>
    (since === undefined || mtime >= since.getTime()) &&
    (before === undefined || mtime < before.getTime());
  return [...found.values()].filter(isWanted).toSorted(([one], [other]) => other.mtime - one.mtime);
}

// Enough to keep the threads of the file system busy: none of these calls holds a file open.
const MAX_STATS = 512;

/** Adds a file to those of its session; another path of one of them adds its homes only. */
function together(files: Files, one: FoundFile): Files {
  const known = files.find(({ identity }) => identity === one.identity);
  const merged =
    known === undefined
      ? one
      : { ...known, accountHomes: [...new Set([...known.accountHomes, ...one.accountHomes])] };
  const [first = merged, ...others] = [...files.filter((file) => file !== known), merged].toSorted(
    (file, other) => other.mtime - file.mtime,
  );
  return [first, ...others];
}
