import { OPEN } from '../../fs/migrate-fs.ts';
import { childOf } from '../../paths.ts';
import { gain } from './gain.ts';
import { type Divergent, type Generations, relate, wholeLength } from '../disk/compare.ts';
import { setTimes } from '../disk/directories.ts';
import { type Facts, isSameFile, secondsOf } from '../disk/facts.ts';
import { linesIn } from '../disk/lines.ts';
import { factsAt } from '../disk/look.ts';
import { withFile } from '../disk/open-file.ts';
import { putInPlace } from './put-in-place.ts';
import type { Returning } from './returning.ts';

/** Brings what the target's transcript has into that of the home, which is another file. */
export async function bringBackTranscript(
  returning: Returning,
  path: string,
  facts: Facts,
  own: Facts,
): Promise<boolean> {
  const { tools, target, root } = returning;
  const relation = await relate(tools.fs, childOf(target, path), childOf(root, path));
  // One of them has just vanished.
  if (relation === undefined) return true;
  return relation.kind === 'generations'
    ? await bringGeneration(returning, path, facts, own, relation)
    : await bringDivergent(returning, path, facts, own, relation);
}

async function bringGeneration(
  returning: Returning,
  path: string,
  facts: Facts,
  own: Facts,
  { longer, offset }: Generations,
): Promise<boolean> {
  const { tools, root, isInHome } = returning;
  if (longer === 'other') {
    returning.see(path, facts, own, offset);
    return false;
  }
  const whole = await wholeSizeOf(returning, childOf(root, path));
  // A line that is torn in the one may be whole in the other: so nothing can be appended to it.
  if (!isInHome && whole !== undefined && whole < own.size) {
    await putInPlace(returning, path, facts, own, offset);
    return true;
  }
  // In the tree nobody else writes: then it is what the target's is.
  const hasGrown = await append(returning, path, facts, offset, !isInHome);
  if (hasGrown && !isInHome) {
    await setTimes(tools.fs, childOf(root, path), secondsOf(facts.mtime));
  }
  return hasGrown;
}

async function bringDivergent(
  returning: Returning,
  path: string,
  facts: Facts,
  own: Facts,
  { common }: Divergent,
): Promise<boolean> {
  const { target, root, isInHome } = returning;
  const from = childOf(target, path);
  // One of them was begun anew, while the other could not be seen.
  if (!(await hasCommonLine(returning, childOf(root, path), common))) {
    if (!isInHome) return await append(returning, path, facts, 0);
    return (await putInPlace(returning, path, facts, own, 0)) !== undefined;
  }
  if (isInHome) {
    const { own: before, shared = 0 } = returning.seen(path) ?? {};
    // The target has gone on, or was edited, until right before the link was removed; what only the home has comes
    // after that.
    if (before !== undefined && isSameFile(before, own) && shared <= own.size) {
      await putInPlace(returning, path, facts, own, shared);
      return true;
    }
    // It was put there anew since, whole; what the target has beyond that is late.
    if (before !== undefined && common >= shared) {
      return await append(returning, path, facts, common);
    }
    returning.leave(from, 'unmergeable');
    return false;
  }
  const before = returning.linked.get(path);
  const isOfRun = before !== undefined && isSameFile(before.copy ?? before, facts);
  // It was edited in the home's tree, and what the target has is what it was before.
  if (isOfRun && !isSameFile(before, own)) {
    returning.see(path, facts, own, common);
    return false;
  }
  if (isOfRun && common >= before.size) {
    return await append(returning, path, facts, before.size);
  }
  await putInPlace(returning, path, facts, own, own.size);
  return true;
}

/**
 * Appends what the target's has beyond an offset.
 *
 * @param isEqual - Whether the home's is the same up to there, and has nothing else.
 */
async function append(
  returning: Returning,
  path: string,
  facts: Facts,
  offset: number,
  isEqual = false,
): Promise<boolean> {
  const { tools, target, root } = returning;
  const [from, to] = [childOf(target, path), childOf(root, path)];
  const { isWhole, isDue } = await gain(returning, { from, offset, to });
  const now = isWhole ? await factsAt(tools.fs, to) : undefined;
  if (now !== undefined) returning.see(path, facts, now, isEqual ? now.size : offset);
  return isDue;
}

async function wholeSizeOf({ tools }: Returning, path: string): Promise<number | undefined> {
  return await withFile(tools.fs, path, OPEN.read, (handle, { size }) =>
    wholeLength(handle, size, path),
  );
}

/** Whether at least the first line of a file lies within its first bytes. */
async function hasCommonLine({ tools }: Returning, path: string, bytes: number): Promise<boolean> {
  const has = await withFile(tools.fs, path, OPEN.read, async (handle) => {
    const first = await linesIn(handle, 0, bytes, path).next();
    return first.done !== true;
  });
  return has ?? true;
}
