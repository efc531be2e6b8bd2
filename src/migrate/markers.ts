import { tolerate } from '../core/result.ts';
import { syncDirectory } from '../fs/io.ts';
import type { MigrateFs } from '../fs/migrate-fs.ts';
import { join } from '../paths.ts';
import { MARKERS } from './layout.ts';

/** Says durably in which state a restore point is; a later marker outranks an earlier one, and is removed. */
export async function markAs(
  fs: Pick<MigrateFs, 'mkdir' | 'rmdir' | 'open'>,
  restorePoint: string,
  state: (typeof MARKERS)[number],
): Promise<void> {
  const marker = join(restorePoint, state);
  await tolerate(['EEXIST'], marker, fs.mkdir(marker, { mode: 0o700 }));
  await unmark(fs, restorePoint, MARKERS.slice(MARKERS.indexOf(state) + 1));
}

/** Takes markers back. */
export async function unmark(
  fs: Pick<MigrateFs, 'rmdir' | 'open'>,
  restorePoint: string,
  states: readonly (typeof MARKERS)[number][],
): Promise<void> {
  for (const state of states) {
    const marker = join(restorePoint, state);
    await tolerate(['ENOENT'], marker, fs.rmdir(marker));
  }
  await syncDirectory(fs, restorePoint);
}
