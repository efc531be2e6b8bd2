import { childOf, parentOf } from '../../paths.ts';
import { aFewAtOnce } from '../../sessions/a-few-at-once.ts';
import { makeDirectory } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { isDeadCache } from '../kinds-of-files.ts';
import { isTemporaryName } from '../record/layout.ts';
import { factsAt, type Found } from '../disk/look.ts';
import type { Merge, Source } from './merge.ts';
import { mergeFile } from './merge-file.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { type OnFiles, stopIfAborted } from '../tools.ts';
import { bytesOf, type Group, isDirectory, isFile, walkTogether } from '../disk/walk.ts';

// Each may hold two files open; most of them only wait for a name to be made.
const FILES_AT_ONCE = 8;

/** How a pass is made. */
export interface PassOptions {
  /** Whether to look at the target even where nothing has changed since the last pass. */
  readonly isThorough: boolean;
  /** Whether the last pass was the same, so that only what it left open has to be looked at. */
  readonly isRepeated?: boolean;
  readonly onFiles: OnFiles;
}

/**
 * Goes once through the trees of all homes, and brings what is new into the target.
 *
 * @returns Whether anything has changed, so that another pass is due.
 */
export async function mergePass(
  merge: Merge,
  sources: readonly Source[],
  options: PassOptions,
): Promise<boolean> {
  merge.beginPass(sources, options.isRepeated === true);
  let hasChanged = false;
  const roots = sources.map(({ root }) => root);
  await walkTogether(merge.tools.fs, roots, async (groups) => {
    stopIfAborted(merge.tools);
    const known = groups.filter(({ name }) => !isTemporaryName(name));
    const merging = async (group: Group) => {
      if (await mergeCopies(merge, sources, group, options)) hasChanged = true;
      const isIn = group.copies.some(isDirectory) && (await openDirectory(merge, sources, group));
      return isIn ? [group] : [];
    };
    const inside = await aFewAtOnce(known, merging, FILES_AT_ONCE);
    const files = known.flatMap(({ copies }) => copies.filter(isFile));
    options.onFiles(files.length, bytesOf(files));
    return inside.flat();
  });
  return hasChanged;
}

async function mergeCopies(
  merge: Merge,
  sources: readonly Source[],
  group: Group,
  { isThorough }: PassOptions,
): Promise<boolean> {
  let hasChanged = false;
  for (const [index, source] of sources.entries()) {
    const facts = group.copies[index];
    if (facts === undefined || isDirectory(facts)) continue;
    const { path } = group;
    const at = childOf(source.root, path);
    const problem = unmergeable(facts, at);
    if (problem !== undefined) {
      merge.cannotMerge(problem, at);
    } else if (!isFile(facts)) {
      continue;
    } else if (isDeadCache(merge.name, path)) {
      merge.leave(at, 'dead-cache');
    } else if (source.isLeft(path)) {
      merge.leave(at, 'side-not-chosen');
    } else if (isThorough ? merge.isToLookAt(at, path) : isToMerge(merge, source, path, facts)) {
      if (!(await mergeFile(merge, source, path, facts))) continue;
      if (!merge.isRestless(path)) hasChanged = true;
      // No pass but a thorough one is repeated, and of the names of all files nobody wants a list.
      if (isThorough) merge.lookAgain(at);
    }
  }
  return hasChanged;
}

function isToMerge(
  { replaced }: Merge,
  { canLink, linked }: Source,
  path: string,
  facts: Facts,
): boolean {
  const before = linked.get(path);
  const isKnown = before !== undefined && before.copy === undefined && isSameFile(before, facts);
  return !canLink || !isKnown || replaced.has(path);
}

/** What is wrong with an entry that is neither a file nor a directory; nothing, if it is. */
export function unmergeable(found: Found, path: string): MigrationProblem | undefined {
  if (found === 'unrepresentable') return migrationProblem('unrepresentable-name', { path });
  const { kind } = found;
  return kind === 'file' || kind === 'directory'
    ? undefined
    : migrationProblem('not-mergeable', { path, kind });
}

/** Makes the directory in the target; tells whether there is one now to go into. */
async function openDirectory(
  merge: Merge,
  sources: readonly Source[],
  { path, copies }: Group,
): Promise<boolean> {
  const { fs } = merge.tools;
  const to = childOf(merge.target, path);
  const directories = copies.filter((copy) => copy !== undefined && copy !== 'unrepresentable');
  const [first] = directories;
  const there = await factsAt(fs, to);
  if (there === undefined && first !== undefined) {
    await makeDirectory(fs, to, first.mode);
    merge.touched.add(parentOf(to));
    merge.made.set(to, latestOf(directories));
    return true;
  }
  if (there?.kind === 'directory') return true;
  const at = childOf(sources[copies.findIndex(isDirectory)]?.root ?? '', path);
  const problem = migrationProblem('kinds-differ', { path: at, other: to });
  merge.cannotMerge(problem, at);
  return false;
}

function latestOf(directories: readonly Facts[]): bigint {
  return directories.reduce((latest, { mtime }) => (mtime > latest ? mtime : latest), 0n);
}
