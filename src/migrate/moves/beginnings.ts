import { Buffer } from 'node:buffer';
import { type MigrateReadFs, OPEN } from '../../fs/migrate-fs.ts';
import { isSessionTranscript, sessionOf } from '../kinds-of-files.ts';
import type { Merge } from '../merge/merge.ts';
import { withFile } from '../disk/open-file.ts';
import { readFully } from '../disk/read-fully.ts';
import { filesOfSessions, type SessionFile } from './session-files.ts';

/** A transcript, and when what it begins with was first written, in nanoseconds since 1970. */
interface Begun {
  readonly file: SessionFile;
  readonly begun: bigint;
}

const MOST_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * Whether the first of two transcripts that have nothing in common is the history, and the other one what was begun
 * without it.
 *
 * @param path - Relative to the tree.
 * @returns `undefined` where one of them, or what else is left of the session, has just vanished.
 */
export async function isHistory(
  merge: Merge,
  path: string,
  one: SessionFile,
  other: SessionFile,
): Promise<boolean | undefined> {
  const sessions = isSessionTranscript(path) ? [sessionOf(path) ?? ''] : [];
  const kept = [...(await filesOfSessions(merge, sessions)).values()].flat();
  const begun = await withBeginnings(merge.tools.fs, [one, other, ...kept]);
  if (begun === undefined) return undefined;
  const when = (at: string) => begun.find(({ file }) => file.at === at)?.begun;
  const [first, second] = [when(one.at), when(other.at)];
  // What has no whole line comes after what has one.
  return first !== undefined && (second === undefined || first < second);
}

/**
 * Tells when each file's first line was written: by the oldest of them that has the same one, because a file may have
 * been replaced since by another with the same lines.
 *
 * @returns Those that have a first line; `undefined` where one is there no more: then nothing can be told.
 */
export async function withBeginnings(
  fs: Pick<MigrateReadFs, 'open'>,
  files: readonly SessionFile[],
): Promise<readonly Begun[] | undefined> {
  const births = new Map<string, bigint>();
  const read: { readonly file: SessionFile; readonly line: string }[] = [];
  for (const file of files) {
    const first = await firstLineOf(fs, file.at);
    if (first === undefined) return undefined;
    const { line } = first;
    // Without a first line it begins nothing.
    if (line === undefined) continue;
    const { birth } = file.facts;
    const known = births.get(line);
    births.set(line, known === undefined || birth < known ? birth : known);
    read.push({ file, line });
  }
  return read.map(({ file, line }) => ({ file, begun: births.get(line) ?? file.facts.birth }));
}

/** As much of it as tells it from others, where it has one; `undefined` where the file has vanished. */
async function firstLineOf(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
): Promise<{ readonly line: string | undefined } | undefined> {
  return await withFile(fs, path, OPEN.read, async (handle, { size }) => {
    const buffer = Buffer.alloc(Math.min(size, MOST_BYTES));
    const read = buffer.subarray(0, await readFully(handle, buffer, 0, path));
    const end = read.indexOf(NEWLINE);
    if (end === -1 && read.length < MOST_BYTES) return { line: undefined };
    return { line: read.toString('latin1', 0, end === -1 ? read.length : end) };
  });
}
