import { childOf, parentOf } from '../../paths.ts';
import { unless } from '../disk/call-failure.ts';
import { relate, type Relation } from '../disk/compare.ts';
import { makeDirectory } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { isHistory } from './beginnings.ts';
import { displacedAt } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { addGrowth } from '../merge/add-growth.ts';
import { divergentOffset } from '../merge/merge-transcript.ts';
import { replaceName } from '../merge/replace-name.ts';
import { setFileAside } from '../merge/set-name-aside.ts';

/**
 * Brings a transcript over whose session the target has under another project key: Claude Code moves it there when it
 * enters or leaves a worktree, and could not resume it from any third directory if both stayed.
 *
 * @returns Whether another pass is due; `undefined` where the target has the session nowhere else.
 */
export async function mergeMoved(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<boolean | undefined> {
  const { fs } = merge.tools;
  const other = await merge.movedTo(path);
  if (other === undefined) return undefined;
  const there = await factsAt(fs, childOf(merge.target, other));
  if (there === undefined) {
    merge.sessions.forget();
    return true;
  }
  // What has been moved aside is history: where the session is now, the target tells.
  if (!source.isInHome) return await addToOther(merge, source, path, facts, other, there);
  if (source.isFragmentary) return await follow(merge, source, path, other, there);
  // It has moved here since it was planned: once it is in the target, one of the two is taken away.
  merge.mayHaveMoves = true;
  return undefined;
}

/** Whether it was moved in the home after the last look at it, and then the home was moved aside. */
async function hasMovedLast(
  merge: Merge,
  { root, linked }: Source,
  path: string,
  other: string,
  there: Facts,
): Promise<boolean> {
  const before = linked.get(other);
  // What was brought over under its present name can have been moved through the link since.
  if (linked.has(path) || before === undefined) return false;
  if (!isSameFile(before.copy ?? before, there)) return false;
  return (await factsAt(merge.tools.fs, childOf(root, other))) === undefined;
}

/** Lets the target follow a session that has moved: what stands there afterwards is merged in the next pass. */
async function follow(
  merge: Merge,
  source: Source,
  path: string,
  other: string,
  there: Facts,
): Promise<boolean> {
  const { fs } = merge.tools;
  const [from, to] = [childOf(merge.target, other), childOf(merge.target, path)];
  await makeDirectory(fs, parentOf(to));
  await unless(['EEXIST', 'ENOENT'], to, fs.link(from, to));
  const keepAt = childOf(displacedAt(source.run, merge.name, 'target', there.size), other);
  const now = await factsAt(fs, to);
  // Only a file that has its new name loses the old one.
  if (now !== undefined && isSameFile(now, there)) {
    await setFileAside(merge.tools, from, keepAt, there);
    merge.forgetName(other);
  }
  merge.touched.add(parentOf(from)).add(parentOf(to));
  merge.sessions.forget();
  return true;
}

/** Adds what a transcript that was moved aside has beyond the one of its session in the target. */
async function addToOther(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  other: string,
  there: Facts,
): Promise<boolean> {
  const from = childOf(source.root, path);
  if (await hasMovedLast(merge, source, path, other, there)) {
    return await follow(merge, source, path, other, there);
  }
  if (isSameFile(facts, there)) return false;
  const present = { at: childOf(merge.target, other), facts: there };
  const relation = await relate(merge.tools.fs, from, present.at);
  if (relation === undefined) return true;
  const offset = offsetOf(merge, source, path, relation);
  const isUnrelated = offset === 0 && source.canLink;
  const isFirst = isUnrelated && (await isHistory(merge, path, { at: from, facts }, present));
  if (isFirst === undefined) return true;
  if (isFirst) {
    // The history comes first, and then what began without it.
    merge.disturb(other);
    const kept = await replaceName(merge.tools, {
      path: present.at,
      expected: there,
      chosen: from,
      keepAt: childOf(displacedAt(source.run, merge.name, 'target', 0), other),
      keptBelow: source.run,
    });
    return kept === undefined || (await addGrowth(merge, other, kept, 0, source));
  }
  if (offset !== undefined) return await addGrowth(merge, other, from, offset, source);
  if (source.isFresh) return await addGrowth(merge, other, from, 0, source);
  merge.leave(from, 'changed');
  return false;
}

function offsetOf(
  merge: Merge,
  source: Source,
  path: string,
  relation: Relation,
): number | undefined {
  if (relation.kind === 'generations') return relation.offset;
  // What was begun anew under another key has nothing in common with what went before.
  return relation.common === 0 ? 0 : divergentOffset(merge, source, path, relation);
}
