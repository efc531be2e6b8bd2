import { childOf, parentOf } from '../../paths.ts';
import { displacedAt } from '../record/layout.ts';
import { isSameFile } from '../disk/facts.ts';
import { factsAt } from '../disk/look.ts';
import { sessionPlaces } from '../moves/session-places.ts';
import { setNameAside } from '../merge/set-name-aside.ts';
import { rememberDisplaced } from './displaced.ts';
import type { Returning } from './returning.ts';

/**
 * Takes the old names of transcripts that have been moved to another project since out of the tree: one session
 * under two project keys cannot be resumed from anywhere else.
 *
 * @returns Whether anything has changed.
 */
export async function displaceMoved(returning: Returning): Promise<boolean> {
  const { tools, name, target, root, run, isInHome } = returning;
  const { fs } = tools;
  const [shared, own] = [
    await sessionPlaces(returning, target),
    await sessionPlaces(returning, root),
  ];
  let hasChanged = false;
  for (const [session, paths] of own) {
    const now = shared.get(session) ?? [];
    // Only where its new name has been brought: what was not brought was moved in the home itself.
    const present = now.find((path) => paths.includes(path));
    if (present === undefined) continue;
    for (const path of paths) {
      if (now.includes(path) || returning.isLeft(path)) continue;
      const stale = childOf(root, path);
      const facts = await factsAt(fs, stale);
      if (facts?.kind !== 'file') continue;
      const { own: before, shared } = returning.seen(path) ?? {};
      const isKnown = before !== undefined && isSameFile(before, facts);
      // What was begun there since is where the session is now.
      if (isInHome && !isKnown) continue;
      const offset = isInHome && shared !== undefined ? shared : facts.size;
      const keepAt = childOf(displacedAt(run, name, 'home', offset), path);
      const kept = await setNameAside(tools, stale, keepAt);
      returning.touched.add(parentOf(stale));
      if (kept !== undefined && isInHome) {
        await rememberDisplaced(returning, { at: kept, path: present, offset });
      }
      hasChanged = true;
    }
  }
  return hasChanged;
}
