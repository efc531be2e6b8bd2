import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { check, options as optionsOf, paths } from '../core/options.ts';
import { toResult } from '../core/result.ts';
import type { FsLike } from '../fs/port.ts';
import type { SessionReadFs } from '../fs/session-fs.ts';
import type { SharedSymlink } from '../links/required.ts';
import { findRoots, listTranscripts, type TranscriptFile } from './find-transcripts.ts';
import { readFsKind, readFsOf, requiredKind } from './option-kinds.ts';
import type { ResumeUUID } from './resume-uuid.ts';

/** Options of `listSessions`. */
export interface ListSessionsOptions {
  /** The shared links; the target of `projects` is searched, too. `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** A session, and its transcript: the one that changed last if there are several. */
export interface ListedSession extends TranscriptFile {
  readonly modifiedAt: Date;
  /** The homes in which it was found: all that share it. */
  readonly accountHomes: readonly string[];
}

/**
 * Lists the sessions of these homes and of the shared target, by the names of their transcripts.
 *
 * One `stat` per transcript; nothing is opened. Directories that can't be read are skipped.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories; none for the shared target alone.
 * @param options - `required`: the shared links. `fs`: the file system to read from.
 * @returns Each session once, the one that changed last first.
 * @throws {SharedStateError} `invalid-argument` and `unknown-option`.
 *
 * @example The last session
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { listSessions } from 'claude-shared-state/sessions';
 *
 * const id = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const { fs } = memfs({ [`/me/.claude/projects/-work/${id}.jsonl`]: '{}' });
 * const [last] = await listSessions(['/me/.claude'], { fs });
 * assert.equal(last?.sessionId, id);
 * assert.deepEqual(last.accountHomes, ['/me/.claude']);
 * ```
 */
export async function listSessions(
  accountHomes: readonly string[],
  options: ListSessionsOptions = {},
): Promise<readonly ListedSession[]> {
  const { options: given, ...call } = check('listSessions', schema, { accountHomes, options });
  const fs = readFsOf(given.fs);
  const { roots } = await findRoots(fs, [...new Set(call.accountHomes)], given.required);
  const dated = async (file: TranscriptFile) => {
    const stats = await toResult(fs.stat(file.path, { bigint: true }));
    return stats.ok ? [{ ...file, modifiedAt: new Date(Number(stats.value.mtimeMs)) }] : [];
  };
  const found = new Map<ResumeUUID, ListedSession>();
  for (const root of roots) {
    const files = await listTranscripts(fs, root);
    const homesHere = root.flatMap(({ accountHome }) => accountHome ?? []);
    for (const session of (await mapLimit(files, dated, MANY_AT_ONCE)).flat()) {
      const known = found.get(session.sessionId);
      const last = known !== undefined && known.modifiedAt > session.modifiedAt ? known : session;
      const homes = new Set([...(known?.accountHomes ?? []), ...homesHere]);
      found.set(session.sessionId, { ...last, accountHomes: [...homes] });
    }
  }
  return [...found.values()].toSorted(
    (first, second) => second.modifiedAt.getTime() - first.modifiedAt.getTime(),
  );
}

const schema = /* @__PURE__ */ (() => ({
  accountHomes: paths,
  options: optionsOf({
    required: requiredKind,
    fs: readFsKind,
  }),
}))();
