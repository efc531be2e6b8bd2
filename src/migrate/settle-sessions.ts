import { childOf, parentOf } from '../paths.ts';
import { must } from './call-failure.ts';
import { relate } from './compare.ts';
import { makeDirectory } from './directories.ts';
import { isSameFile } from './facts.ts';
import { sessionOf } from './kinds-of-files.ts';
import { displacedAt, stateOf } from './layout.ts';
import { factsAt } from './look.ts';
import type { Merge, Source } from './merge.ts';
import { addGrowth } from './merge-transcript.ts';
import { migrationProblem } from './migration-problem.ts';
import { replaceName } from './replace-name.ts';
import { nonceOf } from './tools.ts';

/** A directory that can hold names of the files in the target. */
export function baseOf(sources: readonly Source[], { target }: Merge): string {
  return sources.find(({ canLink }) => canLink)?.run ?? stateOf(target);
}

/**
 * Leaves one transcript of each session in the target, where a session has moved to another project key while it was
 * merged: the one that was written last. The plan has seen to it that none had two before.
 *
 * @param base - Where what loses its name is kept.
 * @returns Whether anything has changed.
 */
export async function settleSessions(merge: Merge, base: string): Promise<boolean> {
  let hasChanged = false;
  merge.sessions.forget();
  for (const [stays, leaves] of await merge.sessions.twice()) {
    if (await settle(merge, base, stays, leaves)) hasChanged = true;
  }
  merge.sessions.forget();
  return hasChanged;
}

async function settle(merge: Merge, base: string, one: string, other: string): Promise<boolean> {
  const { fs } = merge.tools;
  const at = (path: string) => childOf(merge.target, path);
  const [first, second] = await Promise.all([factsAt(fs, at(one)), factsAt(fs, at(other))]);
  if (first === undefined || second === undefined) return false;
  const isFirstNewer = first.mtime >= second.mtime;
  const [stays, leaves] = isFirstNewer ? [one, other] : [other, one];
  const [staying, leaving] = isFirstNewer ? [first, second] : [second, first];
  if (isSameFile(first, second)) return await takeAway(merge, base, leaves, stays, leaving.size);
  const relation = await relate(fs, at(stays), at(leaves));
  if (relation === undefined) return true;
  const offset = relation.kind === 'generations' ? relation.offset : relation.common;
  if (relation.kind === 'divergent' && offset === 0) {
    const [path, kept] = [at(leaves), at(stays)];
    const sessionId = sessionOf(leaves) ?? leaves;
    const problem = migrationProblem('id-under-two-keys', { path, other: kept, sessionId });
    merge.stuck.push({ problem, leftover: { path, reason: 'unmergeable' } });
    return false;
  }
  if (relation.kind === 'divergent' || relation.longer === 'one') {
    return await takeAway(merge, base, leaves, stays, offset);
  }
  // The longer one gets the name that stays; what had it is added to it.
  const kept = await replaceName(fs, {
    path: at(stays),
    expected: staying,
    chosen: at(leaves),
    keepAt: childOf(displacedAt(base, merge.name, 'target', offset), stays),
    nonce: nonceOf(merge.tools),
    keptBelow: offset < staying.size ? base : undefined,
  });
  if (kept === undefined) return true;
  await addGrowth(merge, stays, kept, offset);
  return await takeAway(merge, base, leaves, stays, leaving.size);
}

/** Takes a name away, and adds what the file has beyond the offset to the one that stays. */
async function takeAway(
  merge: Merge,
  base: string,
  leaves: string,
  stays: string,
  offset: number,
): Promise<boolean> {
  const { fs } = merge.tools;
  const from = childOf(merge.target, leaves);
  const keepAt = `${childOf(displacedAt(base, merge.name, 'target', offset), stays)}~${nonceOf(merge.tools)}`;
  await makeDirectory(fs, parentOf(keepAt));
  await must(from, fs.rename(from, keepAt));
  merge.touched.add(parentOf(from));
  await addGrowth(merge, stays, keepAt, offset);
  return true;
}
