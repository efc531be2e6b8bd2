import { forEachLine } from '../../fs/lines.ts';
import type { MigrateReadFs } from '../../fs/migrate-fs.ts';
import { dateOf } from '../../retention/expiring.ts';
import type { Step } from '../absorb/absorb.ts';
import {
  migrationProblem,
  type Conflict,
  type ConflictSide,
  type MigrationProblem,
} from '../problems.ts';
import type { SeenEntry } from '../../fs/compare-files.ts';
import { sessionOf } from '../kinds.ts';

/** Why something can't be brought in; nothing if it is gone. */
export async function problemsOf(
  fs: Pick<MigrateReadFs, 'open'>,
  { action, own, ownPath, path, shared }: Step,
): Promise<readonly MigrationProblem[]> {
  if (action.kind === 'refuse') {
    return [migrationProblem('not-mergeable', { path: ownPath, reason: action.reason })];
  }
  if (own === 'name-not-utf8' || shared === undefined) return [];
  const code = action.kind === 'conflict' ? action.code : 'files-differ';
  if (code === 'kinds-differ') {
    return [migrationProblem(code, { path: ownPath, other: shared.path })];
  }
  const conflict = await describeConflict(fs, { path: ownPath, info: own }, shared);
  return code === 'files-differ'
    ? [migrationProblem(code, conflict)]
    : [migrationProblem(code, { ...conflict, sessionId: sessionOf(path) ?? '' })];
}

/** What somebody needs to know to choose one of two files. */
export async function describeConflict(
  fs: Pick<MigrateReadFs, 'open'>,
  own: SeenEntry,
  shared: SeenEntry,
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

async function sideOf(
  fs: Pick<MigrateReadFs, 'open'>,
  { path, info }: SeenEntry,
): Promise<ConflictSide> {
  const isTranscript = info.kind === 'file' && path.endsWith('.jsonl');
  const messages = isTranscript ? await countMessages(fs, path) : {};
  return {
    path,
    bytes: info.size,
    modifiedAt: dateOf(Number(info.mtimeNs / 1_000_000n)),
    ...messages,
  };
}

async function countMessages(
  fs: Pick<MigrateReadFs, 'open'>,
  path: string,
): Promise<Pick<ConflictSide, 'messages' | 'lastMessageAt'>> {
  let messages = 0;
  let last: number | undefined;
  await forEachLine(fs, path, (line) => {
    const message = messageIn(line);
    if (message === undefined) return;
    messages += 1;
    if (!Number.isNaN(message.time)) last = Math.max(last ?? message.time, message.time);
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
