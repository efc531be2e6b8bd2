import { ArgumentCheck } from '../core/arguments.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { checkRequired } from '../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../links/required.ts';
import { join } from '../core/paths.ts';
import { keyOf } from './project-key.ts';
import type { ResumeUUID } from './resume-uuid.ts';
import { findRoots, type ProjectsRoot } from './roots.ts';
import { checkSessionId } from './session-id.ts';
import { searchTranscripts, type Transcript, type Unreadable } from './transcripts.ts';

/** Where `locateTranscripts` looks. */
export interface LocateOptions {
  /** Absolute paths of Claude Code config directories, at least one. */
  readonly accountHomes: readonly string[];
  /** The shared links; the target of `projects` is looked into, too. `RequiredShared` unless given. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The real path of the working directory in which the session ran: its project is looked into first. */
  readonly cwd?: string | undefined;
  /** The file system to read from; the real disk unless given. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** Something that belongs to a session whose transcript is not there. */
export interface Leftover {
  /** `<uuid>/` beside the transcript, `session-env/<uuid>` or `file-history/<uuid>`. */
  readonly kind: 'session-directory' | 'session-env' | 'file-history';
  readonly path: string;
}

/** Everything that was found of one session. */
export interface LocatedTranscripts {
  /** One entry per real file; of the project of `cwd` first, then the last modified first. */
  readonly transcripts: readonly Transcript[];
  /** What is left of the session where there is no transcript of it; empty otherwise. */
  readonly leftovers: readonly Leftover[];
  /** Where something could not be looked at, so that a transcript may have been missed. */
  readonly unreadable: readonly Unreadable[];
}

const knownOptions = ['accountHomes', 'required', 'cwd', 'fs'];

/**
 * Finds every place that holds the transcript of a session, in these homes and in the shared target.
 *
 * One `stat` per project directory; nothing is opened. Homes that share their projects are looked into
 * once. Two names of one file (hard links, or two ways through links) are one entry.
 *
 * @param sessionId - The session id, in the spelling of its file: on most systems the case matters.
 * @param options - `accountHomes`; `required`: by default `RequiredShared`; `cwd`: looked into first;
 * `fs`: by default the real disk.
 * @returns The transcripts with homes, project keys, size in bytes and time of the last change; what
 * else is left of the session if there are none; and what could not be looked at.
 * @throws {SharedStateError} Only for bad arguments, such as `invalid-session-id` or `no-homes`.
 *
 * @example In which home is it?
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { isValidResumeUUID, locateTranscripts } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * assert.ok(isValidResumeUUID(id));
 * const { fs } = memfs({ [`/home/me/.claude-b/projects/-work/${id}.jsonl`]: '{}' });
 * const { transcripts } = await locateTranscripts(id, {
 *   accountHomes: ['/home/me/.claude-a', '/home/me/.claude-b'],
 *   fs,
 * });
 * assert.equal(transcripts.length, 1);
 * assert.equal(transcripts[0]?.names[0].accountHome, '/home/me/.claude-b');
 * assert.equal(transcripts[0].names[0].projectKey, '-work');
 * ```
 */
export async function locateTranscripts(
  sessionId: ResumeUUID,
  options: LocateOptions,
): Promise<LocatedTranscripts> {
  const check = new ArgumentCheck();
  checkSessionId(check, sessionId);
  const given: Partial<LocateOptions> = check.areOptions(options, knownOptions) ? options : {};
  const { required = RequiredShared, cwd, fs } = given;
  const accountHomes = [...new Set(check.homes(given.accountHomes))];
  const list = checkRequired(check, required);
  if (cwd !== undefined) check.isPath('options.cwd', cwd);
  check.fileSystem(fs, sessionReadPort);
  check.finish('locateTranscripts');
  const disk = fs === undefined ? realSessionDisk : promisesOf(fs);

  const { roots, failures } = await findRoots(disk, accountHomes, list);
  const firstKeys = cwd === undefined ? [] : [keyOf(cwd)];
  const { transcripts, unreadable } = await searchTranscripts(disk, sessionId, roots, firstKeys);
  const isFirst = ({ names }: Transcript) => names.some((it) => firstKeys.includes(it.projectKey));
  return {
    transcripts: transcripts.toSorted(
      (one, other) =>
        Number(isFirst(other)) - Number(isFirst(one)) ||
        other.modified.getTime() - one.modified.getTime(),
    ),
    leftovers:
      transcripts.length > 0 ? [] : await findLeftovers(disk, sessionId, accountHomes, roots),
    unreadable: [
      ...failures
        .filter(({ failure }) => failure.errno !== 'ENOENT')
        .map(({ failure, ...way }) => ({ ...way, errno: failure.errno })),
      ...unreadable,
    ],
  };
}

async function findLeftovers(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  accountHomes: readonly string[],
  roots: readonly ProjectsRoot[],
): Promise<readonly Leftover[]> {
  const directories = await Promise.all(
    roots.map(async ({ ways: [{ path: root }] }) => {
      const entries = await listDirectory(fs, root);
      return (entries.ok ? entries.value : []).map(({ name }) => join(root, name));
    }),
  );
  const candidates: readonly Leftover[] = [
    ...directories.flat().map((path) => ({ kind: 'session-directory', path }) as const),
    ...accountHomes.flatMap((accountHome) =>
      (['session-env', 'file-history'] as const).map((kind) => ({
        kind,
        path: join(accountHome, kind),
      })),
    ),
  ].map(({ kind, path }) => ({ kind, path: join(path, sessionId) }));
  const isThere = await Promise.all(
    candidates.map(async ({ path }) => (await toResult(fs.lstat(path, { bigint: true }))).ok),
  );
  return candidates.filter((_, index) => isThere[index]);
}
