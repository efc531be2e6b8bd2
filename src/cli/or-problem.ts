import { toResult } from '../core/result.ts';
import { CallFailure } from '../migrate/disk/call-failure.ts';
import type { MigrationProblem } from '../migrate/index.ts';
import { migrationProblem } from '../migrate/migration-problem.ts';

/** What was looked at, or, where a call failed on the way, what stands for that. */
export async function orProblem<Found>(
  looking: Promise<Found>,
  standsFor: (problem: MigrationProblem) => Found,
): Promise<Found> {
  const looked = await toResult(looking);
  if (looked.ok) return looked.value;
  const { error } = looked;
  if (!(error instanceof CallFailure)) throw error;
  return standsFor(migrationProblem('call-failed', { path: error.path, errno: error.code }));
}
