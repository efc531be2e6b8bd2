import { memberOf, parsedJson } from '../../core/json.ts';
import { basename, isAtOrBelow, join } from '../../core/paths.ts';
import { valueOf } from '../../core/result.ts';
import { listDirectory } from '../../fs/io.ts';
import type { MigrateFs } from '../../fs/migrate-fs.ts';
import { readThroughLinks } from '../../fs/read-file.ts';
import { keyOf, MAX_KEY_LENGTH } from '../project-key.ts';
import { readLines } from '../read-lines.ts';
import { parseResumeUUID, type ResumeUUID } from '../resume-uuid.ts';

/** The real paths that a directory of a project had, and has. */
interface Directories {
  readonly from: string;
  readonly to: string;
}

/** The entries of a project directory that belong under another key. */
interface Belongings {
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
}

/** What belongs to the old directory, or to one below it, in a directory of projects. */
export async function findMoves(
  fs: MigrateFs,
  root: string,
  { from, to }: Directories,
  wanted: readonly ResumeUUID[] | undefined,
): Promise<readonly Belongings[]> {
  const key = keyOf(from);
  if (key === keyOf(to)) return [];
  // If one is inside the other, nobody can tell where a session that ran in both belongs.
  const isNested = isAtOrBelow(from, to) || isAtOrBelow(to, from);
  const isCandidate = (name: string) =>
    isNested ? name === key : name.startsWith(key.slice(0, MAX_KEY_LENGTH));
  const moves: Belongings[] = [];
  for (const { name: project, kind } of valueOf(root, await listDirectory(fs, root))) {
    if (kind !== 'directory' || !isCandidate(project)) continue;
    const directory = join(root, project);
    const names = valueOf(directory, await listDirectory(fs, directory)).map(({ name }) => name);
    const transcripts = names.filter((name) => idIn(name) !== undefined).toSorted();
    const own: string[] = [];
    let target: string | undefined;
    for (const name of transcripts) {
      const recorded = await recordedDirectory(fs, join(directory, name));
      const moved = movedDirectory(project, recorded, { from, to });
      if (moved === undefined || keyOf(moved) === project) continue;
      target ??= keyOf(moved);
      if (target === keyOf(moved)) own.push(name);
    }
    if (project === key) target ??= keyOf(to);
    if (target === undefined) continue;
    const chosen = own.filter((name) => wanted?.some((id) => name === id + SUFFIX) ?? true);
    const directoriesOf = chosen.map((name) => name.slice(0, -SUFFIX.length));
    // What belongs to no session belongs to the project, as long as no other directory shares its key.
    const others =
      wanted === undefined && own.length === transcripts.length
        ? names.filter((name) => !transcripts.includes(name) && !directoriesOf.includes(name))
        : [];
    // Transcripts last: as long as they are there, the rest is known to belong to them.
    const all = [...others, ...directoriesOf.filter((name) => names.includes(name)), ...chosen];
    moves.push({ from: directory, to: join(root, target), names: all });
  }
  return moves;
}

/**
 * The directory to which a session belongs after the move; `undefined` if it belongs to another one.
 *
 * Different directories can share a key, so the one that the transcript has recorded counts. A session that was moved
 * before has recorded a directory with another key: then the key alone counts.
 */
function movedDirectory(
  project: string,
  recorded: string | undefined,
  { from, to }: Directories,
): string | undefined {
  if (project === keyOf(from)) {
    const isOther = recorded !== undefined && recorded !== from && keyOf(recorded) === project;
    return isOther ? undefined : to;
  }
  // Below it; or, on the way back, recorded below where it goes to.
  const base = [from, to].find((it) => recorded !== undefined && isAtOrBelow(recorded, it));
  if (base === undefined || recorded === undefined) return undefined;
  const rest = recorded.slice(base.length);
  return keyOf(from + rest) === project ? to + rest : undefined;
}

const SUFFIX = '.jsonl';
// What is pasted into a prompt is on the same line.
const MAX_LINE_BYTES = 16 * 2 ** 20;

/** The session whose transcript has this name or path. */
export function idIn(name: string): ResumeUUID | undefined {
  const own = basename(name);
  return own.endsWith(SUFFIX) ? parseResumeUUID(own.slice(0, -SUFFIX.length)) : undefined;
}

/** The working directory of the first record that has one. */
async function recordedDirectory(fs: MigrateFs, transcript: string): Promise<string | undefined> {
  const read = await readThroughLinks(fs, transcript, async (handle) => {
    for await (const { text } of readLines(handle, transcript, MAX_LINE_BYTES)) {
      const cwd = text?.includes('"cwd"') === true ? memberOf(parsedJson(text), 'cwd') : undefined;
      if (typeof cwd === 'string') return cwd;
    }
    return undefined;
  });
  return valueOf(transcript, read);
}
