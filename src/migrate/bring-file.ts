import { childOf, parentOf } from '../paths.ts';
import { failedWith, must, unless } from './call-failure.ts';
import { copyFile } from './copy-file.ts';
import { makeDirectory, removeName } from './directories.ts';
import type { Facts } from './facts.ts';
import { incomingOf, temporaryName } from './layout.ts';
import { factsAt } from './look.ts';
import type { Merge, Source } from './merge.ts';
import { moveAwayStale } from './stale-name.ts';
import { nonceOf } from './tools.ts';

/**
 * Gives a file of a home its name in the target, which nothing has there yet.
 *
 * @returns Whether anything has changed, so that another pass is due.
 */
export async function bringFile(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
): Promise<boolean> {
  const { fs } = merge.tools;
  const to = childOf(merge.target, path);
  merge.touched.add(parentOf(to));
  if (!source.canLink) {
    const copy = await copyIn(merge, source, path, facts);
    if (copy === undefined) return true;
    const named = await unless(['EEXIST', 'ENOENT'], to, fs.link(copy, to));
    if (failedWith(named, 'ENOENT')) await makeDirectory(fs, parentOf(to));
    const there = named.ok ? await factsAt(fs, to) : undefined;
    await removeName(fs, copy);
    if (there !== undefined) source.linked.set(path, linkedAs(facts, there));
    return true;
  }
  const linked = await unless(['EEXIST', 'ENOENT'], to, fs.link(childOf(source.root, path), to));
  // Either the directory is missing, or the file is gone.
  if (failedWith(linked, 'ENOENT')) await makeDirectory(fs, parentOf(to));
  if (!linked.ok) return true;
  await moveAwayStale(merge, source, path, facts);
  source.linked.set(path, linkedAs(facts));
  return true;
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
