import { OPEN, readFully, withFile } from '../../fs/io.ts';
import type { FileInfo } from '../../fs/file-info.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import type { Conflict, ConflictSide } from '../problems.ts';
import type { Copy } from './compare.ts';

/** What somebody needs to know to choose one of two files. */
export async function describeConflict(
  fs: Pick<MigrateReadFs, 'open'>,
  own: Copy,
  shared: Copy,
): Promise<Conflict> {
  const sides = [await sideOf(fs, own), await sideOf(fs, shared)] as const;
  const [ownLast, sharedLast] = sides.map(({ lastMessageAt }) => lastMessageAt?.getTime());
  return {
    path: own.path,
    other: shared.path,
    sides,
    newer:
      ownLast !== undefined && sharedLast !== undefined && ownLast !== sharedLast
        ? greater(ownLast, sharedLast)
        : greater(own.info.mtimeNs, shared.info.mtimeNs),
    longer: greater(own.info.size, shared.info.size),
  };
}

function greater<Value extends number | bigint>(
  own: Value,
  shared: Value,
): 'home' | 'shared' | undefined {
  if (own === shared) return undefined;
  return own > shared ? 'home' : 'shared';
}

const LAST_DATE = 8.64e15;

async function sideOf(
  fs: Pick<MigrateReadFs, 'open'>,
  { path, info }: Copy,
): Promise<ConflictSide> {
  const modified = Math.max(-LAST_DATE, Math.min(LAST_DATE, Number(info.mtimeNs / 1_000_000n)));
  const messages = path.endsWith('.jsonl') ? await countMessages(fs, path, info) : {};
  return { path, bytes: info.size, modifiedAt: new Date(modified), ...messages };
}

const MAX_LINE_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;

async function countMessages(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
  { kind }: FileInfo,
): Promise<Pick<ConflictSide, 'messages' | 'lastMessageAt'>> {
  if (kind !== 'file') return {};
  let messages = 0;
  let last: number | undefined;
  const count = (line: Uint8Array) => {
    const message = messageIn(line);
    if (message === undefined) return;
    messages += 1;
    if (!Number.isNaN(message.time)) last = Math.max(last ?? message.time, message.time);
  };
  await withFile(fs, path, OPEN.read, async (handle, { size }) => {
    let rest = new Uint8Array();
    for (let position = 0; position < size;) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - position));
      const read = await readFully(handle, chunk, position, path);
      if (read === 0) break;
      position += read;
      const bytes = new Uint8Array(rest.length + read);
      bytes.set(rest);
      bytes.set(chunk.subarray(0, read), rest.length);
      let start = 0;
      for (let end; (end = bytes.indexOf(NEWLINE, start)) !== -1; start = end + 1) {
        count(bytes.subarray(start, end));
      }
      rest = bytes.subarray(start);
      if (rest.length > MAX_LINE_BYTES) rest = new Uint8Array();
    }
    count(rest);
  });
  return { messages, ...(last === undefined ? {} : { lastMessageAt: new Date(last) }) };
}

function messageIn(line: Uint8Array): { readonly time: number } | undefined {
  try {
    const record: unknown = JSON.parse(new TextDecoder().decode(line));
    if (typeof record !== 'object' || record === null || !('type' in record)) return undefined;
    if (record.type !== 'user' && record.type !== 'assistant') return undefined;
    const time = 'timestamp' in record ? Date.parse(String(record.timestamp)) : Number.NaN;
    return { time };
  } catch {
    return undefined;
  }
}
