import { constants } from 'node:fs';
import { CallError, failedWith, orThrow, type Result, tolerate, toResult } from '../core/result.ts';
import { dirname } from '../paths.ts';
import { type FileInfo, fileInfoOf, isUnchanged, secondsOf, type WideStats } from './file-info.ts';
import { textOf } from './port.ts';
import type { DirectoryEntry } from './session-fs.ts';

/*
 * The one way to do each small thing on a disk. Every function takes a port with the calls it makes, and nothing here
 * truncates a file, writes into one that exists (but at its end), or renames.
 */

const NOT_THROUGH_LINKS = constants.O_NOFOLLOW || 0;
const WITHOUT_WAITING = constants.O_NONBLOCK || 0;

/** How the library opens files. None of these truncates; `create` fails if the name exists. */
export const OPEN = {
  read: constants.O_RDONLY | NOT_THROUGH_LINKS | WITHOUT_WAITING,
  /** Through links, for what is only looked at. */
  readThroughLinks: constants.O_RDONLY | WITHOUT_WAITING,
  append: constants.O_RDWR | constants.O_APPEND | NOT_THROUGH_LINKS | WITHOUT_WAITING,
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NOT_THROUGH_LINKS,
  directory: constants.O_RDONLY | (constants.O_DIRECTORY || 0),
} as const;

interface Closable {
  close(): Promise<void>;
}

interface Readable extends Closable {
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesRead: number }>;
}

interface Writable extends Closable {
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: null,
  ): Promise<{ readonly bytesWritten: number }>;
}

interface Syncable extends Closable {
  datasync(): Promise<void>;
  sync?(): Promise<void>;
}

interface LstatFs {
  lstat(path: string, options: { bigint: true }): Promise<WideStats>;
}

interface OpenFs<Handle> {
  open(path: string, flags: number, mode?: number): Promise<Handle>;
}

/** What exists at a path, links not followed; `undefined` if nothing does. */
export async function lstatOrUndefined(fs: LstatFs, path: string): Promise<FileInfo | undefined> {
  const stats = await tolerate(['ENOENT'], path, fs.lstat(path, { bigint: true }));
  return stats.ok ? fileInfoOf(stats.value) : undefined;
}

/** An entry of a directory, as the directory lists it. */
export interface NamedEntry {
  readonly name: string;
  /** A link is `symlink`, wherever it leads. */
  readonly kind: 'directory' | 'symlink' | 'other';
}

// The default of 32 makes listing 2,000 entries a matter of 60 round trips.
const BUFFERED_ENTRIES = 1024;

/** The entries of a directory, in the order of the file system. */
export function listDirectory(
  fs: {
    opendir(path: string, options: { bufferSize: number }): Promise<AsyncIterable<DirectoryEntry>>;
  },
  path: string,
): Promise<Result<readonly NamedEntry[]>> {
  const list = async () => {
    const entries: NamedEntry[] = [];
    for await (const entry of await fs.opendir(path, { bufferSize: BUFFERED_ENTRIES })) {
      const kind = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'other';
      entries.push({ name: textOf(entry.name), kind });
    }
    return entries;
  };
  return toResult(list());
}

/** Reads until the buffer is full or the file ends; returns the number of bytes read. */
export async function readFully(
  handle: Readable,
  buffer: Uint8Array,
  position: number,
  path: string,
): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const reading = handle.read(buffer, length, buffer.length - length, position + length);
    const { bytesRead } = await orThrow(path, reading);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** Writes all bytes at the current position, which is the end of a file opened to append. */
export async function writeFully(handle: Writable, bytes: Uint8Array, path: string): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const writing = handle.write(bytes, written, bytes.length - written, null);
    written += (await orThrow(path, writing)).bytesWritten;
  }
}

/** Makes what was written through a handle durable. */
export async function syncHandle(handle: Syncable, path: string): Promise<void> {
  await orThrow(path, handle.sync?.() ?? handle.datasync());
}

/** Opens, uses and closes a file or directory, whatever happens. */
export async function withHandle<Handle extends Closable, Value>(
  path: string,
  opening: Promise<Handle>,
  use: (handle: Handle) => Promise<Value>,
): Promise<Value> {
  const handle = await orThrow(path, opening);
  const used = await toResult(use(handle));
  const closed = await toResult(handle.close());
  if (!used.ok) throw used.error;
  // A delayed write error may only show up now.
  if (!closed.ok) throw new CallError(path, closed.error);
  return used.value;
}

// Nothing is there any more, or a link, FIFO or directory took the place of the file.
const NO_FILE = ['ENOENT', 'ELOOP', 'ENXIO', 'EISDIR', 'ENOTDIR'];

/** Opens a regular file, never through a link at its own name; `undefined` if no regular file is there. */
export async function withFile<
  Handle extends Closable & { stat(options: { bigint: true }): Promise<WideStats> },
  Value,
