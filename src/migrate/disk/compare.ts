import { Buffer } from 'node:buffer';
import { type MigrateReadFs, type MigrateReadHandle, OPEN } from '../../fs/migrate-fs.ts';
import { readFully } from './read-fully.ts';
import { withFile } from './open-file.ts';

/**
 * Two generations of one transcript: the longer one holds every whole line of the other.
 *
 * `offset`: up to where the other one is known to be in it, always the end of a line.
 */
export interface Generations {
  readonly kind: 'generations';
  readonly longer: 'one' | 'other';
  readonly offset: number;
}

/** Two transcripts that went on differently. `common`: how many bytes of whole lines are equal at their beginning. */
export interface Divergent {
  readonly kind: 'divergent';
  readonly common: number;
}

/** How two transcripts of one session go together. */
export type Relation = Generations | Divergent;

type OpenFs = Pick<MigrateReadFs, 'open'>;

interface Measured {
  readonly size: number;
  /** Up to the end of its last whole line. */
  readonly whole: number;
}

/** How much in front of an offset is looked at before the offset is used. */
export const COMPARED_BYTES = 64 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

/** Compares two transcripts by their bytes; `undefined` where one of them has vanished meanwhile. */
export async function relate(
  fs: OpenFs,
  one: string,
  other: string,
): Promise<Relation | undefined> {
  return await withFile(fs, one, OPEN.read, (first, { size: firstSize }) =>
    withFile(fs, other, OPEN.read, async (second, { size: secondSize }): Promise<Relation> => {
      const common = await commonLength(first, second, Math.min(firstSize, secondSize), one);
      const relation = judge(
        common,
        { size: firstSize, whole: await wholeLength(first, firstSize, one) },
        { size: secondSize, whole: await wholeLength(second, secondSize, other) },
      );
      return relation.kind === 'divergent'
        ? { ...relation, common: await wholeLength(first, common, one) }
        : relation;
    }),
  );
}

/** Decides from the figures alone. */
function judge(common: number, one: Measured, other: Measured): Relation {
  const otherIsIn = other.whole <= common;
  const oneIsIn = one.whole <= common;
  if (!otherIsIn && !oneIsIn) return { kind: 'divergent', common };
  const longer =
    otherIsIn && (!oneIsIn || one.whole > other.whole || isNoShorter(one, other)) ? 'one' : 'other';
  const shorter = longer === 'one' ? other : one;
  return { kind: 'generations', longer, offset: shorter.whole };
}

function isNoShorter(one: Measured, other: Measured): boolean {
  return one.whole === other.whole && one.size >= other.size;
}

/** Whether two files have the same bytes; `undefined` where one has vanished meanwhile. */
export async function isEqual(
  fs: OpenFs,
  one: string,
  other: string,
): Promise<boolean | undefined> {
  return await withFile(fs, one, OPEN.read, (first, { size: firstSize }) =>
    withFile(
      fs,
      other,
      OPEN.read,
      async (second, { size: secondSize }) =>
        firstSize === secondSize &&
        (await commonLength(first, second, firstSize, one)) === firstSize,
    ),
  );
}

/** Whether two open files agree from one place to another. */
export async function agrees(
  one: MigrateReadHandle,
  other: MigrateReadHandle,
  from: number,
  to: number,
  path: string,
): Promise<boolean> {
  return (await commonLength(one, other, to, path, from)) === to;
}

/** Whether two files still agree in front of an offset; `undefined` where one has vanished meanwhile. */
export async function agreeBefore(
  fs: OpenFs,
  one: string,
  other: string,
  offset: number,
): Promise<boolean | undefined> {
  const start = Math.max(0, offset - COMPARED_BYTES);
  return await withFile(fs, one, OPEN.read, (first) =>
    withFile(fs, other, OPEN.read, (second) => agrees(first, second, start, offset, one)),
  );
}

async function commonLength(
  one: MigrateReadHandle,
  other: MigrateReadHandle,
  end: number,
  path: string,
  from = 0,
): Promise<number> {
  const length = Math.min(CHUNK_BYTES, Math.max(end - from, 1));
  const buffers = [new Uint8Array(length), new Uint8Array(length)] as const;
  for (let position = from; position < end;) {
    const most = Math.min(length, end - position);
    const [read, otherRead] = await Promise.all([
      readFully(one, buffers[0].subarray(0, most), position, path),
      readFully(other, buffers[1].subarray(0, most), position, path),
    ]);
    const both = Math.min(read, otherRead);
    const differs = firstDifference(buffers[0].subarray(0, both), buffers[1].subarray(0, both));
    position += differs;
    // One of them has become shorter while it was read.
    if (differs < most) return position;
  }
  return end;
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  if (Buffer.compare(one, other) === 0) return one.length;
  return one.findIndex((byte, index) => byte !== other[index]);
}

/** How many bytes of an open file are whole lines. */
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
