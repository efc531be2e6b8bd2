import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { childOf } from '../../paths.ts';
import { must } from '../disk/call-failure.ts';
import { makeDurableDirectory, syncDirectory } from '../disk/directories.ts';
import {
  isOwnEntry,
  isRetiringName,
  madeAt,
  originalsOf,
  ownerOf,
  recreatedName,
  restoredMarkOf,
  runNameAt,
  sealOf,
} from './layout.ts';
import { entriesAt } from '../disk/look.ts';
import { formatOwnerToken, nonceFrom, type OwnerToken } from '../../lock/owner-token.ts';
import type { Tools } from '../tools.ts';
import { isDirectory } from '../disk/walk.ts';

/** What one run has set aside in one account home. */
export interface Run {
  readonly path: string;
  /** The name of its directory. */
  readonly name: string;
  /** The trees that are in it, by the names of their links. */
  readonly trees: readonly string[];
  /** Directories that were made anew in the home, and moved aside, too: their names in the run directory. */
  readonly recreated: readonly { readonly entry: string; readonly name: string }[];
  /** The names of the links under which files were displaced. */
  readonly displaced: readonly string[];
  /** The names whose links were removed to give the home its directories back. */
  readonly removedLinks: readonly string[];
  readonly isSealed: boolean;
  readonly isRestored: boolean;
  /** Whether its removal has begun; it had come to its end before. */
  readonly isRetiring: boolean;
}

/** The runs of a home, the oldest first. */
export async function runsOf(fs: MigrateReadFs, accountHome: string): Promise<readonly Run[]> {
  const originals = originalsOf(accountHome);
  const runs: Run[] = [];
  for (const [name, found] of await entriesAt(fs, originals)) {
    if (isDirectory(found) && madeAt(name) !== undefined) {
      runs.push(await readRun(fs, childOf(originals, name), name));
    }
  }
  return runs;
}

export async function readRun(fs: MigrateReadFs, path: string, name: string): Promise<Run> {
  const entries = await entriesAt(fs, path);
  const has = (file: string) => entries.has(file.slice(path.length + 1));
  const displaced = isDirectory(entries.get('displaced')) ? childOf(path, 'displaced') : undefined;
  const recreated = [...entries.keys()].flatMap((entry) => {
    const of = recreatedName(entry);
    return of === undefined ? [] : [{ entry, name: of }];
  });
  return {
    path,
    name,
    trees: [...entries].flatMap(([entry, found]) =>
      isDirectory(found) && !isOwnEntry(entry) ? [entry] : [],
    ),
    recreated,
    displaced: displaced === undefined ? [] : [...(await entriesAt(fs, displaced)).keys()],
    removedLinks: [...entries.keys()].flatMap((entry) => /^link-(.*)$/.exec(entry)?.[1] ?? []),
    isSealed: has(sealOf(path)),
    isRestored: has(restoredMarkOf(path)),
    isRetiring: isRetiringName(name),
  };
}

/** Whether a run has not come to its end. */
export function isPending({ isSealed, isRestored, isRetiring }: Run): boolean {
  return !isSealed && !isRestored && !isRetiring;
}

/** Whether somebody has begun to give the home a directory of this run back, and has not ended. */
export function isGoingBack(run: Run, name: string): boolean {
  return !run.isRestored && run.removedLinks.includes(name);
}

/** Makes the directory of a new run, under a name that nobody else has, and says whose it is. */
export async function makeRun(
  { fs, now, random }: Tools,
  accountHome: string,
  owner: OwnerToken,
): Promise<string> {
  const originals = originalsOf(accountHome);
  await makeDurableDirectory(fs, originals);
  const path = childOf(originals, runNameAt(now, nonceFrom(random)));
  // Exclusively: the name is taken if this fails.
  await must(path, fs.mkdir(path, { mode: 0o700 }));
  const mark = ownerOf(path);
  await must(mark, fs.symlink(formatOwnerToken(owner), mark, 'junction'));
  // What is displaced into it must not be lost with it.
  await syncDirectory(fs, originals);
  return path;
}
