import { settle } from '../../answer.ts';
import { textOf } from '../../fs/port.ts';
import { CallFailure } from '../disk/call-failure.ts';
import { migrationProblem } from '../migration-problem.ts';
import type { ListOriginalsOptions } from '../options.ts';
import type { FoundOriginals } from '../report.ts';
import { listRequest } from './retire-request.ts';
import { surveyOriginals } from './survey-originals.ts';

/**
 * Lists what migrations have set aside in an account home, without changing anything.
 *
 * Each of them is the way back from one migration, and no backup: its transcripts are the very files that are shared
 * now. With more than one the newest is that from which `restore` takes a directory.
 *
 * @param accountHome - Absolute path of a Claude Code config directory.
 * @param options - `fs`: a file system to read from, by default the real disk; it needs no call that can change
 * anything.
 * @returns The originals, the oldest first: where they are, when they were made, in which state, and how much is in
 * them; and what could not be looked at.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative` or `invalid-fs`.
 *
 * @example What is there
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { listOriginals, migrate } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({
 *   '/me/.claude/projects/-app/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl': '{"n":1}\n',
 * });
 * await migrate(['/me/.claude'], { required: requiredSharedUnder('/me'), fs });
 *
 * const { originals } = await listOriginals('/me/.claude', { fs });
 * const [{ state, names, files, bytes } = assert.fail()] = originals;
 * assert.deepEqual({ state, names, files, bytes }, {
 *   state: 'sealed',
 *   names: ['projects'],
 *   files: 1,
 *   bytes: 8,
 * });
 * ```
 */
export async function listOriginals(
  accountHome: string,
  options: ListOriginalsOptions = {},
): Promise<FoundOriginals> {
  const { fs } = listRequest(accountHome, options);
  const real = await settle(fs.realpath(accountHome));
  const realHome = real.ok ? textOf(real.value) : accountHome;
  const surveyed = await settle(surveyOriginals(fs, accountHome, realHome));
  if (surveyed.ok) return { originals: surveyed.value, problems: [] };
  const { error } = surveyed;
  if (!(error instanceof CallFailure)) throw error;
  const problem = migrationProblem('call-failed', { path: error.path, errno: error.code });
  return { originals: [], problems: [problem] };
}
