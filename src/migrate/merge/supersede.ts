import { childOf, parentOf } from '../../paths.ts';
import { copyIn, linkedAs } from './bring-file.ts';
import { removeName } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { displacedAt, stateOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from './merge.ts';
import { replaceName } from './replace-name.ts';

/** Puts a file of a home in the place of one in the target, which keeps a name among what was displaced. */
export async function supersede(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
): Promise<boolean> {
  merge.supersede(there);
  // What came into a transcript after it was brought over is looked at once more.
  const offset = source.linked.get(path)?.size ?? there.size;
  await replaceInTarget(merge, source, path, facts, there, { offset, isContained: false });
  return true;
}

/**
 * The same, with the offset up to which the displaced file is in the new one, and whether that is all of it.
 *
 * @returns Where the displaced file is; `undefined` where the place has to be looked at anew.
 */
export async function replaceInTarget(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
  { offset, isContained }: { readonly offset: number; readonly isContained: boolean },
): Promise<string | undefined> {
  const { fs } = merge.tools;
  const to = childOf(merge.target, path);
  // A second name has to be on the same file system.
  const base = source.canLink ? source.run : stateOf(merge.target);
  const copy = source.canLink ? undefined : await copyIn(merge, source, path, facts);
  if (!source.canLink && copy === undefined) return undefined;
  const kept = await replaceName(merge.tools, {
    path: to,
    expected: there,
    chosen: copy ?? childOf(source.root, path),
    keepAt: childOf(displacedAt(base, merge.name, 'target', offset), path),
    keptBelow: isContained ? undefined : base,
  });
  const now = await factsAt(fs, to);
  const put = copy === undefined ? facts : await factsAt(fs, copy);
  if (copy !== undefined) await removeName(fs, copy);
  if (kept === undefined) return undefined;
  merge.replaced.add(path);
  merge.disturb(path);
  if (now === undefined || put === undefined || !isSameFile(now, put)) {
    merge.begun.add(path);
    source.linked.delete(path);
    return undefined;
  }
  source.linked.set(path, linkedAs(facts, copy === undefined ? undefined : now));
  merge.touched.add(parentOf(to));
  return kept;
}
