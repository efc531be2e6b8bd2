import { ArgumentCheck } from '../core/arguments.ts';
import { mapLimit, MANY_AT_ONCE } from '../core/map-limit.ts';
import { join } from '../core/paths.ts';
import { toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import { type FsLike, promisesOf } from '../fs/port.ts';
import { realSessionDisk, type SessionReadFs, sessionReadPort } from '../fs/session-fs.ts';
import { checkRequired } from '../links/request.ts';
import { RequiredShared, type SharedSymlink } from '../links/required.ts';
import { parseResumeUUID, type ResumeUUID } from './resume-uuid.ts';
import { findRoots } from './roots.ts';

/** What `listSessions` can be told. */
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
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative`.
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
  const check = new ArgumentCheck();
  const given: ListSessionsOptions = check.areOptions(options, ['required', 'fs']) ? options : {};
  const homes = accountHomes.length === 0 ? [] : [...new Set(check.homes(accountHomes))];
  const required = checkRequired(check, given.required ?? RequiredShared);
  check.fileSystem(given.fs, sessionReadPort);
  check.finish('listSessions');
  const fs = given.fs === undefined ? realSessionDisk : promisesOf(given.fs);

  const { roots } = await findRoots(fs, homes, required);
  const found = new Map<ResumeUUID, ListedSession>();
  for (const { ways } of roots) {
    const through = ways.flatMap(({ accountHome }) => accountHome ?? []);
    for (const one of await transcriptsIn(fs, ways[0].path)) {
      const known = found.get(one.sessionId);
      const last = known === undefined || known.modifiedAt < one.modifiedAt ? one : known;
      found.set(one.sessionId, {
        ...last,
        accountHomes: [...new Set([...(known?.accountHomes ?? []), ...through])],
      });
    }
  }
  return [...found.values()].toSorted(
    (one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime(),
  );
}

async function transcriptsIn(fs: SessionReadFs, root: string) {
  const projects = await namesIn(fs, root);
  const files = await mapLimit(
    projects,
    async (projectKey) => {
      const names = await namesIn(fs, join(root, projectKey));
      return names.flatMap((name) => {
        const sessionId = name.endsWith('.jsonl') ? parseResumeUUID(name.slice(0, -6)) : undefined;
        const path = join(join(root, projectKey), name);
        return sessionId === undefined ? [] : [{ sessionId, projectKey, path }];
      });
    },
    MANY_AT_ONCE,
  );
  const dated = await mapLimit(
    files.flat(),
    async (file) => {
      const stats = await toResult(fs.stat(file.path, { bigint: true }));
      return stats.ok ? [{ ...file, modifiedAt: new Date(Number(stats.value.mtimeMs)) }] : [];
    },
    MANY_AT_ONCE,
  );
  return dated.flat();
}

async function namesIn(fs: SessionReadFs, path: string): Promise<readonly string[]> {
  const listed = await listDirectory(fs, path);
  return listed.ok ? listed.value.map(({ name }) => name) : [];
}
