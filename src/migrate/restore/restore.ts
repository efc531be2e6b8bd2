import type { RestoreOptions } from '../options.ts';
import type { RestoreReport } from '../report.ts';
import { restoreRequest } from './restore-request.ts';
import { runRestore } from './run-restore.ts';

/**
 * Gives an account home its own directories back, with everything that was added to the shared state since.
 *
 * The directories come from the originals that `migrate` kept; nothing in the shared state is removed, and files that
 * were deleted there since stay in the home. Transcripts stay one file with those of the shared state, so that what
 * is appended to one of them later is in both; `detach` copies them. Whatever happens, the same call completes it.
 *
 * @param accountHome - Absolute path of a Claude Code config directory.
 * @param options - `required`: the links to replace, by default `RequiredShared`. `live`: `refuse` (by default) while
 * sessions of this home are running, or `merge`. `detach`: make transcripts files of their own. `onProgress`,
 * `signal`, `now`, `random`, `pid`, `pause`, `processes`, `fs`: what it works with.
 * @returns How it ended, and which directories are the home's own again; resolves whatever happens, so look at `ok`,
 * `outcome` and `problems`.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative` or `invalid-option`.
 *
 * @example There and back
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate, restore } from 'claude-shared-state/migrate';
 *
 * const transcript = '/me/.claude/projects/-app/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl';
 * const { fs } = memfs({ [transcript]: '{"n":1}\n' });
 * const options = { required: requiredSharedUnder('/me'), fs };
 * await migrate(['/me/.claude'], options);
 * fs.appendFileSync(transcript, '{"n":2}\n');
 *
 * const report = await restore('/me/.claude', options);
 * assert.deepEqual(report.restored, ['projects']);
 * assert.ok(fs.lstatSync('/me/.claude/projects').isDirectory());
 * assert.equal(fs.readFileSync(transcript, 'utf8'), '{"n":1}\n{"n":2}\n');
 * ```
 */
export async function restore(
  accountHome: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  return await runRestore(restoreRequest(accountHome, options));
}
