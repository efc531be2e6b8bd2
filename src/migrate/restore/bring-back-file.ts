import { childOf, parentOf } from '../../paths.ts';
import { bringBackTranscript } from './bring-back-transcript.ts';
import { failedWith, unless } from '../disk/call-failure.ts';
import { isEqual } from '../disk/compare.ts';
import { removeName } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { factsAt } from '../disk/look.ts';
import { copyToRun, putInPlace } from './put-in-place.ts';
import { type Places, transcriptOf } from '../moves/session-places.ts';
import { isAsItWas, type Returning } from './returning.ts';
import { CANNOT_LINK } from '../disk/trial.ts';

/**
 * Brings one file of the target into the tree of the home, whatever the tree has there; the target's is never changed.
 *
 * @returns Whether anything has changed, so that another pass is due.
 */
export async function bringBackFile(
  returning: Returning,
  path: string,
  facts: Facts,
  own: Facts | undefined,
  places: Places,
): Promise<boolean> {
  if (own === undefined) {
    return isMovedInHome(returning, path, places) ? false : await bringNew(returning, path, facts);
  }
  if (isSameFile(own, facts)) {
    returning.see(path, facts, own);
    return false;
  }
  const seen = returning.seen(path);
  if (seen !== undefined && isAsItWas(seen.target, facts)) {
    // What it is by itself is to be known once it can be written to.
    if (seen.own === undefined && !returning.isInHome) returning.see(path, facts, own);
    return false;
  }
  return returning.isTranscript(path)
    ? await bringBackTranscript(returning, path, facts, own)
    : await bringOther(returning, path, facts, own);
}

/** Whether Claude Code has moved the transcript to another project key in the home since it was given back. */
function isMovedInHome(returning: Returning, path: string, places: Places): boolean {
  const session = returning.isInHome ? transcriptOf(path) : undefined;
  if (session === undefined || !places.has(session)) return false;
  const isNew = returning.hasPrepared && returning.seen(path) === undefined;
  return !isNew;
}

async function bringNew(returning: Returning, path: string, facts: Facts): Promise<boolean> {
  const { tools, target, root } = returning;
  const { fs } = tools;
  const [from, to] = [childOf(target, path), childOf(root, path)];
  returning.touched.add(parentOf(to));
  if (returning.isTranscript(path) && returning.canLink) {
    const linked = await unless(['EEXIST', 'ENOENT', ...CANNOT_LINK], to, fs.link(from, to));
    // Whatever it was: the next pass looks at it anew.
    if (linked.ok || failedWith(linked, 'EEXIST') || failedWith(linked, 'ENOENT')) {
      if (linked.ok) returning.see(path, facts, facts);
      return true;
    }
  }
  const copy = await copyToRun(returning, path, facts);
  if (copy === undefined) return true;
  const named = await unless(['EEXIST', 'ENOENT'], to, fs.link(copy, to));
  await removeName(fs, copy);
  const there = named.ok ? await factsAt(fs, to) : undefined;
  if (there !== undefined) returning.see(path, facts, there);
  return true;
}

/** Files that are no transcripts are never mixed: where only one of them has been edited since, it is that one. */
async function bringOther(
  returning: Returning,
  path: string,
  facts: Facts,
  own: Facts,
): Promise<boolean> {
  const { tools, target, root, isInHome } = returning;
  const from = childOf(target, path);
  const equal = await isEqual(tools.fs, from, childOf(root, path));
  if (equal === undefined) return true;
  if (equal) {
    returning.see(path, facts, own);
    return false;
  }
  const before = returning.seen(path)?.own;
  if (isInHome && (before === undefined || !isAsItWas(before, own))) {
    returning.leave(from, 'changed');
    return false;
  }
  await putInPlace(returning, path, facts, own, own.size);
  return true;
}
