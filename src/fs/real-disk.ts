import {
  type BigIntStats,
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  futimesSync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { MigrateHandle } from './migrate-fs.ts';
import type { DirectoryEntry } from './session-fs.ts';

const sync = /* @__PURE__ */ promisify(fsync);
const readAt = /* @__PURE__ */ promisify(read);

/** As much as a transcript is read at a time for a list. */
const MAX_SYNC_BYTES = 128 * 1024;

const MAX_BLOCKED_MS = 10;
let lastTurn = 0;

/** Lets everything else have its turn. */
async function takeTurns(): Promise<void> {
  await setImmediate();
  lastTurn = performance.now();
}

const isOthersTurn = () => performance.now() - lastTurn > MAX_BLOCKED_MS;

/**
 * Opens a file of the real disk. Only what may wait long for the disk goes through a thread: to wake one takes longer than
 * all other calls, of which there are thousands, and between a last look at a file and what is appended to it as little
 * time as possible is to pass.
 */
export async function openReal(path: string, flags: number, mode?: number): Promise<MigrateHandle> {
  if (isOthersTurn()) await takeTurns();
  const fd = openSync(path, flags, mode);
  return {
    stat: async (options) => fstatSync(fd, options),
    read: async (buffer, offset, length, position) =>
      length > MAX_SYNC_BYTES
        ? await readAt(fd, buffer, offset, length, position)
        : { bytesRead: readSync(fd, buffer, offset, length, position) },
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

export async function lstatReal(path: string, options: { bigint: true }): Promise<BigIntStats> {
  if (isOthersTurn()) await takeTurns();
  return lstatSync(path, options);
}

export async function statReal(path: string, options: { bigint: true }): Promise<BigIntStats> {
  if (isOthersTurn()) await takeTurns();
  return statSync(path, options);
}

/** Lists a directory with one call, where `opendir` makes three and more. */
export async function openRealDirectory(path: string): Promise<AsyncIterable<DirectoryEntry>> {
  if (isOthersTurn()) await takeTurns();
  const entries = readdirSync(path, { withFileTypes: true }).values();
  return { [Symbol.asyncIterator]: () => ({ next: async () => entries.next() }) };
}
