import { settle } from '../../answer.ts';
import { textOf } from '../../fs/port.ts';
import { childOf } from '../../paths.ts';
import { CallFailure, changed, lostLock, must, unless } from '../disk/call-failure.ts';
import { syncDirectory } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { recreatedOf, removedLinkOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { letItBeFilled } from '../swap/made-anew.ts';
import { leadsTo, putLink } from '../swap/put-link.ts';
import type { Tools } from '../tools.ts';

/** One directory that goes back into its home. */
export interface GivingBack {
  readonly tools: Tools;
  readonly name: string;
  /** Where the link is. */
  readonly path: string;
  /** The text of the link, as the caller gave it. */
  readonly target: string;
  readonly run: string;
  /** Is asked right before: whether the locks are still held. */
  readonly isAllowed: () => Promise<boolean>;
}

const MOST_LINKS = 4;
const MOST_DIRECTORIES = 8;
// Something else stands there by now, or nothing any more.
const LOST_RACE: ReadonlySet<string> = new Set(['ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EISDIR']);

/**
 * Removes the link, and moves the directory back into its place at once. What was made there meanwhile is moved aside,
 * to be merged.
 *
 * @returns What stands against it, if it could not be done: then the link is there, or whatever took its place.
 */
export async function giveBack(giving: GivingBack): Promise<MigrationProblem | undefined> {
  const { tools, path, target } = giving;
  await recordLink(giving);
  const given = await settle(swap(giving));
  if (given.ok) return given.value;
  // The home is not left without either of the two; where something stands there, this does nothing.
  await settle(putLink(tools.fs, target, path));
  throw given.error;
}

async function swap(giving: GivingBack): Promise<MigrationProblem | undefined> {
  const { tools, name, path, target, run, isAllowed } = giving;
  const { fs } = tools;
  const tree = childOf(run, name);
  const stopUnlessAllowed = async () => {
    if (!(await isAllowed())) throw new CallFailure(path, lostLock());
  };
  for (let links = 0, directories = 0; ;) {
    await stopUnlessAllowed();
    const own = await factsAt(fs, tree);
    const there = await factsAt(fs, path);
    // Somebody else was faster, or the call had taken effect although it failed.
    if (own === undefined && there?.kind === 'directory') return undefined;
    if (own === undefined) throw new CallFailure(tree, changed(tree));
    if (there?.kind === 'symlink') {
      if (!(await leadsTo(fs, path, target))) return linkChanged(giving);
      links += 1;
      if (links > MOST_LINKS) return migrationProblem('made-anew', { path });
      await removeLink(giving);
    } else if (there?.kind === 'directory') {
      directories += 1;
      if (directories > MOST_DIRECTORIES) return migrationProblem('made-anew', { path });
      await letItBeFilled(tools);
      await stopUnlessAllowed();
      await moveAside(giving, own);
    } else if (there !== undefined) {
      return linkChanged(giving);
    }
    // At once: until then nothing is there. With an injected file system a rename may replace what is.
    const isFree = (await factsAt(fs, path)) === undefined;
    if (isFree && (await moveBack(giving, tree))) return undefined;
  }
}

async function removeLink({ tools: { fs }, path }: GivingBack): Promise<void> {
  const removed = await settle(fs.unlink(path));
  if (removed.ok) return;
  // It may have taken effect all the same, or something else stands there by now.
  const now = await factsAt(fs, path);
  if (now?.kind === 'symlink') throw new CallFailure(path, removed.error);
}

function linkChanged({ path, target }: GivingBack): MigrationProblem {
  return migrationProblem('link-changed', { path, target });
}

/** Says that the way back has begun. */
async function recordLink({ tools: { fs }, name, path, target, run }: GivingBack): Promise<void> {
  const record = removedLinkOf(run, name);
  const text = await settle(fs.readlink(path));
  const stored = text.ok ? textOf(text.value) : target;
  await unless(['EEXIST'], record, fs.symlink(stored, record, 'junction'));
  await syncDirectory(fs, run);
}

/** Tells whether the directory is in the home now; nothing is replaced by it. */
async function moveBack({ tools: { fs }, path }: GivingBack, tree: string): Promise<boolean> {
  const moved = await settle(fs.rename(tree, path));
  if (moved.ok) return true;
  if (LOST_RACE.has(moved.errno) || (await factsAt(fs, tree)) === undefined) return false;
  throw new CallFailure(path, moved.error);
}

/** Moves a directory that was made anew among the originals. */
async function moveAside(
  { tools: { fs }, name, path, run }: GivingBack,
  own: Facts,
): Promise<void> {
  let count = 1;
  while ((await factsAt(fs, recreatedOf(run, name, count))) !== undefined) count += 1;
  const to = recreatedOf(run, name, count);
  const moved = await settle(fs.rename(path, to));
  const there = await factsAt(fs, to);
  if (there === undefined) {
    if (moved.ok || moved.errno === 'ENOENT') return;
    throw new CallFailure(path, moved.error);
  }
  // Somebody else has given the tree back in between, and this is it.
  if (isSameFile(there, own)) await must(path, fs.rename(to, path));
}
