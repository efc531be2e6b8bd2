import { childOf, parentOf } from '../../paths.ts';
import { failedWith, must, unless } from '../disk/call-failure.ts';
import { temporaryName } from '../record/layout.ts';
import { entriesAt } from '../disk/look.ts';
import { nonceOf, type Tools } from '../tools.ts';

const NOT_EMPTY = ['ENOTEMPTY', 'EEXIST'];

/** Removes a directory if nothing is in it; tells whether it is gone. */
export async function removeDirectory(tools: Tools, path: string): Promise<boolean> {
  const { fs } = tools;
  if (await isRemoved(fs, path)) return true;
  if ((await entriesAt(fs, path)).size > 0) return false;
  // memfs miscounts where a file was renamed over another one; a new directory in its place it can remove. Elsewhere
  // nothing but an empty directory can be replaced so.
  const fresh = childOf(parentOf(path), temporaryName(nonceOf(tools)));
  await must(fresh, fs.mkdir(fresh, { mode: 0o700 }));
  const replaced = await unless(NOT_EMPTY, path, fs.rename(fresh, path));
  if (!replaced.ok) await isRemoved(fs, fresh);
  return replaced.ok && (await isRemoved(fs, path));
}

async function isRemoved(fs: Tools['fs'], path: string): Promise<boolean> {
  const removed = await unless(['ENOENT', ...NOT_EMPTY], path, fs.rmdir(path));
  return removed.ok || failedWith(removed, 'ENOENT');
}
