import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { OPEN } from '../../fs/migrate-fs.ts';
import { parentOf } from '../../paths.ts';
import { aFewAtOnce } from '../../sessions/a-few-at-once.ts';
import { settle } from '../../answer.ts';
import { CallFailure, failedWith, must, unless } from './call-failure.ts';
import { factsAt } from './look.ts';

const OWNER_ONLY = 0o700;

/** Makes a directory unless it is there, and those above it; tells whether this one was made. */
export async function makeDirectory(
  fs: MigrateFs,
  path: string,
  mode: number = OWNER_ONLY,
): Promise<boolean> {
  const made = await unless(['EEXIST', 'ENOENT'], path, fs.mkdir(path, { mode }));
  if (made.ok) {
    await keepMode(fs, path, mode);
    return true;
  }
  if (failedWith(made, 'EEXIST')) {
    const facts = await factsAt(fs, path);
    if (facts === undefined || facts.kind === 'directory') return false;
    throw new CallFailure(path, made.error);
  }
  if (parentOf(path) === path) throw new CallFailure(path, made.error);
  await makeDirectory(fs, parentOf(path));
  const again = await unless(['EEXIST'], path, fs.mkdir(path, { mode }));
  if (again.ok) await keepMode(fs, path, mode);
  return again.ok;
}

/** Makes a directory and those above it so that they are still there after a power failure. */
export async function makeDurableDirectory(fs: MigrateFs, path: string): Promise<void> {
  if ((await factsAt(fs, path)) !== undefined) return;
  if (parentOf(path) !== path) await makeDurableDirectory(fs, parentOf(path));
  if (await makeDirectory(fs, path)) await syncDirectory(fs, parentOf(path));
}

/** The umask may have taken some of the mode. */
async function keepMode(fs: MigrateFs, path: string, mode: number): Promise<void> {
  const facts = await factsAt(fs, path);
  if (facts === undefined || facts.kind !== 'directory' || facts.mode === mode) return;
  await throughHandle(fs, path, (handle) => handle.chmod(mode));
}

/** Makes the entries of a directory durable; one that is gone needs it no more. */
export async function syncDirectory(fs: MigrateFs, path: string): Promise<void> {
  await throughHandle(fs, path, (handle) => handle.sync?.() ?? handle.datasync());
}

/** The same for several, a few at a time: a file system writes down at once what it has of all of them. */
export async function syncDirectories(fs: MigrateFs, paths: Iterable<string>): Promise<void> {
  await aFewAtOnce([...paths], (path) => syncDirectory(fs, path));
}

async function throughHandle(
  fs: MigrateFs,
  path: string,
  use: (handle: Awaited<ReturnType<MigrateFs['open']>>) => Promise<void>,
): Promise<void> {
  const opened = await unless(['ENOENT'], path, fs.open(path, OPEN.directory));
  if (!opened.ok) return;
  const used = await settle(use(opened.value));
  const closed = await settle(opened.value.close());
  if (!used.ok) throw new CallFailure(path, used.error);
  if (!closed.ok) throw new CallFailure(path, closed.error);
}

/** Removes a name of the own; that it is gone already is fine. */
export async function removeName(fs: MigrateFs, path: string): Promise<void> {
  await unless(['ENOENT'], path, fs.unlink(path));
}

export async function setTimes(fs: MigrateFs, path: string, seconds: number): Promise<void> {
  await must(path, fs.utimes(path, seconds, seconds));
}
