import { childOf, parentOf } from '../../paths.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { displacedAt } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from './merge.ts';
import { setFileAside } from './set-name-aside.ts';

/**
 * Takes the old name of a file away from the target, where the file was moved in its home since it was linked:
 * one session under two project keys cannot be resumed from anywhere else.
 */
export async function moveAwayStale(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<void> {
  const { fs } = merge.tools;
  // Only a file with more names than the home gives it can have been linked before.
  if (facts.names < 2) return;
  const olds = source.linked.pathsOf(facts);
  // A run that died before it had written anything down has linked it.
  const elsewhere = await merge.elsewhere(path);
  for (const old of new Set(elsewhere === undefined ? olds : [...olds, elsewhere])) {
    if (old === path) continue;
    if ((await factsAt(fs, childOf(source.root, old))) !== undefined) continue;
    const stale = childOf(merge.target, old);
    const there = await factsAt(fs, stale);
    if (there === undefined || !isSameFile(there, facts)) continue;
    const keepAt = childOf(displacedAt(source.run, merge.name, 'target', facts.size), old);
    if ((await setFileAside(merge.tools, stale, keepAt, there)) === undefined) continue;
    merge.forgetName(old);
    merge.touched.add(parentOf(stale));
  }
}
