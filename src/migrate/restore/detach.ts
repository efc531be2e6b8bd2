import { childOf, parentOf } from '../../paths.ts';
import { copyFile } from '../disk/copy-file.ts';
import { removeName } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { isEqual } from '../disk/compare.ts';
import { displacedAt, temporaryName } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { replaceName } from '../merge/replace-name.ts';
import { rememberDisplaced } from './displaced.ts';
import type { Returning } from './returning.ts';
import { nonceOf, stopIfAborted } from '../tools.ts';
import { isDirectory, walkTogether } from '../disk/walk.ts';

const MOST_TRIES = 3;

/** Gives every transcript of the home that is still one with that of the target an inode of its own. */
export async function detachFrom(returning: Returning): Promise<void> {
  const { tools, name, target, root } = returning;
  // Whatever else there is has never been one with the target's.
  if (name !== 'projects') return;
  await walkTogether(tools.fs, [target, root], async (groups) => {
    stopIfAborted(tools);
    for (const { path, copies } of groups) {
      const [shared, own] = copies;
      if (!isFile(shared) || !isFile(own) || !isSameFile(shared, own)) continue;
      if (!(await detachFile(returning, path))) returning.leave(childOf(root, path), 'changed');
    }
    return groups.filter(({ copies: [, own] }) => isDirectory(own));
  });
}

function isFile(found: Facts | 'unrepresentable' | undefined): found is Facts {
  return found !== undefined && found !== 'unrepresentable' && found.kind === 'file';
}

/** Tells whether the file is one of its own now; not while it keeps changing. */
async function detachFile(returning: Returning, path: string): Promise<boolean> {
  const { tools, name, target, root, run } = returning;
  const { fs } = tools;
  const to = childOf(root, path);
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const [shared, own] = [await factsAt(fs, childOf(target, path)), await factsAt(fs, to)];
    if (own === undefined || shared === undefined || !isSameFile(shared, own)) return true;
    const copy = childOf(run, temporaryName(nonceOf(tools)));
    if (!(await copyFile(fs, to, own, copy))) continue;
    // Whatever is written from here on is brought over from the displaced one.
    const made = await factsAt(fs, copy);
    const isWhole = (await isEqual(fs, to, copy)) === true && made !== undefined;
    const kept = isWhole
      ? await replaceName(tools, {
          path: to,
          expected: own,
          chosen: copy,
          keepAt: childOf(displacedAt(run, name, 'home', made.size), path),
          keptBelow: undefined,
        })
      : undefined;
    await removeName(fs, copy);
    if (kept === undefined || made === undefined) continue;
    returning.touched.add(parentOf(to));
    await rememberDisplaced(returning, { at: kept, path, offset: made.size });
    return true;
  }
  return false;
}
