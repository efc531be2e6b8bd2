import { childOf } from '../../paths.ts';
import { syncDirectories } from '../disk/directories.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { reuniteSession } from '../moves/reunite-sessions.ts';
import type { SessionFile } from '../moves/session-files.ts';
import { type Places, sessionPlaces, transcriptOf } from '../moves/session-places.ts';
import { settleSessions } from '../moves/settle-sessions.ts';
import { LinkedFiles } from '../record/linked-files.ts';
import type { Returning } from './returning.ts';

const MOST_PASSES = 10;

/**
 * Sees to it that the home has all lines of the sessions that have moved to another project while it was given back,
 * each under the project where it is now; says of which it could not.
 */
export async function reuniteMoved(returning: Returning): Promise<void> {
  const { tools, name, run, recreated, hasPrepared } = returning;
  if (!tools.isLive || name !== 'projects' || !hasPrepared || recreated === undefined) return;
  const { merge } = recreated;
  const base: Source = {
    root: childOf(run, name),
    run,
    isInHome: false,
    isFragmentary: false,
    canLink: true,
    linked: new LinkedFiles(),
    isLeft: () => false,
  };
  let open: readonly string[] = [];
  for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
    const hasSettled = await settleSessions(merge, [base], (path) => !returning.isLeft(path));
    open = await reuniteAll(returning, merge);
    if (!hasSettled && open.length === 0) break;
  }
  await syncDirectories(tools.fs, merge.touched);
  merge.touched.clear();
  for (const session of open) {
    for (const path of await merge.sessions.placesOf(session)) {
      returning.leave(childOf(merge.target, path), 'changed');
    }
  }
}

/** Those of which not everything was there yet. */
async function reuniteAll(returning: Returning, merge: Merge): Promise<readonly string[]> {
  const { target, root, run, recreated } = returning;
  const shared = await sessionPlaces(returning, target);
  const own = await sessionPlaces(returning, root);
  const aside = recreated?.sources.map((source) => source.root) ?? [];
  const trees: [string, Places][] = [[target, shared]];
  for (const tree of aside) trees.push([tree, await sessionPlaces(returning, tree)]);
  const open: string[] = [];
  for (const [session, paths] of own) {
    // The home may have had two of those before.
    if (paths.some((path) => returning.isLeft(path)) || !isMoved(trees, own, session)) continue;
    const files: SessionFile[] = [];
    const add = async (at: string) => {
      const facts = await factsAt(returning.tools.fs, at);
      if (facts?.kind === 'file') files.push({ at, facts });
    };
    for (const [tree, places] of trees) {
      for (const path of places.get(session) ?? []) await add(childOf(tree, path));
    }
    for (const { at, path } of returning.displaced) {
      if (transcriptOf(path) === session) await add(at);
    }
    if (!(await reuniteSession(merge, session, files, run))) open.push(session);
  }
  return open;
}

/** Whether a session has been under more than one project. */
function isMoved(
  trees: readonly (readonly [root: string, places: Places])[],
  own: Places,
  session: string,
): boolean {
  const paths = [...trees.map(([, places]) => places), own].flatMap((it) => it.get(session) ?? []);
  return new Set(paths).size > 1;
}
