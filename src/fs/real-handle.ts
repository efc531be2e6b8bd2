import { fstatSync, promises, writeSync } from 'node:fs';
import type { MigrateHandle } from './migrate-fs.ts';

/**
 * Opens a file of the real disk. Its size is asked and its end written synchronously: between a last look at what a
 * program may be writing, too, and what is appended to it, as little time as possible is to pass.
 */
export async function openReal(path: string, flags: number, mode?: number): Promise<MigrateHandle> {
  const handle = await promises.open(path, flags, mode);
  return {
    stat: async (options) => fstatSync(handle.fd, options),
    read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
    write: async (buffer, offset, length, position) => ({
      bytesWritten: writeSync(handle.fd, buffer, offset, length, position),
    }),
    chmod: (bits) => handle.chmod(bits),
    utimes: (accessed, modified) => handle.utimes(accessed, modified),
    datasync: () => handle.datasync(),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}
