import { childOf, parentOf } from '../../paths.ts';
import { appendGrowth } from '../merge/append-growth.ts';
import { withBeginnings } from './beginnings.ts';
import { isSameFile } from '../disk/facts.ts';
import { displacedAt } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge } from '../merge/merge.ts';
import { replaceName } from '../merge/replace-name.ts';
import { filesOfSessions, type SessionFile } from './session-files.ts';
import { baseOf } from './settle-sessions.ts';
import { stopIfAborted } from '../tools.ts';

const MOST_TRIES = 20;

/**
 * Proves of sessions that have moved to another project key during the run that the target has all their lines, and
 * brings those that it has not: while a transcript moves, its name may be taken for one that is left over, or what is
 * begun anew for the whole.
 *
 * @returns Whether anything has changed, so that it is not proved yet.
 */
export async function reuniteSessions(merge: Merge): Promise<boolean> {
  const { moved } = merge.sessions;
  if (moved.size === 0) return false;
  const said = new Set(merge.toldPaths());
  const kept = await filesOfSessions(merge, moved);
  let hasChanged = false;
  for (const session of moved) {
    stopIfAborted(merge.tools);
    const files = kept.get(session.toLowerCase()) ?? [];
    const own = files.filter(
      ({ at, facts }) => !said.has(at) && merge.supersededAt(facts) === undefined,
    );
    if (!(await reuniteSession(merge, session, own, baseOf(merge.trees, merge)))) hasChanged = true;
  }
  return hasChanged;
}

/**
 * Does so for one session, of which there are these files outside of the target.
 *
 * @param base - The directory that keeps what is displaced.
 * @returns Whether it is proved.
 */
export async function reuniteSession(
  merge: Merge,
  session: string,
  files: readonly SessionFile[],
  base: string,
): Promise<boolean> {
  let reunited: Reunited = 'moved';
  for (let tries = 1; tries <= MOST_TRIES && reunited === 'moved'; tries += 1) {
    reunited = await reunite(merge, session, files, base);
  }
  // Never found at any place, it was deleted on purpose.
  const isGone = reunited === 'moved' && (await merge.sessions.placesOf(session)).length === 0;
  return reunited === 'whole' || isGone;
}

/** How it went with one session; `moved`: it was no more where it had been found. */
type Reunited = 'whole' | 'changed' | 'moved';

async function reunite(
  merge: Merge,
  session: string,
  files: readonly SessionFile[],
  base: string,
): Promise<Reunited> {
  const { tools, target } = merge;
  const [path, second] = await merge.sessions.placesOf(session);
  if (path === undefined) return 'moved';
  // To be settled first.
  if (second !== undefined) return 'changed';
  const at = childOf(target, path);
  const facts = await factsAt(tools.fs, at);
  if (facts === undefined) return 'moved';
  const others = files.filter((file) => !isSameFile(file.facts, facts));
  if (others.length === 0) return 'whole';
  const begun = await withBeginnings(tools.fs, [{ at, facts }, ...others]);
  if (begun === undefined) return 'moved';
  // Of those that begin alike the longest is first.
  const sorted = begun.toSorted(
    (one, other) => Number(one.begun - other.begun) || other.file.facts.size - one.file.facts.size,
  );
  const [first] = sorted;
  const present = begun.find(({ file }) => file.at === at);
  // Not one of them has a whole line.
  if (first === undefined) return 'whole';
  if (present === undefined || first.begun < present.begun) {
    return await putFirst(merge, path, { at, facts }, first.file, base);
  }
  let reunited: Reunited = 'whole';
  for (const { file } of sorted) {
    if (file.at === at) continue;
    const { kind } = await appendGrowth(tools.fs, file.at, 0, at, true);
    if (kind === 'vanished' || kind === 'changed') return 'moved';
    if (kind === 'appended') reunited = 'changed';
  }
  return reunited;
}

/** Puts the history in the place of what was begun without it; the next look adds that. */
async function putFirst(
  merge: Merge,
  path: string,
  present: SessionFile,
  history: SessionFile,
  base: string,
): Promise<Reunited> {
  merge.disturb(path);
  const kept = await replaceName(merge.tools, {
    path: present.at,
    expected: present.facts,
    chosen: history.at,
    keepAt: childOf(displacedAt(base, merge.name, 'target', 0), path),
    keptBelow: base,
  });
  merge.touched.add(parentOf(present.at));
  if (kept === undefined) return 'moved';
  await appendGrowth(merge.tools.fs, kept, 0, present.at, true);
  return 'changed';
}
