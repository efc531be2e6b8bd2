import { childOf, parentOf } from '../../paths.ts';
import { bringBackTranscript } from './bring-back-transcript.ts';
import { failedWith, unless } from '../disk/call-failure.ts';
import { gain } from './gain.ts';
import { isEqual, relate } from '../disk/compare.ts';
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
    const moved = movedInHome(returning, path, places);
    return moved === undefined
      ? await bringNew(returning, path, facts)
      : await addToMoved(returning, path, facts, moved);
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

/** Where Claude Code has moved the transcript in the home since it was given back, to another project key. */
function movedInHome(returning: Returning, path: string, places: Places): string | undefined {
  const session = returning.isInHome ? transcriptOf(path) : undefined;
  const isNew = returning.hasPrepared && returning.seen(path) === undefined;
  return session === undefined || isNew ? undefined : places.get(session)?.[0];
}

/** What the target has gained, right before the link was removed, goes to where the session is now. */
async function addToMoved(
  returning: Returning,
  path: string,
  facts: Facts,
  moved: string,
): Promise<boolean> {
  const { tools, target, root } = returning;
  const { fs } = tools;
  const before = returning.seen(path)?.target;
  const own = await factsAt(fs, childOf(root, moved));
  if (own === undefined) return true;
  if (isSameFile(own, facts) || (before !== undefined && isAsItWas(before, facts))) return false;
  const [from, to] = [childOf(target, path), childOf(root, moved)];
  const relation = await relate(fs, from, to);
  if (relation === undefined) return true;
  // What was compacted there since is not to come back.
  if (relation.kind === 'divergent' && !returning.hasPrepared) {
    returning.leave(from, 'unmergeable');
    return false;
  }
  const isSame = before !== undefined && isSameFile(before, facts) && before.size <= facts.size;
  const offset = relation.kind === 'generations' ? relation.offset : isSame ? before.size : 0;
  const isContained = relation.kind === 'generations' && relation.longer === 'other';
  const { isWhole, isDue } = isContained
    ? { isWhole: true, isDue: false }
    : await gain(returning, { from, offset, to, isAnywhere: true });
  if (isWhole) returning.see(path, facts, own);
  return isDue;
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
