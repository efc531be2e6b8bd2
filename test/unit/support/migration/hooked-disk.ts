import { basename, dirname } from 'node:path';
import { type MigrateFs, realMigrateDisk } from '../../../../src/fs/migrate-fs.ts';

/** One of the two calls of a swap: the directory goes aside, the link takes its place. */
export interface SwapCall {
  readonly step: 'rename' | 'symlink';
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
  return {
    ...realMigrateDisk,
    rename: async (from, to) => {
      if (!swaps(from)) return await realMigrateDisk.rename(from, to);
      await hook({ step: 'rename', when: 'before', path: from });
      await realMigrateDisk.rename(from, to);
      await hook({ step: 'rename', when: 'after', path: from });
    },
    symlink: async (target, path, type) => {
      if (!swaps(path)) return await realMigrateDisk.symlink(target, path, type);
      await hook({ step: 'symlink', when: 'before', path });
      await realMigrateDisk.symlink(target, path, type);
      await hook({ step: 'symlink', when: 'after', path });
    },
  };
}
