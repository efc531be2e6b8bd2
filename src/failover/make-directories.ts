import { toResult } from '../core/result.ts';
import type { FailoverFs } from '../fs/failover-fs.ts';
import { dirname } from '../paths.ts';

const OWNER_ONLY = 0o700;

/** Makes a directory, and those above it, unless they are there. */
export async function makeDirectories(
  fs: Pick<FailoverFs, 'lstat' | 'mkdir' | 'stat'>,
  path: string,
): Promise<void> {
  const made = await toResult(fs.mkdir(path, { mode: OWNER_ONLY }));
  if (made.ok) return;
  if (made.errno === 'ENOENT' && dirname(path) !== path) {
    await makeDirectories(fs, dirname(path));
    // Once only: there are file systems that say so for ever, such as /proc.
    const again = await toResult(fs.mkdir(path, { mode: OWNER_ONLY }));
    if (again.ok) return;
  }
  const there = await toResult(fs.stat(path, { bigint: true }));
  if (there.ok && there.value.isDirectory()) return;
  throw made.error;
}
