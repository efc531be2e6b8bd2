import { memberOf, parsedJson } from '../../core/json.ts';
import {
  check,
  date,
  type Kind,
  optional,
  options as optionsOf,
  path,
  port,
  somePaths,
} from '../../core/options.ts';
import { basename } from 'node:path';
import { readFully } from '../../fs/io.ts';
import { type MigrateReadFs, migrateReadPort, realMigrateDisk } from '../../fs/migrate-fs.ts';
import { type FsLike, promisesOf } from '../../fs/port.ts';
import { readThroughLinks } from '../../fs/read-file.ts';
import type { Unreadable } from '../../sessions/find-transcripts.ts';
import { type LocateOptions, locateTranscripts } from '../../sessions/locate-transcripts.ts';
import { requiredKind, sessionIdKind } from '../../sessions/option-kinds.ts';
import type { ResumeUUID } from '../../sessions/resume-uuid.ts';

/** Where the last look at a transcript ended: plain JSON. */
export interface LimitRowsCursor {
  readonly path: string;
  /** In bytes, at the start of a line. */
  readonly offset: number;
  /** When the look was taken, in milliseconds since 1970. */
  readonly at: number;
}

/** Options of `readLimitRows`. */
export interface LimitRowsOptions extends Omit<LocateOptions, 'fs'> {
  /** That of the last look, also parsed from its JSON; what it doesn't understand counts as none. */
  readonly cursor?: unknown;
  /** The time of the look; the current time by default. */
  readonly now?: Date | undefined;
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<MigrateReadFs> | undefined;
}

/** What is new in a transcript. */
export interface LimitRows {
  /** The prompts, answers and notices since the last look, in the order of the file, for `stepQuotaGate`. */
  readonly rows: readonly unknown[];
  /** For the next look, also if the session has no transcript yet: it is written with the first answer. */
  readonly cursor: LimitRowsCursor;
  /** What could not be read. */
  readonly unreadable: readonly Unreadable[];
}

// More than that isn't read in one look: only the end counts.
const MAX_BYTES = 1024 * 1024;

/**
 * Reads what a session's transcript says since the last look, for `stepQuotaGate` to find a limit in it.
 *
 * Claude Code writes a limit into the transcript as a row of its own, which no pane can hide (2.1.197 to 2.1.332). A look
 * reads at most the last megabyte, and only what is new: rows that are older than the first look don't count, because
 * they may be another account's. After `/clear`, or under a new id, it continues with the new transcript.
 *
 * @param sessionId - The session, as `saveResumeUUIDs` and `findLiveSessions` return it from its record.
 * @param options - `accountHomes`, at least one; `cursor`: of the last look; `cwd`, `required`: as for
 * `locateTranscripts`; `now`; `fs`: by default the real disk.
 * @returns The new rows, the cursor for the next look, and what could not be read. Torn lines wait for the next look.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what it finds.
 *
 * @example A limit that no screen shows
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { isValidResumeUUID } from 'claude-shared-state';
 * import { readLimitRows, stepQuotaGate } from 'claude-shared-state/failover';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * assert.ok(isValidResumeUUID(id));
 * const path = `/home/me/.claude-a/projects/-work/${id}.jsonl`;
 * const { fs } = memfs({ [path]: '' });
 * const options = { accountHomes: ['/home/me/.claude-a'], fs };
 * const { cursor } = await readLimitRows(id, options);
 *
 * const text = "You've hit your session limit · resets 4pm (UTC)";
 * const row = {
 *   type: 'assistant',
 *   timestamp: '2026-11-29T13:00:00.000Z',
 *   isApiErrorMessage: true,
 *   error: 'rate_limit',
 *   message: { content: [{ type: 'text', text }] },
 * };
 * fs.appendFileSync(path, `${JSON.stringify(row)}\n`);
 * const { rows } = await readLimitRows(id, { ...options, cursor });
 *
 * const seen = { session: 'build', account: '/home/me/.claude-a', at: new Date('2026-11-29T13:00:01Z') };
 * const step = stepQuotaGate(undefined, { kind: 'transcript', ...seen, rows });
 * assert.ok(step.verdict === 'swap');
 * assert.equal(step.evidence.resets?.at, '2026-11-29T16:00:00.000Z');
 * ```
 */
export async function readLimitRows(
  sessionId: ResumeUUID,
  options: LimitRowsOptions,
): Promise<LimitRows> {
  const { options: given } = check('readLimitRows', schema, { sessionId, options });
  const { cursor, now = new Date(), fs: givenFs, ...where } = given;
  const fs = givenFs === undefined ? realMigrateDisk : promisesOf(givenFs);
  const at = Number(now);
  const isSame = cursor !== undefined && basename(cursor.path) === `${sessionId}.jsonl`;
  const again = isSame ? await readRowsFrom(fs, cursor.path, cursor.offset) : undefined;
  if (again?.ok === true && !again.value.isAnother) {
    return { rows: again.value.rows, cursor: { ...again.value.end, at }, unreadable: [] };
  }
  const { transcripts, unreadable } = await locateTranscripts(sessionId, { ...where, fs });
  const found = transcripts.find(({ kind }) => kind === 'file')?.paths[0].path;
  const same = cursor ?? { path: '', offset: 0, at };
  if (found === undefined) return { rows: [], cursor: same, unreadable };
  const read = await readRowsFrom(fs, found, 0);
  if (!read.ok) {
    return {
      rows: [],
      cursor: same,
      unreadable: [...unreadable, { path: found, errno: read.errno }],
    };
  }
  const rows = read.value.rows.filter(
    (row) => Date.parse(String(memberOf(row, 'timestamp'))) > same.at,
  );
  return { rows, cursor: { ...read.value.end, at }, unreadable };
}

const cursorKind: Kind<LimitRowsCursor | undefined> = (value) =>
  isCursor(value) ? value : undefined;

function isCursor(value: unknown): value is LimitRowsCursor {
  const offset = memberOf(value, 'offset');
  return (
    typeof memberOf(value, 'path') === 'string' &&
    Number.isSafeInteger(offset) &&
    Number(offset) >= 0 &&
    typeof memberOf(value, 'at') === 'number'
  );
}

const schema = /* @__PURE__ */ (() => ({
  sessionId: sessionIdKind,
  options: optionsOf({
    accountHomes: somePaths,
    required: requiredKind,
    cwd: optional(path),
    cursor: cursorKind,
    now: optional(date),
    fs: optional(port<FsLike<MigrateReadFs>>(migrateReadPort)),
  }),
}))();

const NEWLINE = 10;
const ROW = /"(?:type":"(?:assistant|user)|subtype":"informational)"/;

/** The rows of a transcript from an offset on, without a last line that isn't complete. */
export function readRowsFrom(
  fs: Parameters<typeof readThroughLinks>[0],
  path: string,
  offset: number,
) {
  return readThroughLinks(fs, path, async (handle, size) => {
    // A file that is shorter than before.
    const isAnother = offset > size;
    const from = isAnother ? 0 : offset;
    const start = Math.max(from, size - MAX_BYTES);
    const buffer = new Uint8Array(size - start);
    const bytes = buffer.subarray(0, await readFully(handle, buffer, start, path));
    const first = start === from ? 0 : bytes.indexOf(NEWLINE) + 1;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const lines = new TextDecoder().decode(bytes.subarray(first, end)).split('\n');
    const rows = lines.filter((line) => ROW.test(line)).map(parsedJson);
    return { rows, isAnother, end: { path, offset: start + end } };
  });
}
