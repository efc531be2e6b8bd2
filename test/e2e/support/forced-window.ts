import { promises } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MigrateFs } from 'claude-shared-state/migrate';

/** The real disk, on which the moments without `projects` last longer than they would. */
export interface ForcedWindows {
  readonly fs: MigrateFs;
  /** How long each of them was, in milliseconds. */
  readonly lasted: readonly number[];
}

/**
 * Waits before a `projects` of a home is moved away, after that, and before the link is put in its place.
 *
 * @param howOften - In how many cut-overs of each home; if Claude Code re-creates the directory, there are more.
 */
export function forceWindows(milliseconds: number, howOften = 1): ForcedWindows {
  const lasted: number[] = [];
  const begun = new Map<string, number>();
  const count = new Map<string, number>();
  const wait = async (path: string) => {
    if (milliseconds > 0 && (count.get(path) ?? 0) <= howOften) await delay(milliseconds);
  };
  const takeAway = async (path: string, call: () => Promise<void>) => {
    count.set(path, (count.get(path) ?? 0) + 1);
    await wait(path);
    await call();
    begun.set(path, performance.now());
    await wait(path);
  };
  const putThere = async (path: string, call: () => Promise<void>) => {
    const beginning = begun.get(path);
    if (beginning === undefined) return await call();
    await wait(path);
    try {
      await call();
    } finally {
      lasted.push(performance.now() - beginning);
      begun.delete(path);
    }
  };
  const fs: MigrateFs = {
    ...promises,
    rename: (from, to) => {
      const call = () => promises.rename(from, to);
      return isOfHome(from) ? takeAway(from, call) : putThere(to, call);
    },
    link: (existing, path) => putThere(path, () => promises.link(existing, path)),
    symlink: (target, path, type) => putThere(path, () => promises.symlink(target, path, type)),
  };
  return { fs, lasted };
}

function isOfHome(path: string): boolean {
  return basename(path) === 'projects' && !path.includes('.claude-shared-state');
}