>(
  fs: OpenFs<Handle>,
  path: string,
  flags: number,
  use: (handle: Handle, info: FileInfo) => Promise<Value>,
): Promise<Value | undefined> {
  const opened = await tolerate(NO_FILE, path, fs.open(path, flags));
  if (!opened.ok) return undefined;
  return await withHandle(path, Promise.resolve(opened.value), async (handle) => {
    const info = fileInfoOf(await orThrow(path, handle.stat({ bigint: true })));
    return info.kind === 'file' ? await use(handle, info) : undefined;
  });
}

const OWNER_ONLY = 0o700;

/** Creates a directory, and those above it, with mode 0700; returns whether this call created it. */
export async function makeDirectories(
  fs: LstatFs & { mkdir(path: string, options: { mode: number }): Promise<unknown> },
  path: string,
  mode: number = OWNER_ONLY,
): Promise<boolean> {
  const made = await tolerate(['EEXIST', 'ENOENT'], path, fs.mkdir(path, { mode }));
  if (made.ok) return true;
  if (failedWith(made, 'ENOENT')) {
    if (dirname(path) === path) throw new CallError(path, made.error);
    await makeDirectories(fs, dirname(path));
    // Only once: some file systems, such as /proc, always fail this way.
    const again = await tolerate(['EEXIST'], path, fs.mkdir(path, { mode }));
    return again.ok;
  }
  const info = await lstatOrUndefined(fs, path);
  if (info === undefined || info.kind === 'directory' || info.kind === 'symlink') return false;
  throw new CallError(path, made.error);
}

/** Makes the entries of a directory durable; a directory that is gone needs none of it. */
export async function syncDirectory(fs: OpenFs<Syncable>, path: string): Promise<void> {
  const opened = await tolerate(['ENOENT'], path, fs.open(path, OPEN.directory));
  if (!opened.ok) return;
  await withHandle(path, Promise.resolve(opened.value), (handle) => syncHandle(handle, path));
}

/** Creates a directory and those above it, so that they survive a power failure. */
export async function makeDurableDirectories(
  fs: Parameters<typeof makeDirectories>[0] & OpenFs<Syncable>,
  path: string,
): Promise<void> {
  if ((await lstatOrUndefined(fs, path)) !== undefined) return;
  if (dirname(path) !== path) await makeDurableDirectories(fs, dirname(path));
  if (await makeDirectories(fs, path)) await syncDirectory(fs, dirname(path));
}

/** Removes a name that this library created; that it is gone already is fine. */
export async function removeName(
  fs: { unlink(path: string): Promise<void> },
  path: string,
): Promise<void> {
  await tolerate(['ENOENT'], path, fs.unlink(path));
}

/** Creates a file with the given bytes, durably; fails if the name exists. */
export async function writeNewFile(
  fs: OpenFs<Writable & Syncable>,
  path: string,
  bytes: Uint8Array,
  mode = 0o600,
): Promise<void> {
  await withHandle(path, fs.open(path, OPEN.create, mode), async (handle) => {
    await writeFully(handle, bytes, path);
    await syncHandle(handle, path);
  });
}

/** What copying a file needs. */
export interface CopyFs
  extends
    LstatFs,
    OpenFs<
      Syncable & {
        chmod(mode: number): Promise<void>;
        utimes(accessed: number, modified: number): Promise<void>;
      }
    > {
  copyFile(from: string, to: string, flags: number): Promise<void>;
  unlink(path: string): Promise<void>;
}

const COPY_FLAGS = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

/**
 * Copies a file to a new name with its mode and times, durably; shares the blocks where the file system can.
 *
 * @param expected - The file that is meant; another one in its place, or one that changes meanwhile, is not copied.
 * @returns Whether the copy is complete; if not, nothing is left behind.
 */
export async function copyExclusive(
  fs: CopyFs,
  from: string,
  expected: FileInfo,
  to: string,
): Promise<boolean> {
  const copied = await toResult(copy(fs, from, expected, to));
  if (copied.ok && copied.value) return true;
  // A name that existed is not ours to remove.
  if (!failedWith(copied, 'EEXIST')) await toResult(removeName(fs, to));
  if (!copied.ok) throw copied.error;
  return false;
}

async function copy(fs: CopyFs, from: string, expected: FileInfo, to: string): Promise<boolean> {
  const copied = await tolerate(NO_FILE, from, fs.copyFile(from, to, COPY_FLAGS));
  if (!copied.ok) return false;
  await withHandle(to, fs.open(to, OPEN.read), async (handle) => {
    await orThrow(to, handle.chmod(expected.mode));
    const modified = secondsOf(expected.mtimeNs);
    await orThrow(to, handle.utimes(modified, modified));
    await syncHandle(handle, to);
  });
  // Only now is it known that no link and no other file was at the name, and that nobody wrote meanwhile.
  const after = await lstatOrUndefined(fs, from);
  return after !== undefined && isUnchanged(after, expected);
}
