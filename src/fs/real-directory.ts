import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { DirectoryEntry } from './session-fs.ts';

/**
 * Lists a directory of the real disk synchronously.
 *
 * The event loop goes round once before: where every call of a run is synchronous, nothing else would be done until its
 * end, and no signal heard.
 */
export async function openRealDirectory(path: string): Promise<AsyncIterable<DirectoryEntry>> {
  await setImmediate();
  const entries = readdirSync(path, { withFileTypes: true }).values();
  return { [Symbol.asyncIterator]: () => ({ next: async () => entries.next() }) };
}
