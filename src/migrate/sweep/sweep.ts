import { stateOf } from '../record/layout.ts';
import type { Merge, Source } from '../merge/merge.ts';
import { mergePass } from '../merge/merge-pass.ts';
import type { Migration } from '../migration.ts';
import { type MigrationProblem, migrationProblem } from '../migration-problem.ts';
import type { Leftover } from '../report.ts';
import { reuniteSessions } from '../moves/reunite-sessions.ts';
import { settleSessions } from '../moves/settle-sessions.ts';
import { splitNames } from './split-names.ts';
import { sweepDisplaced } from './sweep-displaced.ts';
import { type OnFiles, Progress, stopIfAborted } from '../tools.ts';
import { keepTimes } from '../swap/make-durable.ts';
import { syncDirectories } from '../disk/directories.ts';

const MOST_PASSES = 30;
const PATIENT_PASSES = 10;

/** What is not in the target, and why; what is wrong where it never became quiet. */
interface Swept {
  readonly leftovers: readonly Leftover[];
  readonly problems: readonly MigrationProblem[];
}

/** Everything of one name that has been moved aside. */
interface Sweeping {
  readonly merge: Merge;
  readonly sources: readonly Source[];
  /** How many passes have been made. */
  passes: number;
  /** Whether the last pass has found nothing to bring, which proves that everything is there. */
  isQuiet: boolean;
}

/**
 * Brings what came late into the targets, from everything that has been moved aside, until nothing comes any more; the
 * last pass proves that everything is there.
 *
 * @param total - About how many files there are.
 */
export async function sweep(
  migration: Migration,
  aside: ReadonlyMap<string, readonly Source[]>,
  pending: ReadonlyMap<string, readonly Source[]>,
  total: number,
): Promise<Swept> {
  const { tools, merges } = migration;
  const counting = new Progress(tools, 'sweep', total);
  const all: Sweeping[] = [];
  for (const [name, merge] of merges) {
    const sources = [...(pending.get(name) ?? []), ...(aside.get(name) ?? [])];
    const sweeping = { merge, sources, passes: 0, isQuiet: false };
    const onFiles = counting.overPasses(() => merge.passes);
    await sweepOnce(migration, sweeping, onFiles);
    all.push(sweeping);
  }
  const verifying = new Progress(tools, 'verify', total);
  const leftovers: Leftover[] = [];
  const problems: MigrationProblem[] = [];
  for (const sweeping of all) {
    const { merge, sources } = sweeping;
    while (!sweeping.isQuiet && sweeping.passes < MOST_PASSES) {
      await sweepOnce(migration, sweeping, () => verifying.add(0, 0));
    }
    if (!sweeping.isQuiet) problems.push(migrationProblem('never-quiet', { path: merge.target }));
    // Not spread: there may be more of them than a call can have arguments.
    for (const leftover of merge.leftovers) leftovers.push(leftover);
    for (const { leftover } of merge.stuck) leftovers.push(leftover);
    for (const source of sources) {
      await splitNames(merge, source, (files, bytes) => verifying.add(files, bytes));
    }
    await keepTimes(migration, merge.name);
    await syncDirectories(tools.fs, merge.touched);
    merge.touched.clear();
  }
  return { leftovers, problems };
}

async function sweepOnce(
  { tools, homes }: Migration,
  sweeping: Sweeping,
  onFiles: OnFiles,
): Promise<void> {
  const { merge, sources } = sweeping;
  const runs = homes.flatMap(({ run, pending: older }) => [
    ...older.map(({ path }) => ({ path })),
    ...(run === undefined ? [] : [{ path: run, isFresh: true } as const]),
  ]);
  stopIfAborted(tools);
  merge.isHurried = sweeping.passes >= PATIENT_PASSES;
  const hasMerged = await mergePass(merge, sources, {
    isThorough: true,
    isRepeated: sweeping.passes > 0,
    onFiles,
  });
  sweeping.passes += 1;
  const hasGrown = await sweepDisplaced(merge, [...runs, { path: stateOf(merge.target) }]);
  const mayHaveMoved = merge.mayHaveMoves || (tools.isLive && merge.name === 'projects');
  const hasSettled = mayHaveMoved && (await settleSessions(merge, sources));
  const isQuiet = !hasMerged && !hasGrown && (!hasSettled || merge.isHurried);
  // By then nothing is known to be missing, which is no proof for what has moved meanwhile.
  sweeping.isQuiet = isQuiet && !(mayHaveMoved && (await reuniteSessions(merge)));
}
