import { migrationProblem, type MigrationProblem } from '../problems.ts';
import { comparer } from '../../fs/compare-files.ts';
import { absorb, type Job, type Tree } from './absorb.ts';
import { noChoices, type Policy } from './decide.ts';
import type { DiskActor } from './disk-actor.ts';

/** How a migration brings trees into a target. */
export const migrationPolicy: Policy = {
  differences: 'choose',
  linksTranscripts: true,
  separatesFiles: false,
};

/** A job in which nobody has chosen anything, and of whose files nothing is known yet. */
export function createJob(
  job: Pick<Job, 'fs' | 'name' | 'target' | 'trees' | 'policy'> & Partial<Job>,
): Job {
  const known = { comparer: comparer(job.fs), losers: new Map(), leaveOut: new Set<string>() };
  return { choices: noChoices, ...known, ...job };
}

/** A tree that belongs to no home. */
export function treeAt(root: string, canLink: boolean, isFragment = false): Tree {
  return { root, place: root, origin: root, spellings: [root], canLink, isFragment };
}

const MAX_PASSES = 30;

/** Absorbs until a pass adds nothing: that pass verifies the rest. */
export async function absorbUntilQuiet(
  job: Job,
  actor: DiskActor,
): Promise<readonly MigrationProblem[]> {
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    actor.beginPass();
    await absorb(job, actor);
    await actor.settleMoves();
    await actor.sync();
    if (actor.added === 0) return actor.refusals;
  }
  return [migrationProblem('source-busy', { path: job.target }), ...actor.refusals];
}
