import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { DirectoryEntry } from './session-fs.ts';

const MAX_BLOCKED_MS = 10;
let lastTurn = 0;

/**
 * Lists a directory of the real disk with one synchronous call, where `opendir` makes three and more on a thread; now and then
 * everything else gets its turn.
 */
export async function openRealDirectory(path: string): Promise<AsyncIterable<DirectoryEntry>> {
  const entries = readdirSync(path, { withFileTypes: true }).values();
  if (performance.now() - lastTurn > MAX_BLOCKED_MS) {
    await setImmediate();
    lastTurn = performance.now();
  }
  return { [Symbol.asyncIterator]: () => ({ next: async () => entries.next() }) };
}
