import { childOf } from '../../paths.ts';
import type { Facts } from '../disk/facts.ts';
import { isTranscript, sessionOf } from '../kinds-of-files.ts';
import { MOST_GENERATIONS, recreatedOf, stateOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge } from '../merge/merge.ts';
import { sessionPlaces, transcriptOf } from './session-places.ts';
import { displacedIn } from '../sweep/sweep-displaced.ts';

/** A file that is, or was, the transcript of a session. */
export interface SessionFile {
  readonly at: string;
  readonly facts: Facts;
}

/**
 * Finds everything that there is of some sessions outside of the target: in the trees that are being brought over or
 * have been moved aside, and among what was displaced.
 *
 * @param sessions - In any case.
 * @returns By session in lower case.
 */
export async function filesOfSessions(
  merge: Merge,
  sessions: Iterable<string>,
): Promise<ReadonlyMap<string, readonly SessionFile[]>> {
  const { tools, name, target } = merge;
  const found = new Map<string, SessionFile[]>();
  for (const session of sessions) found.set(session.toLowerCase(), []);
  if (found.size === 0) return found;
  const add = async (session: string | undefined, at: string) => {
    const files = found.get(session?.toLowerCase() ?? '');
    const facts = files === undefined ? undefined : await factsAt(tools.fs, at);
    if (facts?.kind === 'file') files?.push({ at, facts });
  };
  for (const [root, isLeft] of rootsOf(merge)) {
    for (const [session, paths] of await sessionPlaces({ tools, name }, root)) {
      for (const path of found.has(session) ? paths : []) {
        if (!isLeft(path)) await add(session, childOf(root, path));
      }
    }
  }
  const bases = new Set([...merge.trees.map(({ run }) => run), stateOf(target)]);
  for (const base of bases) {
    for (const { at, path } of await displacedIn(tools.fs, base, name)) {
      if (isTranscript(name, path) && transcriptOf(path) !== undefined) {
        await add(sessionOf(path), at);
      }
    }
  }
  return found;
}

/** The trees, and those that the same runs have moved aside before. */
function rootsOf({
  trees,
  olderTrees,
  name,
}: Merge): ReadonlyMap<string, (path: string) => boolean> {
  const roots = new Map<string, (path: string) => boolean>();
  for (const root of olderTrees) roots.set(root, () => false);
  for (const { run, isLeft } of trees) {
    roots.set(childOf(run, name), isLeft);
    for (let generation = 1; generation <= MOST_GENERATIONS; generation += 1) {
      roots.set(recreatedOf(run, name, generation), isLeft);
    }
  }
  for (const { root, isLeft } of trees) roots.set(root, isLeft);
  return roots;
}
