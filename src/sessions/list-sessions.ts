import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { check, optional, options as optionsOf, paths, port } from '../core/options.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { RequiredShared, sharedLinks, type SharedSymlink } from '../links/required.ts';
import { findRoots, listProjects, type ProjectsRoot } from './find-transcripts.ts';
import { parseResumeUUID, type ResumeUUID } from './resume-uuid.ts';

/** Options of `listSessions`. */
export interface ListSessionsOptions {
  /** The shared links; the target of `projects` is searched, too. `RequiredShared` by default. */
  readonly required?: readonly SharedSymlink[] | undefined;
  /** The file system to read from; the real disk by default. */
  readonly fs?: FsLike<SessionReadFs> | undefined;
}

/** A session that has a transcript. */
export interface ListedSession {
  readonly sessionId: ResumeUUID;
  /** Its transcript; the one that changed last if there are several. */
  readonly path: string;
  readonly projectKey: string;
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
  const fs = given.fs === undefined ? realSessionDisk : promisesOf(given.fs);
  const { roots } = await findRoots(fs, [...new Set(call.accountHomes)], given.required);
  const found = new Map<ResumeUUID, ListedSession>();
  for (const root of roots) {
    for (const session of await sessionsIn(fs, root)) {
      const known = found.get(session.sessionId);
      const last = known !== undefined && known.modifiedAt > session.modifiedAt ? known : session;
      const homes = new Set([...(known?.accountHomes ?? []), ...session.accountHomes]);
      found.set(session.sessionId, { ...last, accountHomes: [...homes] });
    }
  }
  return [...found.values()].toSorted(
    (one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime(),
  );
}

const schema = {
  accountHomes: paths,
  options: optionsOf({
    required: optional(sharedLinks, RequiredShared),
    fs: optional(port<FsLike<SessionReadFs>>(sessionReadPort)),
  }),
};

async function sessionsIn(
  fs: SessionReadFs,
  root: ProjectsRoot,
): Promise<readonly ListedSession[]> {
  const accountHomes = root.flatMap(({ accountHome }) => accountHome ?? []);
  const projects = await listProjects(fs, root);
  const inProject = async (projectKey: string) => {
    const directory = join(root[0].path, projectKey);
    const files = await listDirectory(fs, directory);
    return (files.ok ? files.value : []).flatMap(({ name }) => {
      const sessionId = name.endsWith('.jsonl') ? parseResumeUUID(name.slice(0, -6)) : undefined;
      return sessionId === undefined ? [] : { sessionId, projectKey, path: join(directory, name) };
    });
  };
  const all = await mapLimit(projects.ok ? projects.value : [], inProject, MANY_AT_ONCE);
  const dated = await mapLimit(
    all.flat(),
    async (file) => {
      const stats = await toResult(fs.stat(file.path, { bigint: true }));
      if (!stats.ok) return [];
      return [{ ...file, modifiedAt: new Date(Number(stats.value.mtimeMs)), accountHomes }];
    },
    MANY_AT_ONCE,
  );
  return dated.flat();
}
