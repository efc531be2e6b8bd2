import { childOf } from '../../paths.ts';
import { addGrowth } from './add-growth.ts';
import { appendGrowth } from './append-growth.ts';
import { linkedAs } from './bring-file.ts';
import {
  agreeBefore,
  type Divergent,
  type Generations,
  relate,
  type Relation,
} from '../disk/compare.ts';
import { type Facts, isSameFile } from '../disk/facts.ts';
import { isHistory } from '../moves/beginnings.ts';
import { displacedAt } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from './merge.ts';
import { migrationProblem } from '../migration-problem.ts';
import { replaceName } from './replace-name.ts';
import { replaceInTarget, supersede } from './supersede.ts';

/** Makes one of two generations of a transcript, the longer one, with everything that the other gains meanwhile. */
export async function mergeTranscript(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
): Promise<boolean> {
  const from = childOf(source.root, path);
  const relation = await relationOf(merge, source, path, facts, there);
  // One of them has just vanished.
  if (relation === undefined) return true;
  if (relation === 'edited') return await supersede(merge, source, path, facts, there);
  // Edited in the target since: what was set aside is what it was before that, though it may be longer.
  const isPast = !source.isInHome && isReplacedThere(source, path, facts, there);
  if (
    (relation.kind === 'divergent' && !source.isInHome && source.linked.has(path)) ||
    (relation.kind === 'generations' && relation.longer === 'one' && isPast)
  ) {
    if (source.isFresh) return await addGrowth(merge, path, from, 0, source);
    merge.leave(from, 'changed');
    return false;
  }
  if (relation.kind === 'divergent') {
    const to = childOf(merge.target, path);
    const sessionId = path.replace(/^.*[/\\]|\.jsonl$/g, '');
    const problem = migrationProblem('transcripts-diverge', { path: from, other: to, sessionId });
    merge.cannotMerge(problem, from);
    return false;
  }
  const { longer, offset } = relation;
  if (longer === 'one') return await putInTarget(merge, source, path, facts, there, offset);
  merge.know(facts, there, offset);
  return source.isInHome && source.canLink
    ? await putInHome(merge, source, path, facts, there, offset)
    : await addGrowth(merge, path, from, offset, source);
}

async function relationOf(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
): Promise<Relation | 'edited' | undefined> {
  // What has been edited elsewhere is history here.
  const historyOf = merge.supersededAt(facts);
  if (historyOf !== undefined) return shared(historyOf);
  // Whatever it has gained since it was compared is for the other one to have.
  const known = merge.knownOffset(facts, there);
  if (known !== undefined && (await isStillKnown(merge, source, path, known))) return shared(known);
  const ownKnown = merge.knownOffset(there, facts);
  if (ownKnown !== undefined) return { ...shared(ownKnown), longer: 'one' };
  const relation = await compared(merge, source, path);
  if (relation?.kind !== 'divergent') return relation;
  const before = source.linked.get(path);
  const isReplaced =
    before !== undefined && !isSameFile(before, facts) && isSameFile(before.copy ?? before, there);
  const offset = divergentOffset(merge, source, path, relation);
  // All that was brought over is in both: only what came later differs, and belongs into one.
  if (offset !== undefined) {
    // Of two that have nothing in common the history comes first.
    const own = { at: childOf(source.root, path), facts };
    const shown = { at: childOf(merge.target, path), facts: there };
    const isOwn = offset === 0 ? await isHistory(merge, path, own, shown) : isReplaced;
    if (isOwn === undefined) return undefined;
    return isOwn ? { ...shared(offset), longer: 'one' } : shared(offset);
  }
  return isReplaced ? 'edited' : relation;
}

/** Whether a home's has not been rewritten since it was compared: its place is about to be taken. */
async function isStillKnown(
  { tools: { fs }, target }: Merge,
  { root, isInHome }: Source,
  path: string,
  offset: number,
): Promise<boolean> {
  if (!isInHome) return true;
  return (await agreeBefore(fs, childOf(root, path), childOf(target, path), offset)) === true;
}

/** Compares them by their bytes; of two that have the same ones the target's stays. */
async function compared(
  { tools: { fs }, target }: Merge,
  { root }: Source,
  path: string,
): Promise<Relation | undefined> {
  const relation = await relate(fs, childOf(target, path), childOf(root, path));
  if (relation?.kind !== 'generations') return relation;
  return { ...relation, longer: relation.longer === 'one' ? 'other' : 'one' };
}

function isReplacedThere({ linked }: Source, path: string, facts: Facts, there: Facts): boolean {
  const before = linked.get(path);
  return (
    before !== undefined && isSameFile(before, facts) && !isSameFile(before.copy ?? before, there)
  );
}

/**
 * Up to where two transcripts are one that have different ends, both written since this run began; `undefined` if they
 * differ in what was there before.
 */
export function divergentOffset(
  merge: Merge,
  { linked, isFragmentary, isInHome }: Source,
  path: string,
  { common }: Divergent,
): number | undefined {
  const before = linked.get(path);
  if (before !== undefined && common >= before.size) return common;
  const isLate = before === undefined && !isInHome;
  return isFragmentary || isLate || merge.begun.has(path) ? common : undefined;
}

/** The target's is the longer one. */
function shared(offset: number): Generations {
  return { kind: 'generations', longer: 'other', offset };
}

/** The home's is the longer one. */
async function putInTarget(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
  offset: number,
): Promise<boolean> {
  merge.know(there, facts, offset);
  const kept = await replaceInTarget(merge, source, path, facts, there, {
    offset,
    isContained: offset === there.size,
  });
  if (kept !== undefined) {
    await appendGrowth(merge.tools.fs, kept, offset, childOf(merge.target, path));
  }
  return true;
}

/** The target's is the longer one, or as long. */
async function putInHome(
  merge: Merge,
  source: Source,
  path: string,
  facts: Facts,
  there: Facts,
  offset: number,
): Promise<boolean> {
  const { fs } = merge.tools;
  const to = childOf(merge.target, path);
  const kept = await replaceName(merge.tools, {
    path: childOf(source.root, path),
    expected: facts,
    chosen: to,
    keepAt: childOf(displacedAt(source.run, merge.name, 'home', offset), path),
    keptBelow: offset < facts.size ? source.run : undefined,
  });
  if (kept === undefined) return true;
  const now = await factsAt(fs, childOf(source.root, path));
  if (now === undefined || isSameFile(now, there)) source.linked.set(path, linkedAs(there));
  else merge.begun.add(path);
  // Its end may have been written anew since the two were compared; but what was edited is not put back.
  const isPast = merge.supersededAt(facts) !== undefined;
  const isWhole = isPast || (await agreeBefore(fs, kept, to, offset)) !== false;
  await addGrowth(merge, path, kept, isWhole ? offset : 0, { isFresh: true });
  return true;
}
