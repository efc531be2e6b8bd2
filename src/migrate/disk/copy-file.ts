import { settle } from '../../answer.ts';
import { type MigrateFs, OPEN } from '../../fs/migrate-fs.ts';
import { failedWith, must } from './call-failure.ts';
import { removeName } from './directories.ts';
import { type Facts, isSameFile, secondsOf } from './facts.ts';
import { withFile, withNewFile } from './open-file.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies a file to a name that nobody has, with its mode and its times, durably.
 *
 * @returns Whether the copy is what was to be copied; without that nothing is left behind.
 */
export async function copyFile(
  fs: MigrateFs,
  from: string,
  expected: Facts,
  to: string,
): Promise<boolean> {
  const copied = await settle(copy(fs, from, expected, to));
  if (copied.ok && copied.value) return true;
  // What could not be made because it was there is not ours.
  if (!failedWith(copied, 'EEXIST')) await settle(removeName(fs, to));
  if (!copied.ok) throw copied.error;
  return false;
}

async function copy(fs: MigrateFs, from: string, expected: Facts, to: string): Promise<boolean> {
  const done = await withFile(fs, from, OPEN.read, async (source, before) => {
    if (!isSameFile(before, expected)) return false;
    await withNewFile(fs, to, OPEN.create, async (target) => {
      const buffer = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(before.size, 1)));
      for (let position = 0; position < before.size;) {
        const reading = source.read(buffer, 0, buffer.length, position);
        const { bytesRead } = await must(from, reading);
        // It has become shorter: what there is has been copied.
        if (bytesRead === 0) break;
        for (let written = 0; written < bytesRead;) {
          const writing = target.write(buffer, written, bytesRead - written, null);
          written += (await must(to, writing)).bytesWritten;
        }
        position += bytesRead;
      }
      await must(to, target.chmod(before.mode));
      const modified = secondsOf(before.mtime);
      await must(to, target.utimes(modified, modified));
      await must(to, target.sync?.() ?? target.datasync());
    });
    return true;
  });
  return done ?? false;
}
