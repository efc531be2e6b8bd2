import { Buffer } from 'node:buffer';
import { mapLimit, MANY_AT_ONCE } from '../core/map-limit.ts';
import { join } from '../core/paths.ts';
import { CallError, failedWith, valueOf } from '../core/result.ts';
import { wholeLength } from '../fs/compare-files.ts';
import type { FileInfo } from '../fs/file-info.ts';
import {
  listDirectory,
  lstatOrUndefined,
  type NamedEntry,
  OPEN,
  readFully,
  withFile,
} from '../fs/io.ts';
import type { MigrateReadFs, MigrateReadHandle } from '../fs/migrate-fs.ts';
import { isDirectory, walkTree } from '../fs/walk.ts';
import { isValidResumeUUID } from '../sessions/resume-uuid.ts';
import type { LogKey } from './log.ts';
import type { OfFile } from './problems.ts';
import { tailOf } from './session-store.ts';

/** A file of a session in the pool. */
export interface PoolFile extends OfFile {
  /** `undefined` for a name that can't be passed to any call. */
  readonly info: FileInfo | undefined;
}

const SUFFIX = '.jsonl';
const CHUNK_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 256 * 1024 * 1024;
const NEWLINE = 10;

/** Whether a file is a log of lines, of which a running session may have written half. */
function isLog(file: string): boolean {
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
  const found: PoolFile[] = [];
  const listed = valueOf(projects, await listDirectory(fs, projects));
  const directories = listed.filter(({ kind }) => kind === 'directory');
  await mapLimit(directories, async ({ name: projectKey }) => {
    const directory = join(projects, projectKey);
    const entries = await listDirectory(fs, directory);
    // Gone meanwhile: Claude Code removes project directories that its clean-up emptied.
    if (failedWith(entries, 'ENOENT')) return;
    const add = async ({ name, kind }: NamedEntry) => {
      const path = join(directory, name);
      if (kind === 'directory') {
        if (!isValidResumeUUID(name) || !isWanted(name)) return;
        await walkTree(fs, path, async (inner, there) => {
          if (isDirectory(there)) return;
          const info = there === 'name-not-utf8' ? undefined : there;
          const file = inner.slice(path.length + 1).replaceAll('\\', '/');
          found.push({ projectKey, sessionId: name, file, path: inner, info });
        });
        return;
      }
      const sessionId = name.slice(0, -SUFFIX.length);
      const isSession = name.endsWith(SUFFIX) && isValidResumeUUID(sessionId);
      if (!isSession || !isWanted(sessionId)) return;
      const info = await lstatOrUndefined(fs, path);
      if (info !== undefined) found.push({ projectKey, sessionId, file: '', path, info });
    };
    await mapLimit(valueOf(directory, entries), add, MANY_AT_ONCE);
  });
  return found;
}

/** A file of the pool that is open, and as many of its first bytes as count. */
export class OpenFile {
  readonly size: number;
  readonly #handle: MigrateReadHandle;
  readonly #path: string;

  constructor(handle: MigrateReadHandle, path: string, size: number) {
    this.#handle = handle;
    this.#path = path;
    this.size = size;
  }

  /** What it has from an offset on; less, if it is shorter by now. */
  async *pieces(from = 0): AsyncGenerator<Uint8Array> {
    for (let position = from; position < this.size;) {
      const bytes = new Uint8Array(Math.min(CHUNK_BYTES, this.size - position));
      const read = await readFully(this.#handle, bytes, position, this.#path);
      if (read === 0) return;
      position += read;
      yield bytes.subarray(0, read);
    }
  }

  /** Whether it ends like what was stored. */
  async endsLike(tail: string): Promise<boolean> {
    const bytes = new Uint8Array(Math.min(Number.parseInt(tail, 10), this.size));
    const read = await readFully(this.#handle, bytes, this.size - bytes.length, this.#path);
    return tailOf(bytes.subarray(0, read)) === tail;
  }
}

/** Opens a file of the pool without half a line at its end, which a running session may have written. */
export async function withWholeLines<Value>(
  fs: MigrateReadFs,
  { path, file }: PoolFile,
  use: (open: OpenFile, info: FileInfo) => Promise<Value>,
): Promise<Value | undefined> {
  return await withFile(fs, path, OPEN.read, async (handle, info) => {
    const size = isLog(file) ? await wholeLength(handle, info.size, path) : info.size;
    return await use(new OpenFile(handle, path, size), info);
  });
}

/** What an open file has from an offset on, in pieces of whole lines. */
export async function* wholeLines(
  open: OpenFile,
  { path, file }: PoolFile,
  from: number,
): AsyncGenerator<Uint8Array> {
  // An empty file is a file, too; an empty transcript has nothing to resume.
  if (open.size === 0 && !isLog(file)) yield new Uint8Array();
  let [pending, length]: [Uint8Array[], number] = [[], 0];
  for await (const piece of open.pieces(from)) {
    const whole = isLog(file) ? piece.lastIndexOf(NEWLINE) + 1 : piece.length;
    if (whole > 0) {
      yield Buffer.concat([...pending, piece.subarray(0, whole)]);
      [pending, length] = [[], 0];
    }
    pending.push(piece.subarray(whole));
    length += piece.length - whole;
    // No engine takes it in one piece.
    if (length > MAX_LINE_BYTES) throw new CallError(path, { code: 'EFBIG' });
  }
}
