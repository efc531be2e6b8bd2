import { basename, dirname } from 'node:path';
import { type MigrateFs, realMigrateDisk } from '../../../../src/fs/migrate-fs.ts';

/**
 * One of the two calls of a cut-over: the directory goes aside, the link takes its place; or of a restore: the link
 * goes, the directory returns.
 */
export interface CutOverCall {
  readonly step: 'rename' | 'link' | 'unlink' | 'return';
  readonly when: 'before' | 'after';
  /** `<account home>/<name>`. */
  readonly path: string;
}

/** The real disk, with a hook around the calls of every cut-over. */
export function hookedDisk(
  accountHomes: readonly string[],
  hook: (call: CutOverCall) => Promise<void> | void,
): MigrateFs {
  const isShared = (path: string) =>
    accountHomes.includes(dirname(path)) && !basename(path).startsWith('.');
  const around = async (
    step: CutOverCall['step'] | undefined,
    path: string,
    perform: () => Promise<void>,
  ) => {
    if (step === undefined) return await perform();
    await hook({ step, when: 'before', path });
    await perform();
    await hook({ step, when: 'after', path });
  };
  const disk = realMigrateDisk;
  return {
    ...disk,
    rename: (from, to) => {
      const step = isShared(from) ? 'rename' : isShared(to) ? 'return' : undefined;
      return around(step, step === 'return' ? to : from, () => disk.rename(from, to));
    },
    link: (existing, path) =>
      around(isShared(path) ? 'link' : undefined, path, () => disk.link(existing, path)),
    symlink: (target, path, type) =>
      around(isShared(path) ? 'link' : undefined, path, () => disk.symlink(target, path, type)),
    unlink: (path) => around(isShared(path) ? 'unlink' : undefined, path, () => disk.unlink(path)),
  };
}
