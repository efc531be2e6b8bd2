import type { RetentionReadFs } from '../fs/session-fs.ts';
import { errnoOf } from '../core/result.ts';
import { textOf } from '../fs/port.ts';
import type { DirectoryEntry } from '../fs/session-fs.ts';
import { join } from '../core/paths.ts';
import { DAY_MS } from '../links/cleanup-period.ts';

/** The transcripts that are deleted next. */
export interface ExpiringTranscripts {
  /** The shared target of `projects`. */
  readonly target: string;
  /** How many transcripts the next cleanup of the home with the shortest period deletes. */
  readonly expiredCount: number;
  /** The oldest one. Absent if there is none, or if none is ever deleted. */
  readonly nextToExpire?: ExpiringTranscript;
  /** How many directories and transcripts could not be read, and are not counted. */
  readonly unreadable: number;
  /** The errno of the first of these, such as `EACCES`. */
  readonly errno?: string;
}

/** A transcript that Claude Code will delete. */
export interface ExpiringTranscript {
  readonly path: string;
  /** When it was last written (its mtime). */
  readonly modifiedAt: Date;
  /** The time from which Claude Code deletes it; in the past if it has expired. */
  readonly expiresAt: Date;
}

const LAST_DATE = 8.64e15;
const MAX_AT_ONCE = 64;

/** Finds the oldest of all transcripts, a few at a time: there may be 200,000. */
export async function findExpiring(
  fs: RetentionReadFs,
  target: string,
  periodDays: number,
  now: number,
): Promise<ExpiringTranscripts> {
  if (periodDays === Infinity) return { target, expiredCount: 0, unreadable: 0 };
  const period = periodDays * DAY_MS;
  const found = { expiredCount: 0, unreadable: 0, mtime: Infinity, path: '', errno: '' };
  const fail = (errno: string) => {
    // It was deleted meanwhile, or is not there yet.
    if (errno === 'ENOENT') return;
    found.unreadable += 1;
    found.errno ||= errno;
  };
  const weigh = async (path: string) => {
    try {
      const stats = await fs.stat(path, { bigint: true });
      if (!stats.isFile()) return;
      const mtime = Number(stats.mtimeMs);
      if (mtime + period <= now) found.expiredCount += 1;
      if (mtime < found.mtime) Object.assign(found, { mtime, path });
    } catch (error) {
      fail(errnoOf(error));
    }
  };

  let batch: string[] = [];
  for await (const path of transcriptsIn(fs, target, fail)) {
    batch.push(path);
    if (batch.length < MAX_AT_ONCE) continue;
    await Promise.all(batch.map(weigh));
    batch = [];
  }
  await Promise.all(batch.map(weigh));

  const { expiredCount, unreadable, mtime, path, errno } = found;
  const oldest = { path, modifiedAt: dateOf(mtime), expiresAt: dateOf(mtime + period) };
  return {
    target,
    expiredCount,
    ...(path === '' ? {} : { nextToExpire: oldest }),
    unreadable,
    ...(errno === '' ? {} : { errno }),
  };
}

/** The time of a file may lie beyond what a Date can hold. */
export function dateOf(time: number): Date {
  return new Date(Math.max(-LAST_DATE, Math.min(LAST_DATE, time)));
}

/** Every `*.jsonl` of every project. Claude Code leaves alone what lies behind links in there. */
export async function* transcriptsIn(
  fs: RetentionReadFs,
  target: string,
  fail: (errno: string) => void,
): AsyncGenerator<string, void> {
  for await (const [project, entry] of entriesOf(fs, target, fail)) {
    if (!entry.isDirectory()) continue;
    for await (const [path, file] of entriesOf(fs, project, fail)) {
      if (path.endsWith('.jsonl') && !file.isSymbolicLink()) yield path;
    }
  }
}

async function* entriesOf(
  fs: RetentionReadFs,
  directory: string,
  fail: (errno: string) => void,
): AsyncGenerator<readonly [path: string, entry: DirectoryEntry], void> {
  try {
    for await (const entry of await fs.opendir(directory, { bufferSize: MAX_AT_ONCE })) {
      yield [join(directory, textOf(entry.name)), entry];
    }
  } catch (error) {
    fail(errnoOf(error));
  }
}
