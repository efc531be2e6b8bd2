import { mapLimit } from '../core/map-limit.ts';
import { join } from '../core/paths.ts';
import { type Result, toResult } from '../core/result.ts';
import { listDirectory } from '../fs/io.ts';
import type { RetentionReadFs } from '../fs/session-fs.ts';
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
  const { transcripts, errnos } = await statTranscripts(fs, target);
  const [oldest] = transcripts.toSorted((one, other) => one.mtime - other.mtime);
  const [errno] = errnos;
  return {
    target,
    expiredCount: transcripts.filter(({ mtime }) => mtime + period <= now).length,
    ...(oldest === undefined
      ? {}
      : {
          nextToExpire: {
            path: oldest.path,
            modifiedAt: dateOf(oldest.mtime),
            expiresAt: dateOf(oldest.mtime + period),
          },
        }),
    unreadable: errnos.length,
    ...(errno === undefined ? {} : { errno }),
  };
}

/** The time of a file may lie beyond what a Date can hold. */
export function dateOf(time: number): Date {
  return new Date(Math.max(-LAST_DATE, Math.min(LAST_DATE, time)));
}

/**
 * Every `*.jsonl` of every project, and the errno of every directory and file that could not be read. Claude Code leaves
 * alone what lies behind links in there.
 */
export async function statTranscripts(fs: RetentionReadFs, projects: string) {
  const errnos: string[] = [];
  const valueIn = <Value>(result: Result<Value>): readonly Value[] => {
    if (result.ok) return [result.value];
    // It was deleted meanwhile, or is not there yet.
    if (result.errno !== 'ENOENT') errnos.push(result.errno);
    return [];
  };
  const list = async (directory: string) =>
    valueIn(await listDirectory(fs, directory))
      .flat()
      .map(({ name, kind }) => ({ path: join(directory, name), kind }));
  const directories = (await list(projects)).filter(({ kind }) => kind === 'directory');
  const files = (await mapLimit(directories, ({ path }) => list(path), MAX_AT_ONCE))
    .flat()
    .filter(({ path, kind }) => path.endsWith('.jsonl') && kind !== 'symlink');
  const inspect = async ({ path }: { readonly path: string }) =>
    valueIn(await toResult(fs.stat(path, { bigint: true }))).flatMap((stats) =>
      stats.isFile() ? { path, mtime: Number(stats.mtimeMs) } : [],
    );
  return { transcripts: (await mapLimit(files, inspect, MAX_AT_ONCE)).flat(), errnos };
}
