import { settle } from '../../answer.ts';
import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { lastSegmentOf } from '../../paths.ts';
import { CallFailure } from '../disk/call-failure.ts';
import { removeName } from '../disk/directories.ts';
import { factsAt } from '../disk/look.ts';

/** What stands where the link belongs after it was to be made. */
export type Put = 'link' | 'directory';

/** Makes the link to a target, or sees what somebody else has put there; anything else fails. */
export async function putLink(fs: MigrateFs, target: string, path: string): Promise<Put> {
  const made = await settle(fs.symlink(target, path, 'junction'));
  if (made.ok) return 'link';
  // The call may have taken effect all the same, or somebody else was faster.
  const facts = await factsAt(fs, path);
  if (facts?.kind === 'directory') return 'directory';
  if (facts?.kind === 'symlink' && (await leadsTo(fs, path, target))) return 'link';
  throw new CallFailure(path, made.error);
}

/**
 * Gives a link that was made before its place. That takes no new inode: a file system may search long for one, in which
 * time the link is missing, and may have none left. Where links can have no second name, it is made there.
 */
export async function putPrepared(
  fs: MigrateFs,
  prepared: string,
  target: string,
  path: string,
): Promise<Put> {
  const named = await settle(fs.link(prepared, path));
  if (!named.ok) return await putLink(fs, target, path);
  const text = await settle(fs.readlink(path));
  const isThrough = text.ok && lastSegmentOf(textOf(text.value)) === lastSegmentOf(prepared);
  if (!isThrough) return 'link';
  // Some file systems (mergerfs) make a symlink to what was to be linked instead, and that name is to go.
  await removeName(fs, path);
  return await putLink(fs, target, path);
}

/** Whether a link leads to the same place as another path. */
export async function leadsTo(
  fs: Pick<MigrateFs, 'readlink' | 'realpath'>,
  path: string,
  target: string,
): Promise<boolean> {
  const text = await settle(fs.readlink(path));
  if (!text.ok) return false;
  if (textOf(text.value) === target) return true;
  const [one, other] = await Promise.all([settle(fs.realpath(path)), settle(fs.realpath(target))]);
  return one.ok && other.ok && textOf(one.value) === textOf(other.value);
}
