import { resolve } from 'node:path';
import { constants } from 'node:fs';
import {
  CallError,
  failedWith,
  failure,
  orThrow,
  type Result,
  tolerate,
  toResult,
} from '../core/result.ts';
import { basename, dirname } from '../core/paths.ts';
import { type FileInfo, fileInfoOf, isUnchanged, secondsOf, type WideStats } from './file-info.ts';
import { textOf } from './port.ts';
import type { DirectoryEntry } from './session-fs.ts';

/*
 * The one way to do each small thing on a disk. Every function takes a port with the calls it makes, and nothing here
 * truncates a file, writes into one that exists (but at its end), or renames.
 */

/**
 * How the library opens files. None of these truncates; `create` fails if the name exists.
 *
 * Computed in a call, because a bundler keeps what reads a property where it is imported.
 */
export const OPEN = /* @__PURE__ */ (() => {
  // Windows has neither.
  const notThroughLinks = constants.O_NOFOLLOW || 0;
  const withoutWaiting = constants.O_NONBLOCK || 0;
  return {
    read: constants.O_RDONLY | notThroughLinks | withoutWaiting,
    /** Through links, for what is only looked at. */
    readThroughLinks: constants.O_RDONLY | withoutWaiting,
    append: constants.O_RDWR | constants.O_APPEND | notThroughLinks | withoutWaiting,
    create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | notThroughLinks,
    directory: constants.O_RDONLY | (constants.O_DIRECTORY || 0),
  } as const;
})();

interface Closable {
  close(): Promise<void>;
}

