import { check, optional, options as optionsOf, path, somePaths } from '../core/options.ts';
import type { FsLike } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import type { SharedSymlink } from '../links/required.ts';
import {
  findRoots,
  findTranscripts,
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

/** Everything that was found of one session. */
export interface LocatedTranscripts {
  /** One entry per real file; of the project of `cwd` first, then the last modified first. */
  readonly transcripts: readonly Transcript[];
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
 * @returns The transcripts with homes, project keys, size in bytes and time of the last change; and what
 * could not be searched.
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
  return {
    transcripts: found.transcripts.toSorted(
      (first, second) =>
        Number(isFirst(second)) - Number(isFirst(first)) ||
        second.modifiedAt.getTime() - first.modifiedAt.getTime(),
    ),
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
