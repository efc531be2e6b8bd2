/**
 * What the library reads of a stat result.
 *
 * Wide on purpose: the stats of `node:fs` and of `memfs` both fit, with and without `bigint`.
 */
export interface FsStats {
  readonly dev: number | bigint;
  readonly ino: number | bigint;
  readonly mode: number | bigint;
  readonly size: number | bigint;
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
}

/** What kind of thing a directory entry is, and which one: the narrow form of {@link FsStats}. */
export interface Entry {
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
  readonly device: bigint;
  readonly inode: bigint;
  readonly mode: number;
  /** In bytes. */
  readonly size: number;
}

/** What is equal for one and the same thing; `undefined` where the file system numbers no inodes. */
export function identityOf({ device, inode }: Pick<Entry, 'device' | 'inode'>): string | undefined {
  return inode === 0n ? undefined : `${device}:${inode}`;
}

export function entryOf(stats: FsStats): Entry {
  return {
    kind: stats.isDirectory()
      ? 'directory'
      : stats.isFile()
        ? 'file'
        : stats.isSymbolicLink()
          ? 'symlink'
          : 'other',
    device: BigInt(stats.dev),
    inode: BigInt(stats.ino),
    mode: Number(stats.mode),
    size: Number(stats.size),
  };
}
