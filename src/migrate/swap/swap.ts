import { settle } from '../../answer.ts';
import { CallFailure, changed, lostLock, must } from '../disk/call-failure.ts';
import { childOf } from '../../paths.ts';
import { MOST_GENERATIONS, preparedLinkOf, recreatedOf } from '../record/layout.ts';
import { factsAt } from '../disk/look.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { mergePass } from '../merge/merge-pass.ts';
import { mergeUntilQuiet } from '../merge/merge-until-quiet.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import { letItBeFilled } from './made-anew.ts';
import { putPrepared, type Put } from './put-link.ts';
import { LinkedFiles } from '../record/linked-files.ts';

/** One directory that is to become a link. */
export interface Swap {
  readonly merge: Merge;
  readonly source: Source;
  /** As the text of the link will be. */
  readonly target: string;
  /** Is asked right before: whether the locks are still held. */
  readonly isAllowed: () => Promise<boolean>;
}

/**
 * Moves a directory aside and puts the link in its place at once.
 *
 * Where Claude Code made the directory anew in between, that is merged and moved aside, too.
 *
 * @returns The trees that have been moved aside, and what is wrong, if the link could not be put there.
 */
export async function swapForLink({ merge, source, target, isAllowed }: Swap): Promise<{
  readonly aside: readonly Source[];
  readonly problem?: MigrationProblem;
}> {
  const { fs } = merge.tools;
  const aside: Source[] = [];
  let present = source;
  for (let generation = 1; ; generation += 1) {
    const { root, run } = present;
    const to =
      generation === 1 && !source.isFragmentary
        ? childOf(run, merge.name)
        : recreatedOf(run, merge.name, generation);
    if (!(await isAllowed())) throw new CallFailure(root, lostLock());
    await moveAside(merge, root, to);
    const put = await putBackUnlessLinked(merge, present, to, target);
    // If it is a link, another migration was there first, and has set the directory aside.
    if ((await factsAt(fs, to))?.kind !== 'symlink') {
      aside.push({ ...present, root: to, isInHome: false, isFresh: true });
    }
    if (put === 'link') return { aside };
    const isLast = generation === MOST_GENERATIONS;
    if (!isLast) await letItBeFilled(merge.tools);
    present = { ...source, isFragmentary: true, linked: new LinkedFiles() };
    const options = { isThorough: false, onFiles: () => undefined };
    // What came right before the swap is history for what was begun anew.
    await mergePass(merge, aside, options);
    // The last time, too: what goes on there is to have its beginning.
    await mergeUntilQuiet(merge, [present], options);
    if (isLast) return { aside, problem: migrationProblem('made-anew', { path: root }) };
  }
}

async function moveAside({ tools: { fs } }: Merge, from: string, to: string): Promise<void> {
  const facts = await factsAt(fs, from);
  if (facts?.kind !== 'directory') throw new CallFailure(from, changed(from));
  // With an injected file system a rename may replace what is there.
  if ((await factsAt(fs, to)) !== undefined) throw new CallFailure(to, changed(to));
  const moved = await settle(fs.rename(from, to));
  if (moved.ok) return;
  // The call may have taken effect all the same: then the link is missing, and has to be made.
  const isMoved = (await factsAt(fs, to)) !== undefined;
  if (!isMoved) throw new CallFailure(from, moved.error);
}

/** Puts the link there; where that fails, a full disk say, the directory is renamed back, which needs no space. */
async function putBackUnlessLinked(
  { name, tools: { fs } }: Merge,
  { root, run }: Source,
  aside: string,
  target: string,
): Promise<Put> {
  const put = await settle(putPrepared(fs, preparedLinkOf(run, name), target, root));
  if (put.ok) return put.value;
  if ((await factsAt(fs, root)) === undefined) await must(root, fs.rename(aside, root));
  throw put.error;
}
