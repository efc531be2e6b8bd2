import { settle } from '../../answer.ts';
import { CallFailure } from '../disk/call-failure.ts';
import { migrationProblem } from '../migration-problem.ts';
import type { PlanMigrationOptions } from '../options.ts';
import { planFrom } from './plan.ts';
import type { MigrationPlan } from '../report.ts';
import { planRequest } from '../request.ts';
import { survey } from './survey.ts';

/**
 * Tells, without changing anything, what `migrate` would do with every home, and everything against it.
 *
 * Compares the content of all homes with the shared targets and with each other, and lists every conflict of all
 * of them; and the running sessions, what the shortest retention would delete, the rules that auto-memory behind a
 * link needs, the space needed on another file system, and what would stay in the originals.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - As for `migrate`: `required`, `live`, `acceptRetention`, `keepBoth`, `uid`; `fs` needs no call
 * that can change anything.
 * @returns The plan; `ok` is whether `migrate` with the same options would go on.
 * @throws {SharedStateError} Only for bad arguments, such as `no-homes`, `path-relative` or `invalid-option`.
 *
 * @example A dry run
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { planMigration } from 'claude-shared-state/migrate';
 *
 * const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
 * const { fs } = memfs({
 *   [`/me/.claude-work/projects/-app/${id}.jsonl`]: '{"n":1}\n{"n":2}\n',
 *   [`/me/.claude-spare/projects/-app/${id}.jsonl`]: '{"n":1}\n{"n":3}\n',
 * });
 * const plan = await planMigration(['/me/.claude-work', '/me/.claude-spare'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * assert.equal(plan.ok, false);
 * assert.ok(plan.problems.some(({ code }) => code === 'transcripts-diverge'));
 * ```
 */
export async function planMigration(
  accountHomes: readonly string[],
  options: PlanMigrationOptions = {},
): Promise<MigrationPlan> {
  const { request, fs } = planRequest(accountHomes, options);
  const surveyed = await settle(survey(fs, request));
  if (surveyed.ok) return planFrom(surveyed.value, request);
  return unreadable(surveyed.error);
}

/** What cannot be looked at cannot be planned. */
function unreadable(error: unknown): MigrationPlan {
  if (!(error instanceof CallFailure)) throw error;
  const problems = [migrationProblem('call-failed', { path: error.path, errno: error.code })];
  return { ok: false, homes: [], problems, liveSessions: [], spaceNeeded: 0, leftovers: [] };
}
