import { settle } from '../../answer.ts';
import { parentOf } from '../../paths.ts';
import { syncDirectories } from '../disk/directories.ts';
import { preparedLinkOf } from '../record/layout.ts';
import type { Source } from '../merge/merge.ts';
import { mergePass, type PassOptions } from '../merge/merge-pass.ts';
import type { Migration } from '../migration.ts';
import type { MigrationProblem } from '../migration-problem.ts';
import { projectsLast } from './projects-last.ts';
import { swapForLink } from './swap.ts';
import { Progress, stopIfAborted } from '../tools.ts';

const OPTIONS: PassOptions = { isThorough: false, onFiles: () => undefined };

/** What has been moved aside, and what is wrong with it. */
export interface Swapped {
  /** By the name of the link. */
  readonly aside: ReadonlyMap<string, readonly Source[]>;
  readonly problems: readonly MigrationProblem[];
}

/**
 * Puts the links into the places of all directories, home by home, `projects` last in each: with `projects` shared and
 * `file-history` not, a rewind would destroy files.
 */
export async function swapAll(
  { tools, homes, merges, trees }: Migration,
  isAllowed: () => Promise<boolean>,
): Promise<Swapped> {
  const aside = new Map<string, Source[]>();
  const problems: MigrationProblem[] = [];
  const touched = new Set<string>();
  const progress = new Progress(tools, 'swap', trees.length);
  for (const { run } of homes) {
    const own = trees.filter(({ source }) => source.run === run);
    for (const { entry, source } of projectsLast(own, (tree) => tree.entry.name)) {
      const merge = merges.get(entry.name);
      if (merge === undefined) continue;
      stopIfAborted(tools);
      const swapped = await swapForLink({ merge, source, target: entry.target, isAllowed });
      aside.set(entry.name, [...(aside.get(entry.name) ?? []), ...swapped.aside]);
      progress.add(1, 0);
      // What came right before is to be in the target soon, and not only when all others are there.
      if (progress.done < trees.length) await mergePass(merge, swapped.aside, OPTIONS);
      if (swapped.problem !== undefined) problems.push(swapped.problem);
      // Where it stays it is in nobody's way, and goes with the originals.
      await settle(tools.fs.unlink(preparedLinkOf(source.run, entry.name)));
      touched.add(parentOf(entry.path)).add(source.run);
    }
  }
  // Only now: right after it the gap would be longer.
  await syncDirectories(tools.fs, touched);
  return { aside, problems };
}
