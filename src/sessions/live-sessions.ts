import { memberOf, parsedJson } from '../core/json.ts';
import { check, optional, options as optionsOf, somePaths } from '../core/options.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import type { FsLike } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import { readSmallFile } from '../fs/read-file.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import { entryOf, identityOf } from '../fs/stats.ts';
import { defaultInspector, processInspectorKind, readFsKind, readFsOf } from './option-kinds.ts';
import { type SessionProblem, sessionProblem } from './problems.ts';
import { isValidResumeUUID, type ResumeUUID } from './resume-uuid.ts';

/** Options of `findLiveSessions`. */
export interface LiveSessionsOptions {
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
  /** Tells which processes are running: those of this machine by default, or none with an injected `fs`. */
  readonly processInspector?: ProcessInspector | undefined;
}

/** What Claude Code records about a running session in `<account home>/sessions/<pid>.json`. */
export interface SessionRecord {
  /** The session that the process is in now; it follows `/clear`. */
  readonly sessionId: ResumeUUID;
  /** The working directory, if the record has it. */
  readonly cwd: string | undefined;
  /** `bg`, `daemon` or `daemon-worker` in the background, otherwise `interactive`, in print mode, too. */
  readonly kind: string | undefined;
  /** How it was started: `cli` on a terminal, `sdk-cli` in print mode, others by an SDK. */
  readonly entrypoint: string | undefined;
  /** What it does, such as `idle` or `busy`; 2.1.197 records it on a terminal only. */
  readonly status: string | undefined;
  /** When the process started, if the record has it (2.1.197 and 2.1.332). */
  readonly startedAt: Date | undefined;
}

/** A session that is running, or may be. */
export interface LiveSession extends SessionRecord {
  /** The account homes that have its record, in the caller's spelling: one, unless homes are shared. */
  readonly accountHomes: readonly [string, ...string[]];
  readonly pid: number;
  /** The path of its record. */
  readonly path: string;
  /**
   * `running`: its process exists, and is the one that wrote the record, unless the record lacks the start time.
   * `unknown`: it may exist where it can't be seen, such as in another container. 2.1.197 does not record the container:
   * inside one, and for a record of that version, a process that is not found is `unknown`, too.
   */
  readonly processState: 'running' | 'unknown';
}

/** What `findLiveSessions` found. */
export interface LiveSessionsReport {
  /** In the order of the account homes, and in each by process id. */
  readonly sessions: readonly LiveSession[];
  /** What could not be read, and so may hide a session. Only warnings. */
  readonly problems: readonly SessionProblem[];
}

/**
 * Finds the sessions that Claude Code is running under the given accounts, without touching them.
 *
 * Each process keeps a record in `<account home>/sessions/<pid>.json`, which stays behind when it is killed: so a
 * record counts only if its process exists and started when the record says. A process that was itself started by a
 * Claude Code session, and inherited `CLAUDE_CODE_CHILD_SESSION`, keeps no record on a terminal, and is not found. Seen
 * on 2.1.329 and 2.1.197.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `fs`: a file system to read from, by default the real disk. `processInspector`: tells which
 * processes are running; by default those of this machine, or nothing with an injected `fs`.
 * @returns Every session once, and what could not be read. Hostile content is reported, never thrown.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what it finds.
 *
 * @example Wait until an account is idle
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { findLiveSessions } from 'claude-shared-state/sessions';
 *
 * const record = {
 *   sessionId: '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
 *   procStart: '1170374',
 *   status: 'busy',
 * };
 * const { fs } = memfs({ '/home/me/.claude/sessions/4711.json': JSON.stringify(record) });
 * const processInspector = { status: async () => ({ state: 'running', start: '1170374' }) as const };
 *
 * const { sessions } = await findLiveSessions(['/home/me/.claude'], { fs, processInspector });
 * assert.deepEqual(
 *   sessions.map(({ pid, status, processState }) => [pid, status, processState]),
 *   [[4711, 'busy', 'running']],
 * );
 * ```
 */
export async function findLiveSessions(
  accountHomes: readonly string[],
  options: LiveSessionsOptions = {},
): Promise<LiveSessionsReport> {
  const {
    accountHomes: homes,
    options: { fs: given, processInspector = defaultInspector(given) },
  } = check('findLiveSessions', schema, { accountHomes, options });
  const fs = readFsOf(given);
  const sessions: LiveSession[] = [];
  const { files, problems } = await findRecords(fs, homes);
  for (const file of files) {
    const { found, problem } = await readRecord(fs, file);
    if (problem !== undefined) problems.push(problem);
    if (found === undefined) continue;
    const processState = await processStateOf(file.pid, found, processInspector);
    if (processState !== 'exited') sessions.push({ ...file, ...found.record, processState });
  }
  return { sessions, problems };
}

