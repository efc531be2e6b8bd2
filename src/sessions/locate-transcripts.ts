import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { check, optional, options as optionsOf, path, somePaths } from '../core/options.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import type { FsLike } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import type { SharedSymlink } from '../links/required.ts';
import {
  findRoots,
  findTranscripts,
  listProjects,
  type ProjectsRoot,
  type Transcript,
  type Unreadable,
} from './find-transcripts.ts';
import { readFsKind, readFsOf, requiredKind, sessionIdKind } from './option-kinds.ts';
import { keyOf } from './project-key.ts';
import type { ResumeUUID } from './resume-uuid.ts';

/** Options of `locateTranscripts`. */
export interface LocateOptions {
  /** Absolute paths of Claude Code config directories, at least one. */
  readonly accountHomes: readonly string[];
  /** The shared links; the target of `projects` is searched, too. `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The real path of the working directory in which the session ran: its project is searched first. */
  readonly cwd?: string | undefined;
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** Something that belongs to a session whose transcript is missing. */
export interface SessionArtifact {
  /** `<uuid>/` beside the transcript, `session-env/<uuid>` or `file-history/<uuid>`. */
  readonly kind: 'session-directory' | 'session-env' | 'file-history';
  readonly path: string;
}

/** Everything that was found of one session. */
export interface LocatedTranscripts {
  /** One entry per real file; of the project of `cwd` first, then the last modified first. */
  readonly transcripts: readonly Transcript[];
  /** What is left of the session if there is no transcript of it; empty otherwise. */
  readonly artifacts: readonly SessionArtifact[];
  /** What could not be searched, so that a transcript may have been missed. */
  readonly unreadable: readonly Unreadable[];
}

/**
 * Finds every place that holds the transcript of a session, in these homes and in the shared target.
 *
 * One `stat` per project directory; nothing is opened. Homes that share their projects are searched once. Two paths of
 * one file (hard links, or paths through links) are one entry.
 *
 * @param sessionId - The session id, in the spelling of its file: on most systems the case matters.
 * @param options - `accountHomes`; `required`: by default `RequiredShared`; `cwd`: searched first; `fs`: by
 * default the real disk.
 * @returns The transcripts with homes, project keys, size in bytes and time of the last change; what else
 * is left of the session if there are none; and what could not be searched.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`; never for what it finds.
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
 * assert.equal(transcripts[0]?.paths[0].accountHome, '/home/me/.claude-b');
 * assert.equal(transcripts[0].paths[0].projectKey, '-work');
 * ```
 */
export async function locateTranscripts(
  sessionId: ResumeUUID,
  options: LocateOptions,
): Promise<LocatedTranscripts> {
  const { options: given } = check('locateTranscripts', schema, { sessionId, options });
  const { required, cwd } = given;
  const accountHomes = [...new Set(given.accountHomes)];
  const fs = readFsOf(given.fs);

  const { roots, unreadable } = await findRoots(fs, accountHomes, required);
  const firstKeys = cwd === undefined ? [] : [keyOf(cwd)];
  const found = await findTranscripts(fs, sessionId, roots, firstKeys);
  const isFirst = ({ paths }: Transcript) =>
    paths.some(({ projectKey }) => firstKeys.includes(projectKey));
  const isGone = found.transcripts.length === 0;
  return {
    transcripts: found.transcripts.toSorted(
      (first, second) =>
        Number(isFirst(second)) - Number(isFirst(first)) ||
        second.modifiedAt.getTime() - first.modifiedAt.getTime(),
    ),
    artifacts: isGone ? await findArtifacts(fs, sessionId, accountHomes, roots) : [],
    unreadable: [...unreadable.filter(({ errno }) => errno !== 'ENOENT'), ...found.unreadable],
  };
}

const schema = /* @__PURE__ */ (() => ({
  sessionId: sessionIdKind,
  options: optionsOf({
    accountHomes: somePaths,
    required: requiredKind,
    cwd: optional(path),
    fs: readFsKind,
  }),
}))();

async function findArtifacts(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  accountHomes: readonly string[],
  roots: readonly ProjectsRoot[],
): Promise<readonly SessionArtifact[]> {
  const directories: SessionArtifact[] = [];
  for (const root of roots) {
    const keys = await listProjects(fs, root);
    for (const key of keys.ok ? keys.value : []) {
      directories.push({ kind: 'session-directory', path: join(root[0].path, key) });
    }
  }
  for (const home of accountHomes) {
    directories.push({ kind: 'session-env', path: join(home, 'session-env') });
    directories.push({ kind: 'file-history', path: join(home, 'file-history') });
  }
  const find = async ({ kind, path: directory }: SessionArtifact) => {
    const artifact = { kind, path: join(directory, sessionId) };
    return (await toResult(fs.lstat(artifact.path, { bigint: true }))).ok ? [artifact] : [];
  };
  return (await mapLimit(directories, find, MANY_AT_ONCE)).flat();
}
