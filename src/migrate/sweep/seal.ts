import { OPEN } from '../../fs/migrate-fs.ts';
import { failedWith } from '../disk/call-failure.ts';
import { settle } from '../../answer.ts';
import { removeName, syncDirectory } from '../disk/directories.ts';
import { ownerOf, sealOf } from '../record/layout.ts';
import type { Migration } from '../migration.ts';
import { withNewFile } from '../disk/open-file.ts';

/** Says of all runs that have come to their end that they have: they are never swept again. */
export async function seal({ tools: { fs }, homes, merges }: Migration): Promise<void> {
  for (const { target } of merges.values()) await syncDirectory(fs, target);
  for (const { realHome, run, pending } of homes) {
    await syncDirectory(fs, realHome);
    for (const path of [
      ...pending.map((older) => older.path),
      ...(run === undefined ? [] : [run]),
    ]) {
      await syncDirectory(fs, path);
      await mark(fs, sealOf(path));
      await removeName(fs, ownerOf(path));
      await syncDirectory(fs, path);
    }
  }
}

/** Makes an empty file that says something by being there; that it is there already is fine. */
export async function mark(fs: Migration['tools']['fs'], path: string): Promise<void> {
  const made = await settle(
    withNewFile(fs, path, OPEN.create, async (handle) => {
      await (handle.sync?.() ?? handle.datasync());
    }),
  );
  if (!made.ok && !failedWith(made, 'EEXIST')) throw made.error;
}
