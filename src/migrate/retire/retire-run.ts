import { settle } from '../../answer.ts';
import { childOf, parentOf } from '../../paths.ts';
import { CallFailure, changed } from '../disk/call-failure.ts';
import { removeDirectory } from './remove-directory.ts';
import { removeName, syncDirectory } from '../disk/directories.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { isOwnMark } from './former-place.ts';
import { manifestOf, sealOf } from '../record/layout.ts';
import { entriesAt, factsAt } from '../disk/look.ts';
import type { Retired } from './retire-tree.ts';
import type { Tools } from '../tools.ts';

/**
 * Gives originals the name by which nobody finds them who wants them back; tells whether they are those that were
 * looked at.
 */
export async function moveAside(
  { fs }: Tools,
  path: string,
  to: string,
  facts: Facts,
  isAllowed: () => Promise<boolean>,
): Promise<boolean> {
  if (!(await isAllowed())) throw new CallFailure(path, changed(path));
  const moved = await rename(fs, path, to);
  await syncDirectory(fs, parentOf(path));
  if (isSameFile(moved, facts)) return true;
  await rename(fs, to, path);
  return false;
}

/** Gives them their own name again. */
export async function putBack({ fs }: Tools, from: string, path: string): Promise<void> {
  await rename(fs, from, path);
  await syncDirectory(fs, parentOf(path));
}

/** With an injected file system a rename may replace what is there, and it may fail and have taken effect. */
async function rename(fs: Tools['fs'], from: string, to: string): Promise<Facts> {
  if ((await factsAt(fs, to)) !== undefined) throw new CallFailure(to, changed(to));
  const moved = await settle(fs.rename(from, to));
  const there = await factsAt(fs, to);
  if (there !== undefined) return there;
  throw new CallFailure(from, moved.ok ? changed(to) : moved.error);
}

/** Removes the directories at the top, which are empty; tells whether nothing else is there. */
export async function removeTrees(tools: Tools, root: string, retired: Retired): Promise<boolean> {
  const { fs } = tools;
  for (const [name, found] of await entriesAt(fs, root)) {
    if (found === 'unrepresentable' || found.kind !== 'directory') continue;
    const at = childOf(root, name);
    if (!(await removeDirectory(tools, at))) retired.kept.push(name);
  }
  // Durable before the marks go that tell what it was.
  await syncDirectory(fs, root);
  for (const [name, found] of await entriesAt(fs, root)) {
    const isMark = found !== 'unrepresentable' && isOwnMark(name, found.kind);
    if (!isMark && !retired.kept.includes(name)) retired.kept.push(name);
  }
  return retired.kept.length === 0;
}

/** Removes what the library has written there for itself, and the directory. */
export async function removeRun(tools: Tools, root: string): Promise<void> {
  const { fs } = tools;
  const last = [manifestOf(root), sealOf(root)];
  for (const name of (await entriesAt(fs, root)).keys()) {
    const mark = childOf(root, name);
    if (!last.includes(mark)) await removeName(fs, mark);
  }
  for (const mark of last) await removeName(fs, mark);
  if (!(await removeDirectory(tools, root))) throw new CallFailure(root, changed(root));
  await syncDirectory(fs, parentOf(root));
}
