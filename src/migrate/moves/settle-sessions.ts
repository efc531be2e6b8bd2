import { childOf, parentOf } from '../../paths.ts';
import { relate } from '../disk/compare.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { isHistory } from './beginnings.ts';
import { sessionOf } from '../kinds-of-files.ts';
import { displacedAt, stateOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { addGrowth } from '../merge/add-growth.ts';
import { migrationProblem } from '../migration-problem.ts';
import { replaceName } from '../merge/replace-name.ts';
import { giveNameBack, setFileAside } from '../merge/set-name-aside.ts';
import { nonceOf } from '../tools.ts';

/** A directory that can hold names of the files in the target. */
export function baseOf(sources: readonly Source[], { target }: Merge): string {
  return sources.find(({ canLink }) => canLink)?.run ?? stateOf(target);
}

/**
 * Leaves one transcript of each session in the target, where a session has moved to another project key while it was
 * merged: the one where it is now. The plan has seen to it that none had two before.
 *
 * @param isMeant - Of which transcripts, where some are to stay as they are.
 * @returns Whether anything has changed.
 */
export async function settleSessions(
  merge: Merge,
  sources: readonly Source[],
  isMeant: (path: string) => boolean = () => true,
): Promise<boolean> {
  let hasChanged = false;
  merge.sessions.forget();
  for (const [one, other] of await merge.sessions.twice()) {
    if (isMeant(one) && (await settle(merge, sources, one, other))) hasChanged = true;
  }
  merge.sessions.forget();
  return hasChanged;
}

async function settle(
  merge: Merge,
  sources: readonly Source[],
  one: string,
  other: string,
): Promise<boolean> {
  const { fs } = merge.tools;
  const at = (path: string) => childOf(merge.target, path);
  const [first, second] = await Promise.all([factsAt(fs, at(one)), factsAt(fs, at(other))]);
  if (first === undefined || second === undefined) return false;
  const base = baseOf(sources, merge);
  const isBeforeSwap = sources.some(({ isInHome }) => isInHome);
  const [past, otherPast] = await Promise.all([
    pastness(merge, sources, one, isBeforeSwap),
    pastness(merge, sources, other, isBeforeSwap),
  ]);
  if (isSameFile(first, second)) {
    const [leaves, stays] = past > otherPast ? [one, other] : [other, one];
    return await takeAway(merge, base, leaves, stays, first);
  }
  // Later it may have moved back, through the link. Where nothing else tells, it is where it was written last.
  const isKnown = isBeforeSwap && past !== otherPast && Math.max(past, otherPast) >= SURELY_PAST;
  const staysFirst = isKnown ? past < otherPast : first.mtime >= second.mtime;
  const [stays, leaves] = staysFirst ? [one, other] : [other, one];
  const [staying, leaving] = staysFirst ? [first, second] : [second, first];
  const relation = await relate(fs, at(stays), at(leaves));
  if (relation === undefined) return true;
  const offset = relation.kind === 'generations' ? relation.offset : relation.common;
  const isEnd = relation.kind === 'divergent' && offset === 0;
  if (isEnd && isBeforeSwap) {
    const [path, kept] = [at(leaves), at(stays)];
    const sessionId = sessionOf(leaves) ?? leaves;
    const problem = migrationProblem('id-under-two-keys', { path, other: kept, sessionId });
    merge.cannotMerge(problem, path);
    return false;
  }
  // Of two that have nothing in common the history comes first.
  const isFirst =
    relation.kind === 'generations'
      ? relation.longer === 'one'
      : !isEnd ||
        (await isHistory(
          merge,
          stays,
          { at: at(stays), facts: staying },
          { at: at(leaves), facts: leaving },
        ));
  if (isFirst === undefined) return true;
  if (isFirst) return await takeAway(merge, base, leaves, stays, leaving, offset);
  // The other one gets the name that stays; what had it is added to it.
  const kept = await replaceName(merge.tools, {
    path: at(stays),
    expected: staying,
    chosen: at(leaves),
    keepAt: childOf(displacedAt(base, merge.name, 'target', offset), stays),
    keptBelow: offset < staying.size ? base : undefined,
  });
  if (kept === undefined) return true;
  merge.disturb(stays);
  await addGrowth(merge, stays, kept, offset, { isFresh: true });
  return await takeAway(merge, base, leaves, stays, leaving);
}

// From here on it is known, and below supposed.
const SURELY_PAST = 2;

/**
 * How likely it is that a transcript has left a name: where it was brought from, it is not any more; it had that name
 * when the plan was made, and got the other one before the swap; it is there; or it was never there, so that Claude Code
 * has moved it in the target itself.
 */
async function pastness(
  { tools: { fs }, planned }: Merge,
  sources: readonly Source[],
  path: string,
  isBeforeSwap: boolean,
): Promise<number> {
  let isThere = false;
  for (const { root, linked } of sources) {
    const there = await factsAt(fs, childOf(root, path));
    if (there === undefined && linked.has(path)) return 3;
    if (there !== undefined) isThere = true;
  }
  const wasThere = planned?.keyOf(sessionOf(path) ?? '') === parentOf(path);
  if (isBeforeSwap && wasThere) return SURELY_PAST;
  return isThere ? 1 : 0;
}

/** Takes the name of a file away, and adds what the file has beyond the offset to the one that stays. */
async function takeAway(
  merge: Merge,
  base: string,
  leaves: string,
  stays: string,
  leaving: Facts,
  offset = leaving.size,
): Promise<boolean> {
  const { tools, target, name } = merge;
  const [from, to] = [childOf(target, leaves), childOf(target, stays)];
  const keepAt = `${childOf(displacedAt(base, name, 'target', offset), stays)}~${nonceOf(tools)}`;
  merge.forgetName(leaves);
  merge.touched.add(parentOf(from));
  const kept = await setFileAside(tools, from, keepAt, leaving);
  if (kept === undefined) return true;
  // Claude Code may have moved the other one to the very name that was taken away.
  if ((await factsAt(tools.fs, to)) === undefined) await giveNameBack(tools, kept, from);
  else await addGrowth(merge, stays, kept, offset, { isFresh: true });
  return true;
}
