import { mapLimit } from '../core/map-limit.ts';
import type { FailoverSession } from './failover-session.ts';
import type { SaveOptions } from './options.ts';
import type { SaveReport } from './report.ts';
import { checkFailover } from './request.ts';
import { saveOne } from './save-one.ts';

/**
 * Saves which session runs in each terminal, for resuming it later: of every session that is given, whatever it does.
 *
 * From the record that the running process keeps, which is right even after `/clear`; where the terminal is at its
 * shell, from the hint that the program printed below its last launch. Written to
 * `<state directory>/<session>/resume-id.txt` in one step and with mode 0600. What was saved before is kept where
 * nothing is found. Nothing is typed, and no process is touched. What the program prints and records was seen on
 * 2.1.329 and 2.1.197.
 *
 * @param sessions - `{ name, cwd }` of each: the name is that of its terminal.
 * @param options - `terminal`, `stateDirectory`; `accountHomes`: under which of them the sessions may be running.
 * @returns For each session the id, where it was found, and why not. Never rejects for what it finds.
 * @throws {SharedStateError} Only for bad arguments, such as `invalid-name`, `duplicate-name` or `path-relative`.
 *
 * @example Before a swap
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { saveResumeUUIDs, type Terminal } from 'claude-shared-state/failover';
 *
 * const sessionId = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
 * const record = JSON.stringify({ sessionId, procStart: '1' });
 * const { fs } = memfs({ '/home/me/.claude-a/sessions/4711.json': record });
 * const processInspector = { status: async () => ({ state: 'running', start: '1' }) as const };
 * const terminal: Terminal = {
 *   capture: async () => '',
 *   type: async () => {},
 *   press: async () => {},
 *   processIds: async () => [4700, 4711],
 *   isAtShell: async () => false,
 *   signal: async () => {},
 * };
 *
 * const { ok, sessions } = await saveResumeUUIDs([{ name: 'api', cwd: '/work/api' }], {
 *   accountHomes: ['/home/me/.claude-a', '/home/me/.claude-b'],
 *   stateDirectory: '/var/lib/failover',
 *   terminal,
 *   processInspector,
 *   fs,
 * });
 * assert.ok(ok);
 * assert.deepEqual([sessions[0]?.sessionId, sessions[0]?.source], [sessionId, 'record']);
 * assert.equal(fs.readFileSync('/var/lib/failover/api/resume-id.txt', 'utf8'), `${sessionId}\n`);
 * ```
 */
export async function saveResumeUUIDs(
  sessions: readonly FailoverSession[],
  options: SaveOptions,
): Promise<SaveReport> {
  const {
    check,
    sessions: list,
    given,
    tools,
  } = checkFailover(sessions, options, ['accountHomes'], false);
  const accountHomes = check.homes(given.accountHomes);
  check.finish('saveResumeUUIDs');
  const saved = await mapLimit(list, (session) => saveOne(tools, session, accountHomes));
  return { ok: saved.every(({ sessionId }) => sessionId !== undefined), sessions: saved };
}
