import { childOf, parentOf } from '../../paths.ts';
import { must } from '../disk/call-failure.ts';
import { copyFile } from '../disk/copy-file.ts';
import { removeName } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { displacedAt, temporaryName } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { replaceName } from '../merge/replace-name.ts';
import { rememberDisplaced } from './displaced.ts';
import type { Returning } from './returning.ts';
import { nonceOf } from '../tools.ts';

/** A copy of the target's file, on the file system of the home; `undefined` where that has changed. */
export async function copyToRun(
  { tools, target, run }: Returning,
  path: string,
  facts: Facts,
): Promise<string | undefined> {
  const copy = childOf(run, temporaryName(nonceOf(tools)));
  const isCopied = await must(copy, copyFile(tools.fs, childOf(target, path), facts, copy));
  return isCopied ? copy : undefined;
}

/**
 * Puts the target's file in the place of the home's, which keeps a name among what was displaced.
 *
 * @param offset - Up to where the home's is known to be in the target's.
 * @returns Where the displaced one is; `undefined` where the place has to be looked at anew.
 */
export async function putInPlace(
  returning: Returning,
  path: string,
  facts: Facts,
  own: Facts,
  offset: number,
): Promise<string | undefined> {
  const { tools, name, target, root, run } = returning;
  const { fs } = tools;
  const isLinked = returning.isTranscript(path) && returning.canLink;
  const copy = isLinked ? undefined : await copyToRun(returning, path, facts);
  if (!isLinked && copy === undefined) return undefined;
  const to = childOf(root, path);
  const chosen = copy ?? childOf(target, path);
  const put = await factsAt(fs, chosen);
  const kept = await replaceName(tools, {
    path: to,
    expected: own,
    chosen,
    keepAt: childOf(displacedAt(run, name, 'home', offset), path),
    keptBelow: run,
  });
  if (copy !== undefined) await removeName(fs, copy);
  if (kept === undefined) return undefined;
  returning.touched.add(parentOf(to));
  const there = await factsAt(fs, to);
  // Claude Code may have begun it anew while the name was absent: then the next pass puts it behind the target's.
  if (put !== undefined && there !== undefined && isSameFile(put, there)) {
    returning.see(path, facts, there);
  }
  if (returning.isTranscript(path)) await rememberDisplaced(returning, { at: kept, path, offset });
  return kept;
}
