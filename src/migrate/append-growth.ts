import { Buffer } from 'node:buffer';
import {
  type MigrateFs,
  type MigrateHandle,
  type MigrateReadHandle,
  OPEN,
} from '../fs/migrate-fs.ts';
import { must } from './call-failure.ts';
import { agrees, COMPARED_BYTES } from './compare.ts';
import { isSameFile } from './facts.ts';
import { joined, linesIn } from './lines.ts';
import { withFile } from './open-file.ts';
import { readFully } from './read-fully.ts';

/**
 * How it went to bring what a file has gained into another one.
 *
 * `changed`: what stands before the offset is not what stood there; `vanished`: one of them is gone. `torn`:
 * whether an unfinished line was left where it is.
 */
export type Growth =
  | { readonly kind: 'nothing' | 'appended'; readonly torn: boolean; readonly upTo: number }
  | { readonly kind: 'changed' | 'vanished' };

type AppendFs = Pick<MigrateFs, 'open'>;

// Longer writes may be split, so that others write in between, and who reads meanwhile finds a torn line.
const BATCH_BYTES = 4096;
const NEWLINE = Uint8Array.of(10);

/**
 * Appends the whole lines that a file has beyond an offset to another one, unless they are there already.
 *
 * What has been appended by an earlier run that died is recognised by its bytes, so this can be repeated at any time.
 *
 * @param isAnywhere - Whether the lines are wanted even where the other file is not what it was before the offset.
 */
export async function appendGrowth(
  fs: AppendFs,
  from: string,
  offset: number,
  to: string,
  isAnywhere = false,
): Promise<Growth> {
  const growth = await withFile(
    fs,
    from,
    OPEN.read,
    async (source, { size }): Promise<Growth | undefined> => {
      if (size < offset) return { kind: 'changed' };
      if (size === offset) return { kind: 'nothing', torn: false, upTo: offset };
      const missing = await withFile(fs, to, OPEN.read, async (known, facts) => {
        const start = Math.max(0, offset - COMPARED_BYTES);
        // Also an unfinished line, which the other one may have completed.
        if (await agrees(source, known, start, size, from)) return 'contained';
        const isSame = await agrees(source, known, start, offset, from);
        if (!isSame && !isAnywhere) return 'changed';
        const knownFrom = isSame ? offset : 0;
        const at = { offset, size, from, to, knownFrom };
        return { facts, ...(await linesMissing(source, known, at)) };
      });
      if (missing === undefined) return undefined;
      if (missing === 'contained') return { kind: 'nothing', torn: false, upTo: size };
      if (missing === 'changed') return { kind: 'changed' };
      const { facts, lines, upTo } = missing;
      const told = { torn: upTo < size, upTo };
      if (lines.length === 0) return { kind: 'nothing', ...told };
      const appended = await withFile(fs, to, OPEN.append, async (target, now) => {
        // Another file stands there by now: it is looked at anew in the next pass.
        if (!isSameFile(facts, now)) return undefined;
        await appendLines(target, lines, to, await endsInLine(fs, to));
        return true;
      });
      return appended === undefined ? undefined : { kind: 'appended', ...told };
    },
  );
  return growth ?? { kind: 'vanished' };
}

async function linesMissing(
  source: MigrateReadHandle,
  known: MigrateReadHandle,
  at: {
    readonly offset: number;
    readonly size: number;
    readonly from: string;
    readonly to: string;
    readonly knownFrom: number;
  },
): Promise<{ readonly lines: readonly Uint8Array[]; readonly upTo: number }> {
  const { offset, size, from, to, knownFrom } = at;
  const end = Number((await must(to, known.stat({ bigint: true }))).size);
  const gained: (readonly [text: string, line: Uint8Array])[] = [];
  const wanted = new Map<string, number>();
  let upTo = offset;
  for await (const line of linesIn(source, offset, size, from)) {
    const text = textOf(line);
    gained.push([text, line]);
    wanted.set(text, (wanted.get(text) ?? 0) + 1);
    upTo += line.length;
  }
  // Not by their order: what several files have gained may have been added in another one.
  for await (const line of linesIn(known, knownFrom, end, to)) {
    const text = textOf(line);
    const count = wanted.get(text);
    if (count !== undefined) wanted.set(text, count - 1);
  }
  const lines: Uint8Array[] = [];
  for (const [text, line] of gained.toReversed()) {
    const count = wanted.get(text) ?? 0;
    // A line that occurs several times is there as often as it was found: the first ones are.
    if (count > 0) lines.push(line);
    wanted.set(text, count - 1);
  }
  return { lines: lines.toReversed(), upTo };
}

/** The bytes one by one, so that equal texts are equal lines. */
function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1');
}

/** Whether a file is empty or ends in a newline; a line that is appended would else become one with a torn one. */
async function endsInLine(fs: AppendFs, path: string): Promise<boolean> {
  const last = new Uint8Array(1);
  const ends = await withFile(fs, path, OPEN.read, async (handle, { size }) => {
    if (size === 0) return true;
    return (await readFully(handle, last, size - 1, path)) === 0 || last[0] === NEWLINE[0];
  });
  return ends ?? true;
}

async function appendLines(
  target: MigrateHandle,
  lines: readonly Uint8Array[],
  path: string,
  isClosed: boolean,
): Promise<void> {
  let batch: Uint8Array[] = isClosed ? [] : [NEWLINE];
  let length = 0;
  const flush = async () => {
    if (batch.length > 0) await writeFully(target, joined(batch), path);
    batch = [];
    length = 0;
  };
  for (const line of lines) {
    if (length > 0 && length + line.length > BATCH_BYTES) await flush();
    batch.push(line);
    length += line.length;
  }
  await flush();
  await must(path, target.datasync());
}

async function writeFully(target: MigrateHandle, bytes: Uint8Array, path: string): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const writing = target.write(bytes, written, bytes.length - written, null);
    written += (await must(path, writing)).bytesWritten;
  }
}
