import { tolerate, valueOf } from '../../core/result.ts';
import { isSameFile } from '../../fs/file-info.ts';
import { listDirectory, lstatOrUndefined } from '../../fs/io.ts';
import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { basename, join } from '../../core/paths.ts';
import type { UnmergedFile } from '../report.ts';
import { isSessionTranscript } from '../kinds.ts';
import { hasLines, wholeLinesFrom } from '../../fs/lines.ts';

/** A transcript outside the target, and the path at which the target had it. */
export interface Aside {
  readonly ownPath: string;
  /** Relative to the target. */
  readonly path: string;
  /** From where on the target should have its lines, in bytes. */
  readonly from: number;
}

/** What {@link findApart} looks at. */
export interface ApartRequest {
  readonly fs: MigrateFs;
  /** The real path of the target. */
  readonly target: string;
  /** What was displaced or appended while sessions may have been running. */
  readonly aside: readonly Aside[];
  /** Paths of transcripts that came after the directories were replaced by links. */
  readonly late: readonly string[];
  /** Paths of sessions that moved to another project key during the run, and may go on moving. */
  readonly movers: readonly string[];
  /** Where the trees have the transcripts of the same session. */
  readonly ownPathsOf: (path: string) => readonly string[];
}

/**
 * Finds sessions with several transcripts in the target, and transcripts outside with lines that their session's transcript in
 * the target lacks: all files of such a session are listed.
 */
export async function findApart(request: ApartRequest): Promise<readonly UnmergedFile[]> {
  const { fs, target, aside, late, movers, ownPathsOf } = request;
  const sessions = new Map<string, { readonly outside: Map<string, number>; isMover: boolean }>();
  const sessionAt = (path: string) => {
    const key = isSessionTranscript(path) ? basename(path) : path;
    const known = sessions.get(key) ?? { outside: new Map<string, number>(), isMover: false };
    sessions.set(key, known);
    return known;
  };
  for (const { path, ownPath, from } of aside) sessionAt(path).outside.set(ownPath, from);
  for (const path of [...late, ...movers]) {
    const { outside } = sessionAt(path);
    for (const ownPath of ownPathsOf(path)) outside.set(ownPath, 0);
  }
  for (const path of movers) sessionAt(path).isMover = true;
  const found: UnmergedFile[] = [];
  for (const [session, { outside, isMover }] of sessions) {
    const places = await placesOf(fs, target, session);
    // Somebody has deleted it through the link.
    if (places.length === 0) continue;
    let isApart = places.length > 1;
    for (const [path, from] of outside) isApart ||= !(await isIn(fs, path, from, places, isMover));
    // One that moves back just then begins another transcript, so its files are named in any case.
    if (!isApart && !isMover) continue;
    const reason = isApart ? 'duplicate-session-id' : 'moved';
    for (const path of [...outside.keys(), ...places]) found.push({ path, reason });
  }
  return found;
}

/** Where the target has a session, given the name of its transcript; or the one place of another transcript. */
async function placesOf(
  fs: MigrateFs,
  target: string,
  session: string,
): Promise<readonly string[]> {
  const listed = session.includes('/') ? undefined : await listDirectory(fs, target);
  const candidates =
    listed === undefined
      ? [join(target, session)]
      : valueOf(target, listed).map(({ name }) => join(join(target, name), session));
  const places: string[] = [];
  for (const place of candidates) {
    const info = await tolerate(['ENOENT', 'ENOTDIR'], place, lstatOrUndefined(fs, place));
    if (info.ok && info.value !== undefined) places.push(place);
  }
  return places;
}

/** Whether one of the places is the same transcript, or has all of its lines; also if it is gone. */
async function isIn(
  fs: MigrateFs,
  path: string,
  from: number,
  places: readonly string[],
  isMover: boolean,
): Promise<boolean> {
  const own = await lstatOrUndefined(fs, path);
  if (own === undefined) return true;
  for (const place of places) {
    const info = await lstatOrUndefined(fs, place);
    if (info !== undefined && isSameFile(own, info)) return true;
    // What has the lines now may lose its name to the same session's other transcript.
    if (isMover) continue;
    const whole = await wholeLinesFrom(fs, path, from);
    if (whole && (await hasLines(fs, place, whole.lines)) === true) return true;
  }
  return false;
}
