import { basename, dirname } from 'node:path';
import { type MigrateFs, realMigrateDisk } from '../../../../src/fs/migrate-fs.ts';

/**
 * One of the two calls of a swap: the directory goes aside, the link takes its place; or of the way back: the link
 * goes, the directory returns.
 */
export interface SwapCall {
  readonly step: 'rename' | 'link' | 'unlink' | 'return';
  readonly when: 'before' | 'after';
  /** `<account home>/<name>`. */
  readonly path: string;
}

/** The real disk, which tells of the calls of every swap; the call goes on when the hook has. */
export function hookedDisk(
  accountHomes: readonly string[],
  hook: (call: SwapCall) => Promise<void> | void,
): MigrateFs {
  const swaps = (path: string) =>
    accountHomes.includes(dirname(path)) && !basename(path).startsWith('.');
  const around = async (step: SwapCall['step'], path: string, perform: () => Promise<void>) => {
    await hook({ step, when: 'before', path });
    await perform();
    await hook({ step, when: 'after', path });
  };
  return {
    ...realMigrateDisk,
    rename: async (from, to) => {
      const perform = () => realMigrateDisk.rename(from, to);
      if (swaps(from)) await around('rename', from, perform);
      else if (swaps(to)) await around('return', to, perform);
      else await perform();
    },
    link: async (existing, path) => {
      const perform = () => realMigrateDisk.link(existing, path);
      await (swaps(path) ? around('link', path, perform) : perform());
    },
    unlink: async (path) => {
      const perform = () => realMigrateDisk.unlink(path);
      await (swaps(path) ? around('unlink', path, perform) : perform());
    },
  };
}
