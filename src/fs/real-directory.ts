import { promises } from 'node:fs';
import type { DirectoryEntry } from './session-fs.ts';

/**
 * Lists a directory of the real disk with one call of a thread, where `opendir` makes three and more.
 *
 * Not synchronously: where every call of a run is, nothing else is done until its end, and no signal heard.
 */
export async function openRealDirectory(path: string): Promise<AsyncIterable<DirectoryEntry>> {
  const entries = (await promises.readdir(path, { withFileTypes: true })).values();
  return { [Symbol.asyncIterator]: () => ({ next: async () => entries.next() }) };
}
