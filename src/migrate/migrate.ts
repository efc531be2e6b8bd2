import type { MigrateOptions } from './options.ts';
import type { MigrationReport } from './report.ts';
import { migrateRequest } from './request.ts';
import { runMigration } from './run-migration.ts';

/**
 * Brings the directories of all homes into the shared targets, losing nothing, and puts links in their place.
 *
 * Every file gets a second name in the target first, generations of one session become one file, and only then each
 * directory is moved aside into the originals of its home and the link is put in its place; what came late is swept up
 * afterwards. Any conflict in any home: nothing is changed anywhere. Whatever happens, the same call completes it.
 *
 * @param accountHomes - Absolute paths of Claude Code config directories, at least one.
 * @param options - `required`: the links to make, by default `RequiredShared`. `live`: `refuse` (by default) while
 * sessions are running, or `merge`. `acceptRetention`: merge files that the shortest retention would delete at once.
 * `keepBoth`: paths of conflicts of which one side is put aside. `onProgress`, `signal`, `now`, `random`, `pid`,
 * `pause`, `processes`, `uid`, `fs`: what it works with.
 * @returns How it ended; resolves whatever happens, so look at `ok`, `outcome` and `problems`.
 * @throws {SharedStateError} Only for bad arguments, such as `no-homes`, `path-relative` or `invalid-option`.
 *
 * @example Two homes become one state
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate } from 'claude-shared-state/migrate';
 *
 * const id = '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10';
 * const { fs } = memfs({
 *   [`/me/.claude-work/projects/-app/${id}.jsonl`]: '{"n":1}\n{"n":2}\n',
 *   [`/me/.claude-spare/projects/-app/${id}.jsonl`]: '{"n":1}\n',
 * });
 * const report = await migrate(['/me/.claude-work', '/me/.claude-spare'], {
 *   required: requiredSharedUnder('/me'),
 *   fs,
 * });
 * assert.equal(report.outcome, 'done');
 * assert.equal(
 *   fs.readFileSync(`/me/.claude-spare/projects/-app/${id}.jsonl`, 'utf8'),
 *   '{"n":1}\n{"n":2}\n',
 * );
 * ```
 */
export async function migrate(
  accountHomes: readonly string[],
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  return await runMigration(migrateRequest(accountHomes, options));
}