const schema = /* @__PURE__ */ (() => ({
  accountHomes: somePaths,
  options: optionsOf({
    fs: readFsKind,
    processInspector: optional(processInspectorKind),
  }),
}))();

/** A record with what tells its process from a later one with the same id. */
interface WholeRecord {
  readonly record: SessionRecord;
  readonly procStart: string | undefined;
  readonly pidDomain: string | undefined;
}

async function processStateOf(
  pid: number,
  { procStart, pidDomain }: WholeRecord,
  processInspector: ProcessInspector,
): Promise<LiveSession['processState'] | 'exited'> {
  const recorded = { pid, pidNamespace: pidDomain, start: procStart };
  // The inspector may be the caller's, and fail.
  const inspected = await toResult(processInspector.status(recorded));
  if (!inspected.ok) return 'unknown';
  const status = inspected.value;
  if (status.state !== 'running') return status.state;
  // Without a start the program, too, takes the process for the one that is meant.
  if (procStart === undefined) return 'running';
  if (status.start === undefined) return 'unknown';
  // Another process may have been given the same id since.
  return procStart === status.start ? 'running' : 'exited';
}

/** A file that is named like a session record. */
type RecordFile = Pick<LiveSession, 'path' | 'pid' | 'accountHomes'>;

/** The files that are named like session records, each once, though homes may share them. */
async function findRecords(fs: SessionReadFs, accountHomes: readonly string[]) {
  const files = new Map<string, RecordFile>();
  const problems: SessionProblem[] = [];
  for (const accountHome of new Set(accountHomes)) {
    const directory = join(accountHome, 'sessions');
    const entries = await listDirectory(fs, directory);
    if (!entries.ok && entries.errno !== 'ENOENT') {
      const { errno } = entries;
      problems.push(
        sessionProblem('live-sessions-unreadable', { path: directory, accountHome, errno }),
      );
    }
    const pids = (entries.ok ? entries.value : []).flatMap(({ name }) => pidIn(name) ?? []);
    for (const pid of pids.toSorted((one, other) => one - other)) {
      const path = join(directory, `${pid}.json`);
      const stats = await toResult(fs.stat(path, { bigint: true }));
      // With the process id, because one file may have the names of two processes.
      const identity = `${pid} ${(stats.ok ? identityOf(entryOf(stats.value)) : undefined) ?? path}`;
      const known = files.get(identity);
      files.set(
        identity,
        known === undefined
          ? { path, pid, accountHomes: [accountHome] }
          : { ...known, accountHomes: [...known.accountHomes, accountHome] },
      );
    }
  }
  return { files: [...files.values()], problems };
}

/** The process id in the name of a record. The program goes by the name, not by the `pid` inside. */
function pidIn(name: string): number | undefined {
  const pid = /^([1-9]\d{0,9})\.json$/.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

// A record of 2.1.329 has about 600.
const MAX_BYTES = 65_536;
const MAX_ATTEMPTS = 3;

async function readRecord(
  fs: SessionReadFs,
  { path, accountHomes: [accountHome] }: RecordFile,
): Promise<{ readonly found?: WholeRecord; readonly problem?: SessionProblem }> {
  let errno: string | undefined;
  // The program writes a record in place: for a moment it is empty, incomplete, or gone.
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const content = await readSmallFile(fs, path, MAX_BYTES);
    const found = content.ok ? parseRecord(content.value) : undefined;
    if (found !== undefined) return { found };
    // A FIFO or the like is reported as not being a record.
    errno = content.ok || content.errno === 'EFTYPE' ? undefined : content.errno;
  }
  if (errno === 'ENOENT') return {};
  const fields = errno === undefined ? { path, accountHome } : { path, accountHome, errno };
  return { problem: sessionProblem('live-sessions-unreadable', fields) };
}

function parseRecord(content: string): WholeRecord | undefined {
  const value = parsedJson(content);
  const sessionId = memberOf(value, 'sessionId');
  if (!isValidResumeUUID(sessionId)) return undefined;
  const text = (name: string) => {
    const member = memberOf(value, name);
    return typeof member === 'string' ? member : undefined;
  };
  const [cwd, kind, entrypoint, status] = ['cwd', 'kind', 'entrypoint', 'status'].map(text);
  const time = memberOf(value, 'startedAt');
  const started = new Date(typeof time === 'number' ? time : Number.NaN);
  const startedAt = Number.isNaN(started.getTime()) ? undefined : started;
  return {
    record: { sessionId, cwd, kind, entrypoint, status, startedAt },
    procStart: text('procStart'),
    pidDomain: text('pidDomain'),
  };
}
