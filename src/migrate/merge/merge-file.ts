import { childOf } from '../../paths.ts';
import { bringFile } from './bring-file.ts';
import { isEqual } from '../disk/compare.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { factsAt } from '../disk/look.ts';
import type { Linked } from '../record/linked-files.ts';
import type { Merge, Source } from './merge.ts';
import { mergeTranscript } from './merge-transcript.ts';
import { mergeMoved } from '../moves/moved-session.ts';
import { migrationProblem } from '../migration-problem.ts';
import { moveAwayStale } from './stale-name.ts';
import { supersede } from './supersede.ts';

/**
 * Brings one file of a home into the target, whatever stands there.
 *
 * Can be repeated at any time, and by several processes at once: it decides by what it finds.
 *
 * @returns Whether anything has changed, so that another pass is due.
 */
export async function mergeFile(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<boolean> {
  const before = source.linked.get(path);
  const to = childOf(merge.target, path);
  // Most files are in one place only, as planned: it is quicker to try than to look.
  const isPlanned = merge.passes === 1 && source.isInHome && !source.isFragmentary;
  const tried = isPlanned && (await bringFile(merge, source, path, facts));
  if (tried === 'brought' || tried === 'changed') return true;
  const there = await factsAt(merge.tools.fs, to);
  if (there === undefined) {
    const moved = await mergeMoved(merge, source, path, facts);
    if (moved !== undefined) return moved;
    // It may be back by now.
    if ((await factsAt(merge.tools.fs, to)) !== undefined) return true;
    // It was linked, and is gone: so it was deleted, and is not brought back. An edited file is a new one.
    if (before !== undefined && isUnchanged(source, before, facts)) {
      merge.leave(childOf(source.root, path), 'deleted-since');
      return false;
    }
    await bringFile(merge, source, path, facts);
    return true;
  }
  if (isSameFile(there, facts)) {
    // A run that died may have given it this name, and left its old one.
    if (merge.passes === 1 && source.isInHome) await moveAwayStale(merge, source, path, facts);
    if (before?.size !== facts.size || !isSameFile(before, facts)) {
      source.linked.set(path, facts);
    }
    return false;
  }
  // The copy that was made of it is there, and it has not changed since.
  const isCopied = before?.copy !== undefined && isSameFile(before.copy, there);
  if (isCopied && isUnchanged(source, before, facts)) {
    return false;
  }
  if (there.kind !== 'file') {
    const problem = migrationProblem('kinds-differ', {
      path: childOf(source.root, path),
      other: to,
    });
    merge.cannotMerge(problem, problem.path);
    return false;
  }
  return merge.isTranscript(path)
    ? await mergeTranscript(merge, source, path, facts, there)
    : await mergeOther(merge, source, path, facts, there);
}

/** Files that are no transcripts are never mixed. */
async function mergeOther(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
): Promise<boolean> {
  const from = childOf(source.root, path);
  const to = childOf(merge.target, path);
  const before = source.linked.get(path);
  const isEdited = before !== undefined && !isUnchanged(source, before, facts);
  const equal = await isEqual(merge.tools.fs, from, to);
  // One of them has just vanished.
  if (equal === undefined) return true;
  if (equal) {
    source.linked.set(path, { ...facts, copy: there });
    return false;
  }
  // What was set aside is a file of its own, too, since its names were split: then it is not the younger one.
  const isLatest = isEdited && (source.isInHome || facts.mtime > there.mtime);
  // The target still has what was brought from here, and here it was edited.
  if (isLatest && isSameFile(before.copy ?? before, there)) {
    return await supersede(merge, source, path, facts, there);
  }
  // Edited through the link, since: what was set aside here is what it was before.
  if (!source.isInHome && !isLatest && before !== undefined) {
    merge.leave(from, 'changed');
    return false;
  }
  const problem = migrationProblem('files-differ', { path: from, other: to });
  merge.cannotMerge(problem, from);
  return false;
}

/** Whether it is still the very file that was brought over. */
function isUnchanged({ isInHome }: Source, before: Linked, facts: Facts): boolean {
  const looksSame = before.size === facts.size && isSameTime(before.mtime, facts.mtime);
  if (isSameFile(before, facts)) return before.copy === undefined || looksSame;
  // What has been set aside is given inodes of its own.
  return !isInHome && looksSame;
}

/** To the microsecond or so, as times can be set. */
function isSameTime(one: bigint, other: bigint): boolean {
  const apart = one - other;
  return -2000n < apart && apart < 2000n;
}
