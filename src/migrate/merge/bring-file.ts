import { childOf, parentOf } from '../../paths.ts';
import { failedWith, must, unless } from '../disk/call-failure.ts';
import { copyFile } from '../disk/copy-file.ts';
import { makeDirectory, removeName } from '../disk/directories.ts';
import type { Facts } from '../disk/facts.ts';
import { incomingOf, temporaryName } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from './merge.ts';
import { moveAwayStale } from './stale-name.ts';
import { nonceOf } from '../tools.ts';

/** How it went: the name may be taken, or the file may have changed, so that it has to be looked at anew. */
export type Brought = 'brought' | 'taken' | 'changed';

/** Gives a file of a home its name in the target, unless something has it there. */
export async function bringFile(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<Brought> {
  const { fs } = merge.tools;
  const to = childOf(merge.target, path);
  if (source.canLink) {
    const name = fs.link(childOf(source.root, path), to);
    const linked = await unless(['EEXIST', 'ENOENT', 'EXDEV'], to, name);
    if (failedWith(linked, 'EEXIST')) return 'taken';
    // Either the directory is missing, or the file is gone.
    if (failedWith(linked, 'ENOENT')) await makeDirectory(fs, parentOf(to));
    if (failedWith(linked, 'ENOENT')) return 'changed';
    if (linked.ok) {
      merge.touched.add(parentOf(to));
      if (merge.passes > 1 || facts.names > 1) await moveAwayStale(merge, source, path, facts);
      source.linked.set(path, linkedAs(facts));
      return 'brought';
    }
  } else if ((await factsAt(fs, to)) !== undefined) return 'taken';
  // Where something is mounted inside the tree, that is on another file system, too.
  return await bringCopy(merge, source, path, facts);
}

async function bringCopy(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<Brought> {
  const { fs } = merge.tools;
  const to = childOf(merge.target, path);
  const copy = await copyIn(merge, source, path, facts);
  if (copy === undefined) return 'changed';
  const named = await unless(['EEXIST', 'ENOENT'], to, fs.link(copy, to));
  if (failedWith(named, 'ENOENT')) await makeDirectory(fs, parentOf(to));
  const there = named.ok ? await factsAt(fs, to) : undefined;
  await removeName(fs, copy);
  merge.touched.add(parentOf(to));
  if (there !== undefined) source.linked.set(path, linkedAs(facts, there));
  if (failedWith(named, 'EEXIST')) return 'taken';
  return named.ok ? 'brought' : 'changed';
}

/** A copy beside the target, under a name that nobody else has; `undefined` where the file has changed. */
export async function copyIn(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<string | undefined> {
  const { fs } = merge.tools;
  const incoming = incomingOf(merge.target);
  await makeDirectory(fs, incoming);
  const copy = childOf(incoming, temporaryName(nonceOf(merge.tools)));
  const isCopied = await must(copy, copyFile(fs, childOf(source.root, path), facts, copy));
  return isCopied ? copy : undefined;
}

/** What is remembered of a file that was brought over: no more than that, because there are many. */
export function linkedAs({ device, inode, birth, size, mtime }: Facts, copy?: Facts) {
  const linked = { device, inode, birth, size, mtime };
  return copy === undefined ? linked : { ...linked, copy };
}
