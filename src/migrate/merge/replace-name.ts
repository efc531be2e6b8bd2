import { settle } from '../../answer.ts';
import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { childOf, parentOf } from '../../paths.ts';
import { CallFailure, failedWith, must, unless } from '../disk/call-failure.ts';
import { makeDirectory, removeName, syncDirectory } from '../disk/directories.ts';
import { type Identity, isSameFile } from '../disk/facts.ts';
import { temporaryName } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { nonceOf, type Tools } from '../tools.ts';

interface Replacement {
  /** The name that is to lead to another file. */
  readonly path: string;
  /** What it leads to now. */
  readonly expected: Identity;
  /** A name of the file that it is to lead to. */
  readonly chosen: string;
  /** Where the file that loses its name gets another one first. */
  readonly keepAt: string;
  /**
   * The directory that holds what is displaced, where not all of the displaced file is known to be in the other one:
   * then its second name is made durable first. A power failure could otherwise leave it with none.
   */
  readonly keptBelow: string | undefined;
}

/**
 * Puts one file in the place of another, which keeps another name: no file loses its last one.
 *
 * @returns Where the displaced file is; `undefined` where something else stands at one of the names by now, or
 * somebody else was faster, so that the place has to be looked at anew.
 */
export async function replaceName(tools: Tools, what: Replacement): Promise<string | undefined> {
  const nonce = nonceOf(tools);
  return tools.isLive
    ? await moveAndLink(tools.fs, what, nonce)
    : await linkAndReplace(tools.fs, what, nonce);
}

/** The name is never absent; but what somebody else puts there between the last look and the rename would be lost. */
async function linkAndReplace(
  fs: MigrateFs,
  { path, expected, chosen, keepAt, keptBelow }: Replacement,
  nonce: string,
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

/** Nothing is ever replaced; but between two calls the name is absent, and Claude Code may begin a file there. */
async function moveAndLink(
  fs: MigrateFs,
  { path, expected, chosen, keepAt }: Replacement,
  nonce: string,
): Promise<string | undefined> {
  const now = await factsAt(fs, path);
  if (now === undefined || !isSameFile(now, expected)) return undefined;
  const isTaken = (await factsAt(fs, keepAt)) !== undefined;
  const kept = isTaken ? `${keepAt}~${nonce}` : keepAt;
  await makeDirectory(fs, parentOf(kept));
  const moved = await settle(fs.rename(path, kept));
  const aside = await factsAt(fs, kept);
  if (aside === undefined) {
    if (moved.ok || failedWith(moved, 'ENOENT')) return undefined;
    throw new CallFailure(path, moved.error);
  }
  const from = isSameFile(aside, expected) ? chosen : kept;
  const linked = await settle(fs.link(from, path));
  if (linked.ok || failedWith(linked, 'EEXIST')) return from === chosen ? kept : undefined;
  // There is none to put in its place: it gets its name back, unless that is taken by now.
  await unless(['EEXIST'], path, fs.link(kept, path));
  if (failedWith(linked, 'ENOENT')) return undefined;
  throw new CallFailure(path, linked.error);
}

/** Gives a file a second name; `undefined` if it is no longer the one that is meant. */
async function keepName(
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
