import { CallError, toResult } from '../core/result.ts';
import { lstatOrUndefined, realPathOrUndefined, removeName } from './io.ts';
import type { MigrateFs } from './migrate-fs.ts';
import { textOf } from './port.ts';
import { basename } from '../core/paths.ts';

/** What is at the place of a link after it was to be put there. */
export type Put = 'link' | 'directory';

/** Creates the link to a target, or sees what somebody else has put there; anything else throws. */
export async function putLink(fs: MigrateFs, target: string, path: string): Promise<Put> {
  const made = await toResult(fs.symlink(target, path, 'junction'));
  if (made.ok) return 'link';
  // The call may have taken effect all the same, or somebody else was faster.
  const info = await lstatOrUndefined(fs, path);
  if (info?.kind === 'directory') return 'directory';
  if (info?.kind === 'symlink' && (await resolvesTo(fs, path, target))) return 'link';
  throw new CallError(path, made.error);
}

/**
 * Gives a prepared link a second name at its place. That takes no new inode: a file system may search long for one, and
 * meanwhile the link is missing, or may have none left. If links can't have a second name, it is created at its place.
 */
export async function putPrepared(
  fs: MigrateFs,
  prepared: string,
  target: string,
  path: string,
): Promise<Put> {
  const named = await toResult(fs.link(prepared, path));
  if (!named.ok) return await putLink(fs, target, path);
  const text = await toResult(fs.readlink(path));
  const isThrough = text.ok && basename(textOf(text.value)) === basename(prepared);
  if (text.ok && !isThrough) return 'link';
  // Some file systems link what the link leads to, or a link to the link: that name must go.
  await removeName(fs, path);
  return await putLink(fs, target, path);
}

/** Whether a link leads to the same place as another path. */
export async function resolvesTo(
  fs: Pick<MigrateFs, 'readlink' | 'realpath'>,
  path: string,
  target: string,
): Promise<boolean> {
  const text = await toResult(fs.readlink(path));
  if (!text.ok) return false;
  if (textOf(text.value) === target) return true;
  const real = await realPathOrUndefined(fs, path);
  return real !== undefined && real === (await realPathOrUndefined(fs, target));
}
