import { createHash } from 'node:crypto';
import { mapLimit, MANY_AT_ONCE } from '../core/map-limit.ts';
import { join } from '../core/paths.ts';
import { failedWith, valueOf } from '../core/result.ts';
import type { FileInfo } from '../fs/file-info.ts';
import { listDirectory, lstatOrUndefined, readFully } from '../fs/io.ts';
import type { MigrateReadFs, MigrateReadHandle } from '../fs/migrate-fs.ts';
import { walkTree } from '../fs/walk.ts';
import { isValidResumeUUID } from '../sessions/resume-uuid.ts';
import type { LogKey } from './log.ts';
import { type RunningDigest, tailOf } from './session-store.ts';

/** A file of a session in the pool. */
export interface PoolFile extends LogKey {
  readonly path: string;
  /** `undefined` for a name that can't be passed to any call. */
  readonly info: FileInfo | undefined;
}

const SUFFIX = '.jsonl';
const CHUNK_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const NEWLINE = 10;

/** Whether a file is a log of lines, of which a running session may have written half. */
export function isLog({ file }: Pick<LogKey, 'file'>): boolean {
  return file === '' || file.endsWith(SUFFIX);
}

/** Where the pool has a file of a session. */
export function pathIn(projects: string, { projectKey, sessionId, file }: LogKey): string {
  const session = join(join(projects, projectKey), sessionId);
  return file === '' ? session + SUFFIX : join(session, file);
}

/** Lists the files of all sessions, or of some of them; never through links. */
export async function listPool(
  fs: MigrateReadFs,
  projects: string,
  isWanted: (sessionId: string) => boolean,
): Promise<readonly PoolFile[]> {
  const listed = valueOf(projects, await listDirectory(fs, projects));
  const projectKeys = listed.filter(({ kind }) => kind === 'directory').map(({ name }) => name);
  const perProject = await mapLimit(projectKeys, async (projectKey) => {
    const directory = join(projects, projectKey);
    const entries = await listDirectory(fs, directory);
    // Gone meanwhile: Claude Code removes project directories that its clean-up emptied.
    const isGone = failedWith(entries, 'ENOENT');
    const found: PoolFile[] = [];
    await mapLimit(
      isGone ? [] : valueOf(directory, entries),
      async ({ name, kind }) => {
        const isDirectory = kind === 'directory';
        if (!isDirectory && !name.endsWith(SUFFIX)) return;
        const sessionId = isDirectory ? name : name.slice(0, -SUFFIX.length);
        if (!isValidResumeUUID(sessionId) || !isWanted(sessionId)) return;
        const path = join(directory, name);
        const key = { projectKey, sessionId };
        if (!isDirectory) {
          const info = await lstatOrUndefined(fs, path);
          if (info !== undefined) found.push({ ...key, file: '', path, info });
          return;
        }
        await walkTree(fs, path, async (inner, there) => {
          if (there !== 'name-not-utf8' && there.kind === 'directory') return;
          const info = there === 'name-not-utf8' ? undefined : there;
          const file = inner.slice(path.length + 1).replaceAll('\\', '/');
          found.push({ ...key, file, path: inner, info });
        });
      },
      MANY_AT_ONCE,
    );
    return found;
  });
  return perProject.flat();
}

/** A line that no engine takes in one piece. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** What an open file has from an offset on, in pieces of whole lines; what is behind the last line end is left out. */
export async function* wholeLines(
  handle: MigrateReadHandle,
  { path, file }: Pick<PoolFile, 'path' | 'file'>,
  from: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for (let position = from; position < size;) {
    const wanted = Math.min(CHUNK_BYTES, size - position);
    const bytes = new Uint8Array(rest.length + wanted);
    bytes.set(rest);
    const read = await readFully(handle, bytes.subarray(rest.length), position, path);
    if (read === 0) return;
    position += read;
    const there = bytes.subarray(0, rest.length + read);
    const end = isLog({ file }) ? there.lastIndexOf(NEWLINE) + 1 : there.length;
    if (end > 0) yield there.subarray(0, end);
    rest = there.slice(end);
    if (rest.length > MAX_LINE_BYTES) throw new LineTooLong();
  }
}

/** The digest of the first bytes of an open file; of fewer, if it has fewer. */
export async function hashOf(
  handle: MigrateReadHandle,
  path: string,
  length: number,
): Promise<RunningDigest> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(CHUNK_BYTES, length));
  for (let position = 0; position < length;) {
    const wanted = buffer.subarray(0, Math.min(buffer.length, length - position));
    const read = await readFully(handle, wanted, position, path);
    if (read === 0) break;
    hash.update(wanted.subarray(0, read));
    position += read;
  }
  return hash;
}

/** Whether what an open file has before an offset ends like what was stored. */
export async function endsLike(
  handle: MigrateReadHandle,
  path: string,
  end: number,
  tail: string,
): Promise<boolean> {
  const bytes = new Uint8Array(Math.min(Number.parseInt(tail, 10), end));
  const read = await readFully(handle, bytes, end - bytes.length, path);
  return tailOf(bytes.subarray(0, read)) === tail;
}
