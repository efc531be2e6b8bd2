import { childOf, parentOf } from '../paths.ts';
import { must, unless } from './call-failure.ts';
import { relate } from './compare.ts';
import { makeDirectory } from './directories.ts';
import { type Facts, isOlder, isSameFile } from './facts.ts';
import { displacedAt } from './layout.ts';
import { factsAt } from './look.ts';
import type { Merge, Source } from './merge.ts';
import { addGrowth, divergentOffset } from './merge-transcript.ts';
import { replaceName } from './replace-name.ts';
import { nonceOf } from './tools.ts';

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
  const other = await merge.sessions.elsewhere(path);
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
  await makeDirectory(fs, parentOf(keepAt));
  const now = await factsAt(fs, to);
  // Only a file that has its new name loses the old one.
  if (now !== undefined && isSameFile(now, there) && (await factsAt(fs, keepAt)) === undefined) {
    await must(from, fs.rename(from, keepAt));
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
  if (isSameFile(facts, there)) {
    const linked = source.linked.get(other);
    const wasMoved =
      linked !== undefined &&
      isSameFile(linked, facts) &&
      (await factsAt(merge.tools.fs, childOf(source.root, other))) === undefined;
    // It was moved in its home after it had been linked, and before the swap.
    return wasMoved ? await follow(merge, source, path, other, there) : false;
  }
  const relation = await relate(merge.tools.fs, from, childOf(merge.target, other));
  if (relation === undefined) return true;
  const offset =
    relation.kind === 'generations' ? relation.offset : divergentOffset(source, path, relation);
  if (offset === 0 && isOlder(facts, there) && source.canLink) {
    // The history comes first, and then what began without it.
    const kept = await replaceName(merge.tools.fs, {
      path: childOf(merge.target, other),
      expected: there,
      chosen: from,
      keepAt: childOf(displacedAt(source.run, merge.name, 'target', 0), other),
      nonce: nonceOf(merge.tools),
      keptBelow: source.run,
    });
    return kept === undefined || (await addGrowth(merge, other, kept, 0));
  }
  if (offset !== undefined) return await addGrowth(merge, other, from, offset);
  merge.leftovers.push({ path: from, reason: 'changed' });
  return false;
}
