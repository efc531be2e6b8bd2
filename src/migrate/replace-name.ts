import type { MigrateFs } from '../fs/migrate-fs.ts';
import { childOf, parentOf } from '../paths.ts';
import { failedWith, must, unless } from './call-failure.ts';
import { makeDirectory, removeName, syncDirectory } from './directories.ts';
import { type Identity, isSameFile } from './facts.ts';
import { temporaryName } from './layout.ts';
import { factsAt } from './look.ts';

interface Replacement {
  /** The name that is to lead to another file. */
  readonly path: string;
  /** What it leads to now. */
  readonly expected: Identity;
  /** A name of the file that it is to lead to. */
  readonly chosen: string;
  /** Where the file that loses its name gets another one first. */
  readonly keepAt: string;
  readonly nonce: string;
  /**
   * The directory that holds what is displaced, where not all of the displaced file is known to be in the other one:
   * then its second name is made durable first. A power failure could otherwise leave it with none.
   */
  readonly keptBelow: string | undefined;
}

/**
 * Puts one file in the place of another, which keeps a second name: at no time is the name absent, and no file
 * loses its last name.
 *
 * @returns Where the displaced file is; `undefined` where something else stands at one of the names by now, or
 * somebody else was faster, so that the place has to be looked at anew.
 */
export async function replaceName(
  fs: MigrateFs,
  { path, expected, chosen, keepAt, nonce, keptBelow }: Replacement,
): Promise<string | undefined> {
  const kept = await keepName(fs, path, expected, keepAt, nonce);
  if (kept === undefined) return undefined;
  if (keptBelow !== undefined) await syncUpTo(fs, parentOf(kept), keptBelow);
  const temporary = childOf(parentOf(path), temporaryName(nonce));
  const linked = await unless(['ENOENT'], chosen, fs.link(chosen, temporary));
  if (!linked.ok) {
    // It may have taken effect all the same.
    await removeName(fs, temporary);
    return undefined;
  }
  const now = await factsAt(fs, path);
  if (now === undefined || !isSameFile(now, expected)) {
    await removeName(fs, temporary);
    return undefined;
  }
  await must(path, fs.rename(temporary, path));
  // Renaming onto another name of the same file does nothing: somebody else has put it there.
  if ((await factsAt(fs, temporary)) === undefined) return kept;
  await removeName(fs, temporary);
  return undefined;
}

async function syncUpTo(fs: MigrateFs, from: string, top: string): Promise<void> {
  for (let path = from; ; path = parentOf(path)) {
    await syncDirectory(fs, path);
    if (path === top || parentOf(path) === path) return;
  }
}

/** Gives a file a second name; `undefined` if it is no longer the one that is meant. */
export async function keepName(
  fs: MigrateFs,
  path: string,
  expected: Identity,
  keepAt: string,
  nonce: string,
): Promise<string | undefined> {
  for (const name of [keepAt, `${keepAt}~${nonce}`]) {
    await makeDirectory(fs, parentOf(name));
    const linked = await unless(['ENOENT', 'EEXIST'], path, fs.link(path, name));
    if (failedWith(linked, 'ENOENT')) return undefined;
    const kept = await factsAt(fs, name);
    if (kept !== undefined && isSameFile(kept, expected)) return name;
    // What was linked just now is another file than the one that was looked at: a name more does no harm.
    if (linked.ok) return undefined;
  }
  return undefined;
}
