import { promises } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MigrateFs } from 'claude-shared-state/migrate';

/** The real disk, on which the moment without `projects` lasts longer than it would. */
export interface ForcedWindows {
  readonly fs: MigrateFs;
  /** How long each of them was, in milliseconds. */
  readonly lasted: readonly number[];
}

/**
 * Waits before a `projects` of a home is moved away, after that, and before the link is put there.
 *
 * @param howOften - In how many of the swaps of each home; where Claude Code makes the directory anew, there are more.
 */
export function forceWindows(milliseconds: number, howOften = 1): ForcedWindows {
  const lasted: number[] = [];
  const begun = new Map<string, number>();
  const count = new Map<string, number>();
  const wait = async (path: string) => {
    if (milliseconds > 0 && (count.get(path) ?? 0) <= howOften) await delay(milliseconds);
  };
  const fs: MigrateFs = {
    ...promises,
    rename: async (from, to) => {
      const isSwap = basename(from) === 'projects' && !from.includes('.claude-shared-state');
      if (!isSwap) return await promises.rename(from, to);
      count.set(from, (count.get(from) ?? 0) + 1);
      await wait(from);
      await promises.rename(from, to);
      begun.set(from, performance.now());
      await wait(from);
    },
    symlink: async (target, path, type) => {
      if (begun.has(path)) await wait(path);
      try {
        await promises.symlink(target, path, type);
      } finally {
        const beginning = begun.get(path);
        if (beginning !== undefined) lasted.push(performance.now() - beginning);
        begun.delete(path);
      }
    },
  };
  return { fs, lasted };
}
