import { settle } from '../answer.ts';
import type { FailoverFs } from '../fs/failover-fs.ts';
import { parentOf } from '../paths.ts';

const OWNER_ONLY = 0o700;

/** Makes a directory, and those above it, unless they are there. */
export async function makeDirectories(
  fs: Pick<FailoverFs, 'lstat' | 'mkdir' | 'stat'>,
  path: string,
): Promise<void> {
  const made = await settle(fs.mkdir(path, { mode: OWNER_ONLY }));
  if (made.ok) return;
  if (made.errno === 'ENOENT' && parentOf(path) !== path) {
    await makeDirectories(fs, parentOf(path));
    // Once only: there are file systems that say so for ever, such as /proc.
    const again = await settle(fs.mkdir(path, { mode: OWNER_ONLY }));
    if (again.ok) return;
  }
  const there = await settle(fs.stat(path, { bigint: true }));
  if (there.ok && there.value.isDirectory()) return;
  throw made.error;
}
