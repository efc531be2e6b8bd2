import { childOf, parentOf } from '../../paths.ts';
import { aFewAtOnce } from '../../sessions/a-few-at-once.ts';
import { bringBackFile } from './bring-back-file.ts';
import { makeDirectory, removeName, setTimes, syncDirectories } from '../disk/directories.ts';
import { displaceMoved } from './displace-moved.ts';
import { secondsOf } from '../disk/facts.ts';
import { isDeadCache } from '../kinds-of-files.ts';
import { isTemporaryName } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { Merge } from '../merge/merge.ts';
import { type Places, sessionPlaces } from '../moves/session-places.ts';
import type { Returning } from './returning.ts';
import { splitNames } from '../sweep/split-names.ts';
import { stopIfAborted } from '../tools.ts';
import { bytesOf, type Group, isDirectory, isFile, walkTogether } from '../disk/walk.ts';

const FILES_AT_ONCE = 16;
const LEAST_PASSES = 2;
const MOST_PASSES = 8;

/** Brings everything that the target has into the tree of the home, until nothing comes any more. */
export async function bringBack(returning: Returning): Promise<void> {
  const { tools, name, target, root, made, touched } = returning;
  const { fs } = tools;
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const hasChanged = await bringPass(returning);
    if (!hasChanged && pass >= LEAST_PASSES) break;
  }
  // What was linked by the migration, and not yet parted when it died.
  await splitNames(new Merge(tools, name, target), { root });
  for (const [path, modified] of made) {
    if ((await factsAt(fs, path)) !== undefined) await setTimes(fs, path, secondsOf(modified));
  }
  made.clear();
  await syncDirectories(fs, touched);
  touched.clear();
  if (!returning.isInHome) returning.hasPrepared = true;
}

/** Goes once through the target; tells whether anything has changed in the tree. */
async function bringPass(returning: Returning): Promise<boolean> {
  const { tools, target, root } = returning;
  const places = await sessionPlaces(returning, root);
  returning.passes += 1;
  const changed: boolean[] = [];
  await walkTogether(tools.fs, [target, root], async (groups) => {
    stopIfAborted(tools);
    for (const group of returning.isAlone ? groups : []) await removeTemporary(returning, group);
    const known = groups.filter((group) => isToBring(returning, group));
    const inside = known.filter(({ copies: [found] }) => isDirectory(found));
    const brought = await aFewAtOnce(
      known,
      (group) => bringEntry(returning, group, places),
      FILES_AT_ONCE,
    );
    if (brought.includes(true)) changed.push(true);
    const opened = await aFewAtOnce(inside, (group) => openDirectory(returning, group));
    const files = known.map(({ copies: [found] }) => found).filter(isFile);
    returning.onFiles(files.length, bytesOf(files));
    return inside.filter((_, index) => opened[index]);
  });
  const hasMoved = await displaceMoved(returning);
  return changed.length > 0 || hasMoved;
}

/** What a run that died has left is a second name of a file, or a copy. */
async function removeTemporary(
  { tools, root }: Returning,
  { path, name, copies: [, own] }: Group,
): Promise<void> {
  if (isFile(own) && isTemporaryName(name)) await removeName(tools.fs, childOf(root, path));
}

function isToBring(returning: Returning, { path, name, copies: [found] }: Group): boolean {
  if (found === undefined || isTemporaryName(name)) return false;
  if (!returning.isLeft(path)) return true;
  // The home has its own.
  if (!isDirectory(found)) returning.leave(childOf(returning.target, path), 'side-not-chosen');
  return false;
}

async function bringEntry(
  returning: Returning,
  { path, copies: [found, own] }: Group,
  places: Places,
): Promise<boolean> {
  if (found === undefined || isDirectory(found)) return false;
  const from = childOf(returning.target, path);
  returning.leftovers.delete(from);
  if (isDeadCache(returning.name, path)) return false;
  if (found === 'unrepresentable' || found.kind !== 'file') {
    returning.leave(from, 'unmergeable');
    return false;
  }
  if (own === 'unrepresentable' || (own !== undefined && own.kind !== 'file')) {
    returning.leave(from, 'unmergeable');
    return false;
  }
  return await bringBackFile(returning, path, found, own, places);
}

/** Makes the directory in the tree; tells whether there is one now to go into. */
async function openDirectory(
  returning: Returning,
  { path, copies: [found, own] }: Group,
): Promise<boolean> {
  if (isDirectory(own)) return true;
  if (own !== undefined || found === undefined || found === 'unrepresentable') {
    returning.leave(childOf(returning.target, path), 'unmergeable');
    return false;
  }
  const to = childOf(returning.root, path);
  await makeDirectory(returning.tools.fs, to, found.mode);
  returning.touched.add(parentOf(to));
  returning.made.set(to, found.mtime);
  return true;
}
