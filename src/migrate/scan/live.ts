import { mapLimit } from '../../core/map-limit.ts';
import { listDirectory, realPathOrUndefined } from '../../fs/io.ts';
import { dirname, join } from '../../core/paths.ts';
import { findLiveSessions, type LiveSession } from '../../sessions/live-sessions.ts';
import type { MigrationProblem } from '../problems.ts';
import type { MigrateRequest } from '../request.ts';
import type { SurveyedHome } from './homes.ts';

/** Sessions that run, or may run. */
export interface RunningSessions {
  /** Those that write into directories that are to be replaced by links. */
  readonly inTrees: readonly LiveSession[];
  /** Those that write into the shared targets already. */
  readonly inTargets: readonly LiveSession[];
  readonly problems: readonly MigrationProblem[];
}

/**
 * Finds the running sessions of every home from which a path leads into the directories in question: the homes given, those the
 * caller knows of, and those beside them. "The primary is the pool" is the commonest layout there is: the links of
 * one home lead into the real directories of another one.
 */
export async function findRunning(
  { context: { fs }, processInspector, otherHomes, required }: MigrateRequest,
  homes: readonly SurveyedHome[],
): Promise<RunningSessions> {
  const entries = homes.flatMap((home) => home.entries);
  const trees = new Set(
    entries.filter(({ directory }) => directory !== undefined).map(({ realPath }) => realPath),
  );
  const targets = new Set(entries.map(({ realTarget }) => realTarget));
  const inTrees = homes
    .filter((home) =>
      home.entries.some(({ state }) => state === 'directory' || state === 'missing'),
    )
    .map(({ accountHome }) => accountHome);
  const inTargets = homes
    .map(({ accountHome }) => accountHome)
    .filter((home) => !inTrees.includes(home));
  const known = new Set(homes.map(({ realHome }) => realHome));
  const beside = await mapLimit([...new Set(homes.map((home) => dirname(home.realHome)))], (it) =>
    homesIn(fs, it),
  );
  // The targets may be the directories of a home that is none of these.
  const pools = [...targets].map(dirname);
  for (const home of new Set([...otherHomes, ...beside.flat(), ...pools])) {
    const real = await realPathOrUndefined(fs, home);
    if (real === undefined || known.has(real)) continue;
    known.add(real);
    const ends = await mapLimit(required, ({ name }) => realPathOrUndefined(fs, join(home, name)));
    const endsIn = (places: ReadonlySet<string | undefined>) => ends.some((end) => places.has(end));
    if (endsIn(trees)) inTrees.push(home);
    else if (endsIn(targets)) inTargets.push(home);
  }
  const find = async (paths: readonly string[]) =>
    paths.length === 0
      ? { sessions: [], problems: [] }
      : await findLiveSessions(paths, { fs, processInspector });
  const [own, others] = [await find(inTrees), await find(inTargets)];
  return {
    inTrees: own.sessions,
    inTargets: others.sessions,
    problems: [...own.problems, ...others.problems],
  };
}

/** What may be account homes in a directory, by their names. */
async function homesIn(
  fs: Parameters<typeof listDirectory>[0],
  directory: string,
): Promise<readonly string[]> {
  const listed = await listDirectory(fs, directory);
  return (listed.ok ? listed.value : [])
    .filter(({ name, kind }) => /^\.claude(?:-|$)/.test(name) && kind !== 'other')
    .map(({ name }) => join(directory, name));
}
