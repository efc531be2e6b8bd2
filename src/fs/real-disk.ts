import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  futimesSync,
  openSync,
  read,
  readdirSync,
  writeSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { MigrateHandle } from './migrate-fs.ts';
import type { DirectoryEntry } from './session-fs.ts';

const sync = /* @__PURE__ */ promisify(fsync);
const readAt = /* @__PURE__ */ promisify(read);

/**
 * Opens a file of the real disk. Only what waits for the disk goes through a thread: to wake one takes longer than all
 * other calls, of which there are thousands, and between a last look at a file and what is appended to it as little time as
 * possible is to pass.
 */
export async function openReal(path: string, flags: number, mode?: number): Promise<MigrateHandle> {
  const fd = openSync(path, flags, mode);
  return {
    stat: async (options) => fstatSync(fd, options),
    read: (buffer, offset, length, position) => readAt(fd, buffer, offset, length, position),
    write: async (buffer, offset, length, position) => ({
      bytesWritten: writeSync(fd, buffer, offset, length, position),
    }),
    chmod: async (bits) => {
      fchmodSync(fd, bits);
    },
    utimes: async (accessed, modified) => {
      futimesSync(fd, accessed, modified);
    },
    datasync: () => sync(fd),
    sync: () => sync(fd),
    close: async () => {
      closeSync(fd);
    },
  };
}

const MAX_BLOCKED_MS = 10;
let lastTurn = 0;

/**
 * Lists a directory of the real disk with one synchronous call, where `opendir` makes three and more on a thread; now
 * and then everything else gets its turn.
 */
export async function openRealDirectory(path: string): Promise<AsyncIterable<DirectoryEntry>> {
  const entries = readdirSync(path, { withFileTypes: true }).values();
  if (performance.now() - lastTurn > MAX_BLOCKED_MS) {
    await setImmediate();
    lastTurn = performance.now();
  }
  return { [Symbol.asyncIterator]: () => ({ next: async () => entries.next() }) };
}
