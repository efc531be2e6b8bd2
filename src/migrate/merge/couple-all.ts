import { mergeUntilQuiet } from './merge-until-quiet.ts';
import type { Migration } from '../migration.ts';
import type { MigrationProblem } from '../migration-problem.ts';
import { settleSessions } from '../moves/settle-sessions.ts';
import { Progress, stopIfAborted } from '../tools.ts';

/**
 * Brings everything of all homes into the targets, before anything is swapped.
 *
 * @param total - About how many files there are.
 * @returns Conflicts that came late.
 */
export async function coupleAll(
  { tools, merges, trees }: Migration,
  total: number,
): Promise<readonly MigrationProblem[]> {
  const late: MigrationProblem[] = [];
  const progress = new Progress(tools, 'couple', total);
  for (const [name, merge] of merges) {
    stopIfAborted(tools);
    const sources = trees.filter(({ entry }) => entry.name === name).map(({ source }) => source);
    if (sources.length === 0) continue;
    const onFiles = progress.overPasses(() => merge.passes);
    const options = { isThorough: false, onFiles };
    await mergeUntilQuiet(merge, sources, options);
    if (merge.mayHaveMoves && (await settleSessions(merge, sources))) {
      await mergeUntilQuiet(merge, sources, options);
    }
    for (const { problem } of merge.stuck) late.push(problem);
  }
  return late;
}
