import { childOf } from '../../paths.ts';
import { aFewAtOnce } from '../../sessions/a-few-at-once.ts';
import { CallFailure, lostLock, unless } from '../disk/call-failure.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { formerPlaceOf, isOwnMark } from './former-place.ts';
import { removeDirectory } from './remove-directory.ts';
import { entriesAt, factsAt, type Found } from '../disk/look.ts';
import type { Proof } from './prove.ts';
import { bytesOf } from '../disk/walk.ts';
import { type Progress, stopIfAborted, type Tools } from '../tools.ts';

/** Removing what is in one originals directory. */
export interface Retiring {
  readonly tools: Tools;
  /** Where it is while that is done. */
  readonly root: string;
  readonly facts: Facts;
  readonly proof: Proof;
  /** Whether the caller wants a path removed, relative to the originals, whatever it is. */
  readonly isDiscarded: (path: string) => boolean;
  readonly progress: Progress;
  /** Is asked again and again: whether the locks are still held. */
  readonly isAllowed: () => Promise<boolean>;
}

/** What has come of it. */
export interface Retired {
  removed: number;
  /** Relative to the originals. */
  readonly kept: string[];
}

interface Directory {
  readonly at: string;
  /** Relative to the originals; empty for those themselves. */
  readonly path: string;
  readonly facts: Facts;
}

const FILES_AT_ONCE = 8;

/**
 * Removes every file that is proved to be shared or that the caller has named, and the directories that become empty
 * by that; those at the top stay, since without them there would be no way back for what is kept.
 */
export async function retireTree(retiring: Retiring, retired: Retired): Promise<void> {
  const { root: at, facts } = retiring;
  await retireDirectory(retiring, { at, path: '', facts }, retired);
}

/** Tells whether the directory is empty now. */
async function retireDirectory(
  retiring: Retiring,
  directory: Directory,
  retired: Retired,
): Promise<boolean> {
  const { tools, isAllowed } = retiring;
  stopIfAborted(tools);
  if (!(await isAllowed())) throw new CallFailure(directory.at, lostLock());
  const entries = await entriesAt(tools.fs, directory.at);
  // It may have become a link since it was found, and what was listed is what that leads to.
  if (!(await isOwn(retiring, directory))) {
    retired.kept.push(directory.path);
    return false;
  }
  const directories: Directory[] = [];
  const files: [string, Found][] = [];
  for (const [name, found] of entries) {
    const path = directory.path === '' ? name : childOf(directory.path, name);
    if (found !== 'unrepresentable' && found.kind === 'directory') {
      directories.push({ at: childOf(directory.at, name), path, facts: found });
    } else if (found === 'unrepresentable' || !isOwnMark(path, found.kind)) {
      files.push([path, found]);
    }
  }
  const removing = ([path, found]: [string, Found]) => retire(retiring, directory, path, found);
  const gone = await aFewAtOnce(files, removing, FILES_AT_ONCE);
  for (const [index, [path]] of files.entries()) {
    if (gone[index] === true) retired.removed += 1;
    else retired.kept.push(path);
  }
  retiring.progress.add(files.length, bytesOf(files.map(([, found]) => found)));
  let isEmpty = !gone.includes(false);
  for (const below of directories) {
    if (!(await retireDirectory(retiring, below, retired))) isEmpty = false;
    else if (directory.path === '') continue;
    else if (!(await removeEmpty(retiring, below))) isEmpty = false;
  }
  return isEmpty;
}

/** Whether it is still the directory that was found, on the file system of the originals, and not a target's. */
async function isOwn(
  { tools: { fs }, facts, proof }: Retiring,
  directory: Directory,
): Promise<boolean> {
  if (!(await isStill(fs, directory)) || directory.facts.device !== facts.device) return false;
  // With a separator at its end: of a tree the place is the target itself.
  const place = formerPlaceOf(childOf(directory.path, ''));
  return place === undefined || !(await proof.isTargets(directory.facts, place));
}

async function isStill(fs: Tools['fs'], { at, facts }: Directory): Promise<boolean> {
  const now = await factsAt(fs, at);
  return now?.kind === 'directory' && isSameFile(now, facts);
}

/** Tells whether a file is gone. */
async function retire(
  retiring: Retiring,
  directory: Directory,
  path: string,
  facts: Found,
): Promise<boolean> {
  const { tools, root, proof, isDiscarded } = retiring;
  if (facts === 'unrepresentable') return false;
  const at = childOf(root, path);
  if (!isDiscarded(path)) {
    const place = facts.kind === 'file' ? formerPlaceOf(path) : undefined;
    if (place === undefined || !(await proof.isShared({ at, facts }, place))) return false;
  }
  return await removeExactly(tools, directory, at, facts);
}

/** Removes a name if it is still that of the file that was looked at, in the directory that was looked at. */
async function removeExactly(
  { fs }: Tools,
  directory: Directory,
  at: string,
  facts: Facts,
): Promise<boolean> {
  if (!(await isStill(fs, directory))) return false;
  const now = await factsAt(fs, at);
  if (now === undefined) return true;
  if (!isSameFile(now, facts) || now.size !== facts.size || now.mtime !== facts.mtime) return false;
  await unless(['ENOENT'], at, fs.unlink(at));
  return true;
}

async function removeEmpty({ tools }: Retiring, directory: Directory): Promise<boolean> {
  return (await isStill(tools.fs, directory)) && (await removeDirectory(tools, directory.at));
}