export interface Readable extends Closable {
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

interface RemoveFs {
  unlink(path: string): Promise<void>;
}

/** What exists at a path, links not followed; `undefined` if nothing does. */
export async function lstatOrUndefined(fs: LstatFs, path: string): Promise<FileInfo | undefined> {
  const stats = await tolerate(['ENOENT'], path, fs.lstat(path, { bigint: true }));
  return stats.ok ? fileInfoOf(stats.value) : undefined;
}

/** Where a path leads to, all links followed; `undefined` if that can't be told. */
export async function realPathOrUndefined(
  fs: { realpath(path: string): Promise<string | Uint8Array> },
  path: string,
): Promise<string | undefined> {
  const real = await toResult(fs.realpath(path));
  return real.ok ? textOf(real.value) : undefined;
}

/** The real path that something has, or would get: of what is missing, only what is there above it can be resolved. */
export async function realPathOf(
  fs: Parameters<typeof realPathOrUndefined>[0],
  path: string,
): Promise<string> {
  const real = await realPathOrUndefined(fs, path);
  const above = dirname(path);
  if (real !== undefined || above === path) return real ?? path;
  // Above it no link is left, so `..` is what it says.
  return resolve(await realPathOf(fs, above), basename(path));
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

/** All bytes of an open file that has this size. */
export async function readWhole(handle: Readable, size: number, path: string): Promise<Uint8Array> {
  const buffer = new Uint8Array(size);
  return buffer.subarray(0, await readFully(handle, buffer, 0, path));
}

/** Writes all bytes at the current position, which is the end of a file opened to append. */
export async function writeFully(handle: Writable, bytes: Uint8Array, path: string): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const writing = handle.write(bytes, written, bytes.length - written, null);
    const { bytesWritten } = await orThrow(path, writing);
    // It would go on forever.
    if (bytesWritten === 0) throw new CallError(path, { code: 'EIO' });
    written += bytesWritten;
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
  const used = await resultOf(use, handle);
  const closed = await toResult(handle.close());
  if (!used.ok) throw used.error;
  // A delayed write error may only show up now.
  if (!closed.ok) throw new CallError(path, closed.error);
  return used.value;
}

async function resultOf<Handle, Value>(
  use: (handle: Handle) => Promise<Value>,
  handle: Handle,
): Promise<Result<Value>> {
  try {
    return { ok: true, value: await use(handle) };
  } catch (error) {
    return failure(error);
  }
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

interface MakeDirectoryFs {
  mkdir(path: string, options: { mode: number }): Promise<unknown>;
  stat(path: string, options: { bigint: true }): Promise<{ isDirectory(): boolean }>;
}

/**
 * Creates a directory, and those above it, unless they exist; a link to a directory is one.
 *
 * @param mode - Of the directory itself, less the umask; those above it get 0700.
 * @returns Whether this call created it.
 */
export async function makeDirectories(
  fs: MakeDirectoryFs,
  path: string,
  mode: number = OWNER_ONLY,
): Promise<boolean> {
  let made = await toResult(fs.mkdir(path, { mode }));
  if (failedWith(made, 'ENOENT') && dirname(path) !== path) {
    await makeDirectories(fs, dirname(path));
    // Only once: some file systems, such as /proc, always fail this way.
    made = await toResult(fs.mkdir(path, { mode }));
  }
  if (made.ok) return true;
  // Whatever the error: of a directory that exists, macOS says EISDIR, and some network file systems EACCES or EROFS.
  if (await isDirectory(fs, path)) return false;
  throw new CallError(path, made.error);
}

async function isDirectory(fs: MakeDirectoryFs, path: string): Promise<boolean> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  return stats.ok && stats.value.isDirectory();
}

// Some file systems, such as CIFS and FUSE, cannot sync a directory.
const CANNOT_SYNC = ['EINVAL', 'ENOTSUP'];

/** Makes the entries of a directory durable, where the file system can; a directory that is gone needs none of it. */
export async function syncDirectory(fs: OpenFs<Syncable>, path: string): Promise<void> {
  const opened = await tolerate(['ENOENT'], path, fs.open(path, OPEN.directory));
  if (!opened.ok) return;
  await withHandle(path, Promise.resolve(opened.value), async (handle) => {
    await tolerate(CANNOT_SYNC, path, syncHandle(handle, path));
  });
}

/** Creates a directory and those above it, so that they survive a power failure; existing ones are assumed to. */
export async function makeDurableDirectories(
  fs: MakeDirectoryFs & OpenFs<Syncable>,
  path: string,
): Promise<void> {
  if (await isDirectory(fs, path)) return;
  if (dirname(path) !== path) await makeDurableDirectories(fs, dirname(path));
  await makeDirectories(fs, path);
  // Also if another process created it in between, which may not have synced it yet.
  await syncDirectory(fs, dirname(path));
}

/** Removes a name that this library created; that it is gone already is fine. */
export async function removeName(fs: RemoveFs, path: string): Promise<void> {
  await tolerate(['ENOENT'], path, fs.unlink(path));
}

/** Creates a file that must not exist yet. The contents are durable, the name not yet; on failure nothing is left behind. */
export async function writeNewFile(
  fs: OpenFs<Writable & Syncable> & RemoveFs,
  path: string,
  bytes: Uint8Array,
  mode = 0o600,
): Promise<void> {
  // What fails to open may be a name of somebody else, and is not removed.
  const handle = await orThrow(path, fs.open(path, OPEN.create, mode));
  const write = async () => {
    await writeFully(handle, bytes, path);
    await syncHandle(handle, path);
  };
  const written = await toResult(withHandle(path, Promise.resolve(handle), write));
  if (written.ok) return;
  await toResult(removeName(fs, path));
  throw written.error;
}

/** What copying a file needs. */
export interface CopyFs
  extends
    LstatFs,
    RemoveFs,
    OpenFs<
      Syncable & {
        chmod(mode: number): Promise<void>;
        utimes(accessed: number, modified: number): Promise<void>;
      }
    > {
  copyFile(from: string, to: string, flags: number): Promise<void>;
}

/**
 * Copies a file to a new name with its mode and times, durably but for the name; shares the blocks where the file
 * system can.
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
  const isAsExpected = async () => {
    const now = await lstatOrUndefined(fs, from);
    return now !== undefined && isUnchanged(now, expected);
  };
  // Copying would follow a link, wait for a FIFO, and never end on a device.
  if (!(await isAsExpected())) return false;
  const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
  const copied = await toResult(fs.copyFile(from, to, flags));
  if (!copied.ok) {
    // A failed copy removes what it created itself: what is at `to` now is not ours.
    if (NO_FILE.includes(copied.errno) && !(await isAsExpected())) return false;
    throw new CallError(UNREADABLE.has(copied.errno) ? from : to, copied.error);
  }
  const finished = await toResult(finishCopy(fs, expected, to).then(isAsExpected));
  if (finished.ok && finished.value) return true;
  await toResult(removeName(fs, to));
  if (!finished.ok) throw finished.error;
  return false;
}

// What more likely fails at the file that is read than at the one that is created.
const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EIO']);

async function finishCopy(fs: CopyFs, { mode, mtimeNs }: FileInfo, to: string): Promise<void> {
  await withHandle(to, fs.open(to, OPEN.read), async (handle) => {
    await orThrow(to, handle.chmod(mode));
    const modified = secondsOf(mtimeNs);
    await orThrow(to, handle.utimes(modified, modified));
    await syncHandle(handle, to);
  });
}

/** Gives the owner of a directory all rights to it, unless they have them or it belongs to somebody else. */
export async function makeWritable(
  fs: LstatFs & OpenFs<{ chmod(mode: number): Promise<void>; close(): Promise<void> }>,
  path: string,
  mode?: number,
): Promise<void> {
  const now = mode ?? (await lstatOrUndefined(fs, path))?.mode ?? OWNER_ONLY;
  if ((now & OWNER_ONLY) === OWNER_ONLY) return;
  const opened = await toResult(fs.open(path, OPEN.directory));
  if (!opened.ok) return;
  await toResult(opened.value.chmod(now | OWNER_ONLY));
  await toResult(opened.value.close());
}
