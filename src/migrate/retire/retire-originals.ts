import type { RetireOptions } from '../options.ts';
import type { RetireReport } from '../report.ts';
import { retireRequest } from './retire-request.ts';
import { runRetire } from './run-retire.ts';

/**
 * Removes originals, as far as everything in them is proved to be in the shared state now, byte for byte.
 *
 * With them goes the way back. Transcripts are proved as the beginning, or line by line, of that of the same session;
 * other files by equal bytes at the same path. Nothing is removed merely because it is gone from the shared state: what
 * is not proved stays, is listed in `kept`, and goes only when `discard` names it. Whatever happens, the same call
 * completes it.
 *
 * @param originals - Absolute path of originals, as `migrate` and `listOriginals` tell it.
 * @param options - `discard`: what to remove although it is not proved, by paths as `kept` has them. `onProgress`,
 * `signal`, `now`, `random`, `pid`, `pause`, `processes`, `fs`: what it works with.
 * @returns How it ended, how many files were removed, and which were kept; resolves whatever happens, so look at `ok`,
 * `outcome` and `problems`.
 * @throws {SharedStateError} Only for bad arguments, such as `path-relative` or `invalid-option`.
 *
 * @example What is proved goes, what is not is named
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { migrate, retireOriginals } from 'claude-shared-state/migrate';
 *
 * const { fs } = memfs({
 *   '/me/.claude/projects/-app/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl': '{"n":1}\n',
 *   '/me/.claude/projects/-app/memory/MEMORY.md': 'first\n',
 * });
 * const required = requiredSharedUnder('/me');
 * const { originals: [path = ''] } = await migrate(['/me/.claude'], { required, fs });
 * fs.writeFileSync('/me/.claude/projects/-app/memory/MEMORY.md', 'second\n');
 *
 * const report = await retireOriginals(path, { fs });
 * assert.equal(report.outcome, 'done-with-leftovers');
 * assert.deepEqual(report.kept, ['projects/-app/memory/MEMORY.md']);
 *
 * const { ok } = await retireOriginals(path, { discard: report.kept, fs });
 * assert.ok(ok);
 * assert.equal(fs.existsSync(path), false);
 * ```
 */
export async function retireOriginals(
  originals: string,
  options: RetireOptions = {},
): Promise<RetireReport> {
  return await runRetire(retireRequest(originals, options));
}
