import type { FsStats } from './stats.ts';

export type FileKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device' | 'unknown';

/** Stats as wide as `node:fs` and memfs give them, with or without `bigint`. */
export interface WideStats extends FsStats {
  readonly nlink: number | bigint;
  readonly uid: number | bigint;
  readonly mtimeMs: number | bigint;
  readonly mtimeNs?: bigint;
  readonly birthtimeNs?: bigint;
}

/** What is known of a file without reading it. */
export interface FileInfo {
  readonly kind: FileKind;
  readonly device: bigint;
  readonly inode: bigint;
  /** When the inode was created: a freed inode number is soon given to another file. */
  readonly birthtimeNs: bigint;
  readonly size: number;
  readonly linkCount: number;
  readonly uid: number;
  /** The permission bits. */
  readonly mode: number;
  readonly mtimeNs: bigint;
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
const NANOSECONDS = 1_000_000n;

export function fileInfoOf(stats: WideStats): FileInfo {
  const mode = Number(stats.mode);
  return {
    kind: kinds.get(mode & KIND_BITS) ?? 'unknown',
    device: BigInt(stats.dev),
    // Above 2^63 some file systems' numbers come out negative.
    inode: BigInt.asUintN(64, BigInt(stats.ino)),
    birthtimeNs: stats.birthtimeNs ?? 0n,
    size: Number(stats.size),
    linkCount: Number(stats.nlink),
    uid: Number(stats.uid),
    mode: mode & 0o7777,
    mtimeNs: stats.mtimeNs ?? nanosecondsOf(stats.mtimeMs),
  };
}

/** The whole milliseconds apart from the rest: a number that counts the nanoseconds since 1970 is not exact. */
function nanosecondsOf(milliseconds: number | bigint): bigint {
  if (typeof milliseconds === 'bigint') return milliseconds * NANOSECONDS;
  const whole = Math.floor(milliseconds);
  return BigInt(whole) * NANOSECONDS + BigInt(Math.round((milliseconds - whole) * 1e6));
}

/** What tells one file from every other, as long as it lives. */
export type FileIdentity = Pick<FileInfo, 'device' | 'inode' | 'birthtimeNs'>;

export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  return (
    one.inode === other.inode &&
    one.device === other.device &&
    one.birthtimeNs === other.birthtimeNs
  );
}

/** Whether it is the same file, and nobody has written to it since. */
export function isUnchanged(now: FileInfo, before: FileInfo): boolean {
  return isSameFile(now, before) && now.size === before.size && now.mtimeNs === before.mtimeNs;
}

/** Tells a file from all others, also from one that got its inode later. */
export function fileKey({ device, inode, birthtimeNs }: FileInfo): string {
  return `${device}:${inode}:${birthtimeNs}`;
}

/** Also tells it from what it is after somebody wrote to it. */
export function stampOf(info: FileInfo): string {
  return `${fileKey(info)}:${info.size}:${info.mtimeNs}`;
}

/** Seconds since 1970, as the calls that set times take them: exact to the microsecond. */
export function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1e6;
}
