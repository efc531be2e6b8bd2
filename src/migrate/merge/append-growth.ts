import {
  type MigrateFs,
  type MigrateHandle,
  type MigrateReadHandle,
  OPEN,
} from '../../fs/migrate-fs.ts';
import { must } from '../disk/call-failure.ts';
import { agrees, COMPARED_BYTES } from '../disk/compare.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { joined } from '../disk/lines.ts';
import { MissingLines } from './missing-lines.ts';
import { withFile } from '../disk/open-file.ts';
import { readFully } from '../disk/read-fully.ts';

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
  const growth = await withFile(fs, from, OPEN.read, async (source, { size }) => {
    if (size < offset) return CHANGED;
    if (size === offset) return { kind: 'nothing', torn: false, upTo: offset } as const;
    return await withFile(fs, to, OPEN.read, async (known, facts) => {
      const start = Math.max(0, offset - COMPARED_BYTES);
      // Also an unfinished line, which the other one may have completed.
      if (await agrees(source, known, start, size, from)) {
        return { kind: 'nothing', torn: false, upTo: size } as const;
      }
      const isSame = await agrees(source, known, start, offset, from);
      if (!isSame && !isAnywhere) return CHANGED;
      const missing = new MissingLines();
      const upTo = await missing.gain(source, offset, size, from);
      const kind = await add(fs, missing, { to, known, facts, knownFrom: isSame ? offset : 0 });
      return kind === undefined ? undefined : { kind, torn: upTo < size, upTo };
    });
  });
  return growth ?? { kind: 'vanished' };
}

const CHANGED = { kind: 'changed' } as const;

/** The file to which lines are added. */
interface Known {
  readonly to: string;
  readonly known: MigrateReadHandle;
  readonly facts: Facts;
  /** From where on it may have them. */
  readonly knownFrom: number;
}

/** Tells what was done; nothing where the file has been replaced, or has become shorter, while it was looked at. */
async function add(
  fs: AppendFs,
  missing: MissingLines,
  { to, known, facts, knownFrom }: Known,
): Promise<'nothing' | 'appended' | undefined> {
  const sizeNow = async () => Number((await must(to, known.stat({ bigint: true }))).size);
  let size = await sizeNow();
  let upTo = await missing.strike(known, knownFrom, size, to);
  if (missing.left().length === 0) return 'nothing';
  return await withFile(fs, to, OPEN.append, async (target, now) => {
    // Another file stands there by now: it is looked at anew in the next pass.
    if (!isSameFile(facts, now)) return undefined;
    let isClosed = await endsInLine(known, size, to);
    // Whoever writes its end anew takes it away first: what was missing for that moment is back, or was added since.
    for (let next = await sizeNow(); next !== size; next = await sizeNow()) {
      if (next < size) return undefined;
      upTo = await missing.strike(known, upTo, next, to);
      size = next;
      isClosed = await endsInLine(known, size, to);
    }
    const lines = missing.left();
    if (lines.length === 0) return 'nothing';
    await appendLines(target, lines, to, isClosed);
    return 'appended';
  });
}

/** Whether a file is empty or ends in a newline; a line that is appended would else become one with a torn one. */
async function endsInLine(handle: MigrateReadHandle, size: number, path: string): Promise<boolean> {
  const last = new Uint8Array(1);
  if (size === 0) return true;
  return (await readFully(handle, last, size - 1, path)) === 0 || last[0] === NEWLINE[0];
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
    await writeFully(target, joined(batch), path);
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
