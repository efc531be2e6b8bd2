import type { MigrateStats } from '../../fs/migrate-fs.ts';

export type FileKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device' | 'unknown';

/** What is known of a file without reading it. */
export interface Facts {
  readonly kind: FileKind;
  readonly device: bigint;
  readonly inode: bigint;
  /** When the inode was made, in nanoseconds: a freed inode number is soon given to another file. */
  readonly birth: bigint;
  readonly size: number;
  /** How many names it has. */
  readonly names: number;
  /** The user that it belongs to. */
  readonly owner: number;
  /** The permission bits. */
  readonly mode: number;
  /** When it was last written, in nanoseconds. */
  readonly mtime: bigint;
}

const KIND_BITS = 0o170_000;
const kinds: ReadonlyMap<number, FileKind> = new Map([
  [0o100_000, 'file'],
  [0o040_000, 'directory'],
  [0o120_000, 'symlink'],
  [0o010_000, 'fifo'],
  [0o140_000, 'socket'],
  [0o020_000, 'device'],
  [0o060_000, 'device'],
]);
const NANOSECONDS = 1_000_000;

export function factsOf(stats: MigrateStats): Facts {
  const mode = Number(stats.mode);
  return {
    kind: kinds.get(mode & KIND_BITS) ?? 'unknown',
    device: BigInt(stats.dev),
    inode: BigInt(stats.ino),
    birth: stats.birthtimeNs ?? 0n,
    size: Number(stats.size),
    names: Number(stats.nlink),
    owner: Number(stats.uid),
    mode: mode & 0o7777,
    mtime: stats.mtimeNs ?? BigInt(Math.round(Number(stats.mtimeMs) * NANOSECONDS)),
  };
}

/** What tells one file from every other, as long as it lives. */
export type Identity = Pick<Facts, 'device' | 'inode' | 'birth'>;

export function isSameFile(one: Identity, other: Identity): boolean {
  return one.inode === other.inode && one.device === other.device && one.birth === other.birth;
}

export function identityText({ device, inode, birth }: Identity): string {
  return `${device}:${inode}:${birth}`;
}

/** Seconds since 1970, as the calls that set times take them: exact to the microsecond. */
export function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1e6;
}
