import { toResult } from '../core/result.ts';
import { ArgumentCheck } from '../core/arguments.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import type { ProcessInspector } from '../fs/processes.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { inspectorFor } from './process-inspector.ts';
import { RecordReader } from './record-reader.ts';
import type { SessionProblem } from './session-problem.ts';
import type { SessionRecord, WholeRecord } from './session-record.ts';

/** What `findLiveSessions` may be told. */
export interface LiveSessionsOptions {
  /** A file system to read from; by default the real disk. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
  /**
   * Tells which processes are running. By default those of this machine if `fs` is left out, too;
   * otherwise nothing is known of any.
   */
  readonly processInspector?: ProcessInspector | undefined;
}

/** A session that runs now, or may. */
export interface LiveSession extends SessionRecord {
  /** The account homes in which its record is, in the caller's spelling: one, unless homes are shared. */
  readonly accountHomes: readonly [string, ...string[]];
  /** The process that the session runs in. */
  readonly pid: number;
  /** The path of its record. */
  readonly path: string;
  /**
   * `running`: its process is there, and is the one that wrote the record, unless that does not say when
   * it started. `unknown`: it may be, but that cannot be told from here, because it runs in another container,
   * say. Claude Code 2.1.197 does not record in which: so inside a container, and with a record of that
   * version, a process that is not there is `unknown`, too.
   */
  readonly liveness: 'running' | 'unknown';
}

/** What `findLiveSessions` found. */
export interface LiveSessionsReport {
  /** In the order of the account homes, and in each by process id. */
  readonly sessions: readonly LiveSession[];
  /** What could not be read, and so may hide a session. Only warnings. */
  readonly problems: readonly SessionProblem[];
}

/**
 * Finds the sessions that Claude Code runs now under the given accounts, without touching them.
 *
 * Each process keeps a record in `<account home>/sessions/<pid>.json`, which stays behind when it is
 * killed: so a record counts only if its process is there and started when the record says. A process
 * that was itself started by a Claude Code session, and inherited `CLAUDE_CODE_CHILD_SESSION`, keeps no
 * record on a terminal, and is not found. Seen on 2.1.329 and 2.1.197.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `fs`: a file system to read from, by default the real disk. `processInspector`: tells which
 * processes are running; by default those of this machine, or nothing with a given `fs`.
 * @returns Every session once, and what could not be read. Hostile content is reported, never thrown.
 * @throws {SharedStateError} Only for bad arguments, such as `no-homes` or `path-relative`.
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
 *   sessions.map(({ pid, status, liveness }) => [pid, status, liveness]),
 *   [[4711, 'busy', 'running']],
 * );
 * ```
 */
export async function findLiveSessions(
  accountHomes: readonly string[],
  options: LiveSessionsOptions = {},
): Promise<LiveSessionsReport> {
  const { homes, fs, processInspector } = request(accountHomes, options);
  const reader = new RecordReader(fs);
  const sessions: LiveSession[] = [];
  for (const file of await reader.files(homes)) {
    const found = await reader.read(file);
    const liveness =
      found === undefined ? 'exited' : await livenessOf(file.pid, found, processInspector);
    if (found !== undefined && liveness !== 'exited') {
      sessions.push({ ...file, ...found.record, liveness });
    }
  }
  return { sessions, problems: reader.problems };
}

async function livenessOf(
  pid: number,
  { procStart, pidDomain }: WholeRecord,
  processInspector: ProcessInspector,
): Promise<LiveSession['liveness'] | 'exited'> {
  // The inspector may be the caller's, and fail.
  const recorded = { pid, pidNamespace: pidDomain, start: procStart };
  const looked = await toResult(processInspector.status(recorded));
  if (!looked.ok) return 'unknown';
  const seen = looked.value;
  if (seen.state !== 'running') return seen.state;
  // Without a start the program, too, takes the process for the one that is meant.
  if (procStart === undefined) return 'running';
  if (seen.start === undefined) return 'unknown';
  // Another process may have been given the same id since.
  return procStart === seen.start ? 'running' : 'exited';
}

function request(accountHomes: unknown, options: LiveSessionsOptions) {
  const check = new ArgumentCheck();
  const homes = check.homes(accountHomes);
  const { fs, processInspector }: LiveSessionsOptions = check.areOptions(options, [
    'fs',
    'processInspector',
  ])
    ? options
    : {};
  check.fileSystem(fs, sessionReadPort);
  const probe = inspectorFor(check, fs, processInspector);
  check.finish('findLiveSessions');
  return {
    homes,
    fs: fs === undefined ? realSessionDisk : promisesOf(fs),
    processInspector: probe,
  };
}
