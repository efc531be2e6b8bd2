import { childOf, parentOf } from '../../paths.ts';
import { must } from '../disk/call-failure.ts';
import { copyFile } from '../disk/copy-file.ts';
import { isSameFile } from '../disk/facts.ts';
import { temporaryName } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { nonceOf, type OnFiles, stopIfAborted } from '../tools.ts';
import { bytesOf, isDirectory, isFile, walkTogether } from '../disk/walk.ts';

/**
 * Gives files that are no transcripts an inode of their own in the originals: Claude Code refuses some files that
 * have two names. Those in the target keep the inode, and with it their exact time.
 */
export async function splitNames(
  merge: Merge,
  { root }: Pick<Source, 'root'>,
  onFiles?: OnFiles,
): Promise<void> {
  const { fs } = merge.tools;
  await walkTogether(fs, [root], async (groups) => {
    stopIfAborted(merge.tools);
    for (const { path, copies } of groups) {
      const [facts] = copies;
      if (!isFile(facts) || facts.names < 2 || merge.isTranscript(path)) continue;
      const there = await factsAt(fs, childOf(merge.target, path));
      if (there === undefined || !isSameFile(there, facts)) continue;
      const own = childOf(root, path);
      const copy = childOf(parentOf(own), temporaryName(nonceOf(merge.tools)));
      if (await copyFile(fs, own, facts, copy)) await must(own, fs.rename(copy, own));
    }
    const files = groups.map(({ copies: [found] }) => found).filter(isFile);
    onFiles?.(files.length, bytesOf(files));
    return groups.filter(({ copies }) => isDirectory(copies[0]));
  });
}
