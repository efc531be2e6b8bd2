import { Buffer } from 'node:buffer';
import { type FileInfo, stampOf } from './file-info.ts';
import { OPEN, readFully, readWhole, withFile } from './io.ts';
import type { MigrateReadFs, MigrateReadHandle } from './migrate-fs.ts';

/**
 * How the bytes of two files relate.
 *
 * `contains`: the first one begins with every whole line of the second one; `contained`: the other way round. `partial`:
 * the shorter one ends in a part of a line that the longer one lacks.
 */
export type Comparison =
  | { readonly kind: 'identical' | 'different' }
  | { readonly kind: 'contains' | 'contained'; readonly partial: boolean };

/** A path, and what was there when it was looked at. */
export interface SeenEntry {
  readonly path: string;
  readonly info: FileInfo;
}

/** Compares files, and remembers the result as long as size and time of both stay the same. */
export interface Comparer {
  /** `undefined` if one of them is gone. `lines`: whether they are logs, one of which may continue the other. */
  compare(own: SeenEntry, shared: SeenEntry, lines: boolean): Promise<Comparison | undefined>;
}

export function comparer(fs: Pick<MigrateReadFs, 'open'>): Comparer {
  const known = new Map<string, Comparison>();
  return {
    async compare(own, shared, lines) {
      if (!lines && own.info.size !== shared.info.size) return { kind: 'different' };
      const key = `${lines}|${stampOf(own.info)}|${stampOf(shared.info)}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const result = await compareFiles(fs, own.path, shared.path, lines);
      if (result !== undefined) known.set(key, result);
      return result;
    },
  };
}

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

async function compareFiles(
  fs: Pick<MigrateReadFs, 'open'>,
  own: string,
  shared: string,
  lines: boolean,
): Promise<Comparison | undefined> {
  return await withFile(fs, own, OPEN.read, (first, { size }) =>
    withFile(fs, shared, OPEN.read, async (second, { size: sharedSize }): Promise<Comparison> => {
      const common = await commonLength(first, second, Math.min(size, sharedSize), own);
      if (common === size && common === sharedSize) return { kind: 'identical' };
      if (!lines) return { kind: 'different' };
      return judge(
        common,
        { size, whole: await wholeLength(first, size, own) },
        { size: sharedSize, whole: await wholeLength(second, sharedSize, shared) },
      );
    }),
  );
}

interface Measured {
  readonly size: number;
  /** The length up to the end of the last whole line. */
  readonly whole: number;
}

/** Decides from the lengths alone; `common`: how many bytes agree from the beginning. */
export function judge(common: number, own: Measured, shared: Measured): Comparison {
  const containsShared = shared.whole <= common;
  const isContained = own.whole <= common;
  if (!containsShared && !isContained) return { kind: 'different' };
  // If the whole lines of both agree, the one with more bytes wins.
  if (containsShared && (!isContained || own.whole > shared.whole || own.size >= shared.size)) {
    return { kind: 'contains', partial: shared.size > common };
  }
  return { kind: 'contained', partial: own.size > common };
}

async function commonLength(
  one: MigrateReadHandle,
  other: MigrateReadHandle,
  end: number,
  path: string,
): Promise<number> {
  const length = Math.min(CHUNK_BYTES, Math.max(end, 1));
  const buffers = [new Uint8Array(length), new Uint8Array(length)] as const;
  for (let position = 0; position < end;) {
    const wanted = Math.min(length, end - position);
    const [read, otherRead] = await Promise.all([
      readFully(one, buffers[0].subarray(0, wanted), position, path),
      readFully(other, buffers[1].subarray(0, wanted), position, path),
    ]);
    const both = Math.min(read, otherRead);
    const differs = firstDifference(buffers[0].subarray(0, both), buffers[1].subarray(0, both));
    position += differs;
    // They differ, or one of them has become shorter meanwhile.
    if (differs < wanted) return position;
  }
  return end;
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  if (Buffer.compare(one, other) === 0) return one.length;
  return one.findIndex((byte, index) => byte !== other[index]);
}

/** The length of an open file up to the end of its last whole line. */
export async function wholeLength(
  handle: MigrateReadHandle,
  size: number,
  path: string,
): Promise<number> {
  const buffer = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(size, 1)));
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - buffer.length);
    const read = await readFully(handle, buffer.subarray(0, end - start), start, path);
    const newline = buffer.subarray(0, read).lastIndexOf(NEWLINE);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** All bytes of a file; `undefined` if it is gone, or larger than `maxBytes`. */
export async function readBytes(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  return await withFile(fs, path, OPEN.read, async (handle, { size }) => {
    return size > maxBytes ? undefined : await readWhole(handle, size, path);
  });
}
