import { MANY_AT_ONCE, mapLimit } from '../core/map-limit.ts';
import { toResult } from '../core/result.ts';
import type { FileStats, SessionReadFs } from '../fs/session-fs.ts';
import type { SharedSymlink } from '../links/required.ts';
import {
  findRoots,
  listTranscripts,
  type TranscriptFile,
  type TranscriptFilter,
} from './find-transcripts.ts';
import type { ResumeUUID } from './resume-uuid.ts';

/** A transcript as its name and its stats tell it: a real file, by the first of its paths. */
export interface FoundFile extends TranscriptFile {
  /** In bytes. */
  readonly size: number;
  /** In milliseconds. */
  readonly mtime: number;
  readonly device: FileStats['dev'];
  readonly inode: FileStats['ino'];
  readonly accountHomes: readonly string[];
}

/** The transcripts of a session, the one that changed last first. */
export type SessionFiles = readonly [FoundFile, ...FoundFile[]];

/** Finds all sessions with one `stat` for each transcript: the one that changed last first. */
export async function findSessions(
  fs: SessionReadFs,
  accountHomes: readonly string[],
  required: readonly SharedSymlink[],
  filter: TranscriptFilter,
): Promise<readonly SessionFiles[]> {
  const { roots, unreadable } = await findRoots(fs, accountHomes, required);
  for (const one of unreadable) if (one.errno !== 'ENOENT') filter.onUnreadable?.(one);
  const sessions = new Map<ResumeUUID, SessionFiles>();
  for (const root of roots) {
    const homes = root.flatMap(({ accountHome }) => accountHome ?? []);
    const add = async ({ sessionId, path, projectKey }: TranscriptFile): Promise<void> => {
      const stats = await toResult(fs.stat(path, { bigint: true }));
      if (!stats.ok || !stats.value.isFile()) return;
      const { size, mtimeMs, dev: device, ino: inode } = stats.value;
      // Written out: of 20,000 files, spreading takes as long as the calls.
      const found: FoundFile = {
        sessionId,
        path,
        projectKey,
        size: Number(size),
        mtime: Number(mtimeMs),
        device,
        inode,
        accountHomes: homes,
      };
      const known = sessions.get(sessionId);
      sessions.set(sessionId, known === undefined ? [found] : withFile(known, found));
    };
    await mapLimit(await listTranscripts(fs, root, filter), add, MANY_AT_ONCE);
  }
  return [...sessions.values()].toSorted(([one], [other]) => other.mtime - one.mtime);
}

/** Adds a file to those of its session; of a file that is known by another path only the homes. */
function withFile(files: SessionFiles, found: FoundFile): SessionFiles {
  const known = files.find((file) => isSame(file, found));
  const homes = new Set([...(known?.accountHomes ?? []), ...found.accountHomes]);
  const added = { ...(known ?? found), accountHomes: [...homes] };
  const [first = added, ...others] = [...files.filter((file) => file !== known), added].toSorted(
    (one, other) => other.mtime - one.mtime,
  );
  return [first, ...others];
}

/** Whether both are one file; compares paths where the file system has no inode numbers. */
function isSame(one: FoundFile, other: FoundFile): boolean {
  const areNumbered = BigInt(one.inode) !== 0n;
  return areNumbered
    ? one.inode === other.inode && one.device === other.device
    : one.path === other.path;
}
