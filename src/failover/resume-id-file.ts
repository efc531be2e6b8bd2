import { type Result, toResult } from '../core/result.ts';
import type { FailoverFs } from '../fs/failover-fs.ts';
import { makeDirectories, removeName, syncDirectory, writeNewFile } from '../fs/io.ts';
import { readSmallFile } from '../fs/read-file.ts';
import { nonceFrom } from '../lock/owner-token.ts';
import { join, dirname } from '../core/paths.ts';
import { parseResumeUUID, type ResumeUUID } from '../sessions/resume-uuid.ts';

/** What is saved as the id of a session. */
export type StoredId =
  | { readonly kind: 'id'; readonly id: ResumeUUID }
  | { readonly kind: 'missing' | 'invalid' }
  | { readonly kind: 'unreadable'; readonly errno: string };

/** A session by its name, and the file that keeps its id: what its problems are told with. */
export interface SessionPlace {
  readonly session: string;
  readonly path: string;
}

export function placeOf(
  { stateDirectory }: { readonly stateDirectory: string },
  { name }: { readonly name: string },
): SessionPlace {
  return { session: name, path: join(join(stateDirectory, name), 'resume-id.txt') };
}

// An id has 36; whoever wrote it may have put white space around it.
const MOST_BYTES = 1024;

export async function readId(fs: FailoverFs, path: string): Promise<StoredId> {
  const seen = await toResult(fs.lstat(path, { bigint: true }));
  if (!seen.ok) return seen.errno === 'ENOENT' ? { kind: 'missing' } : unreadable(seen.errno);
  // What a link leads to was not saved here.
  if (!seen.value.isFile()) return { kind: 'invalid' };
  const content = await readSmallFile(fs, path, MOST_BYTES);
  if (!content.ok)
    return content.errno === 'EFBIG' ? { kind: 'invalid' } : unreadable(content.errno);
  const id = parseResumeUUID(content.value);
  return id === undefined ? { kind: 'invalid' } : { kind: 'id', id };
}

function unreadable(errno: string): StoredId {
  return { kind: 'unreadable', errno };
}

/**
 * Saves an id in one step: whoever reads meanwhile, and whatever is left after a crash, finds the old or the new one.
 *
 * A link that stands in the place of the file is replaced, and what it leads to stays as it is.
 */
export async function writeId(
  fs: FailoverFs,
  path: string,
  id: ResumeUUID,
  random: () => number,
): Promise<Result<void>> {
  const directory = dirname(path);
  const made = await toResult(makeDirectories(fs, directory));
  if (!made.ok) return made;
  const own = join(directory, `.resume-id.${nonceFrom(random)}`);
  const bytes = new TextEncoder().encode(`${id}\n`);
  const written = await toResult(writeNewFile(fs, own, bytes));
  const renamed = written.ok ? await toResult(fs.rename(own, path)) : written;
  if (!renamed.ok) {
    await toResult(removeName(fs, own));
    return renamed;
  }
  return await toResult(syncDirectory(fs, directory));
}
