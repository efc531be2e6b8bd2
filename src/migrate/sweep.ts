import { stateOf } from './layout.ts';
import type { Source } from './merge.ts';
import { mergePass } from './merge-pass.ts';
import type { Migration } from './migration.ts';
import { type MigrationProblem, migrationProblem } from './migration-problem.ts';
import type { Leftover } from './report.ts';
import { settleSessions } from './settle-sessions.ts';
import { splitNames } from './split-names.ts';
import { sweepDisplaced } from './sweep-displaced.ts';
import { Progress, stopIfAborted } from './tools.ts';
import { keepTimes } from './make-durable.ts';
import { syncDirectory } from './directories.ts';

const MOST_PASSES = 30;

/** What is not in the target, and why; what is wrong where it never became quiet. */
interface Swept {
  readonly leftovers: readonly Leftover[];
  readonly problems: readonly MigrationProblem[];
}

/**
 * Brings what came late into the targets, from everything that has been moved aside, until nothing comes any more; the
 * last pass proves that everything is there.
 */
export async function sweep(
  migration: Migration,
  aside: ReadonlyMap<string, readonly Source[]>,
  pending: ReadonlyMap<string, readonly Source[]>,
): Promise<Swept> {
  const { tools, homes, merges } = migration;
  const leftovers: Leftover[] = [];
  const problems: MigrationProblem[] = [];
  const runs = homes.flatMap(({ run, pending: older }) => [
    ...older.map(({ path }) => ({ path })),
    ...(run === undefined ? [] : [{ path: run, isFresh: true } as const]),
  ]);
  for (const [name, merge] of merges) {
    const sources = [...(pending.get(name) ?? []), ...(aside.get(name) ?? [])];
    const progress = new Progress(tools, 'sweep', 0);
    const onFiles = (files: number, bytes: number) => {
      progress.add(files, bytes);
    };
    for (let pass = 1; ; pass += 1) {
      stopIfAborted(tools);
      if (pass > MOST_PASSES) {
        problems.push(migrationProblem('never-quiet', { path: merge.target }));
        break;
      }
      const hasMerged = await mergePass(merge, sources, { isThorough: true, onFiles });
      const hasGrown = await sweepDisplaced(merge, [...runs, { path: stateOf(merge.target) }]);
      const hasSettled = merge.name === 'projects' && (await settleSessions(merge, sources));
      if (!hasMerged && !hasGrown && !hasSettled) break;
    }
    // Not spread: there may be more of them than a call can have arguments.
    for (const leftover of merge.leftovers) leftovers.push(leftover);
    for (const { leftover } of merge.stuck) leftovers.push(leftover);
    for (const source of sources) await splitNames(merge, source);
    await keepTimes(migration, name);
    for (const directory of merge.touched) await syncDirectory(tools.fs, directory);
    merge.touched.clear();
  }
  return { leftovers, problems };
}
