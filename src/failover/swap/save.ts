import { mapLimit } from '../../core/map-limit.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { lastHint } from '../terminal/resume-hint.ts';
import { checkSave, type FailoverSession, type SaveOptions } from './options.ts';
import type { SavedSession, SaveReport } from './report.ts';
import { readId, writeId } from './resume-id.ts';
import { describeLaunch, saveLaunch } from './saved-launch.ts';
import { attempt, block, SessionTerminal } from './session-terminal.ts';

/**
 * Saves which session runs in each terminal, to resume it later.
 *
 * The id comes from the record that the running process keeps, which is right even after `/clear`; if the terminal is
 * at its shell, from the hint that the program printed below its last launch. It is written to
 * `<state directory>/<session>/resume-id.txt` in one step, with mode 0600, and how the program was started to
 * `launch.json` beside it. If none is found, the one saved before is kept. Nothing is typed, and no process is touched. Tested with Claude Code 2.1.197 and 2.1.332.
 *
 * @param sessions - `{ name, cwd }` of each; the name is that of its terminal.
 * @param options - `terminal`, `stateDirectory`; `accountHomes`: under which the sessions may be running.
 * @returns The id of each session, where it was found, and the problems. Never rejects because of what it finds.
 * @throws {SharedStateError} Only for bad arguments.
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
  const { sessions: list, context, accountHomes } = checkSave(sessions, options);
  const saved = await mapLimit(list, (session) =>
    saveOne(new SessionTerminal(context, session), accountHomes),
  );
  return { ok: !saved.some(isUnsaved), sessions: saved };
}

/** Whether nobody could say afterwards which session ran: an older id is not that of the one that runs now. */
export function isUnsaved({ sessionId, problems }: SavedSession): boolean {
  return sessionId === undefined || problems.some(({ severity }) => severity === 'error');
}

/** Saves the id of the session that runs in a terminal, or that ran there last. */
export async function saveOne(
  terminal: SessionTerminal,
  accountHomes: readonly string[],
): Promise<SavedSession> {
  const { name, place } = terminal;
  const { path } = place;
  const found = await attempt(() => findId(terminal, accountHomes));
  const source = found.ok ? found.value.source : undefined;
  const saved = found.ok ? await attempt(() => save(terminal, found.value)) : found;
  if (found.ok && saved.ok) {
    const { value: problems } = saved;
    return { name, outcome: 'saved', sessionId: found.value.id, source, path, problems };
  }
  const problems = saved.ok ? [] : saved.problems;
  const stored = await attempt(() => readId(terminal));
  if (stored.ok) return { name, outcome: 'kept', sessionId: stored.value, source, path, problems };
  // That none was saved before is no problem of its own.
  const more = stored.problems.filter((each) => !('reason' in each) || each.reason !== 'missing');
  const all = [...problems, ...more];
  return { name, outcome: 'none', sessionId: undefined, source, path, problems: all };
}

/** Saves an id, and how the session runs; returns what can't be used again. */
async function save(
  terminal: SessionTerminal,
  { id, live }: Awaited<ReturnType<typeof findId>>,
): Promise<readonly FailoverProblem[]> {
  await writeId(terminal, id);
  if (live === undefined) return [];
  const started = await terminal.launchOf(live.pid);
  if (started === undefined && terminal.pane === undefined) return [];
  const { launch, problems } = await describeLaunch(terminal, id, started);
  await saveLaunch(terminal, launch);
  return problems;
}

/** Finds the session that runs in a terminal, or that ran there last. */
export async function findId(terminal: SessionTerminal, accountHomes: readonly string[]) {
  const { place } = terminal;
  terminal.requireActive();
  const occupant = await terminal.occupant(accountHomes);
  switch (occupant.kind) {
    case 'session':
      return { id: occupant.live.sessionId, source: 'record', live: occupant.live } as const;
    case 'other':
      return await terminal.blockUnknown(occupant.pid);
    case 'shell': {
      const hint = lastHint(await terminal.capture());
      // Below an error the program prints the id that it could not resume.
      if (hint?.id === undefined || hint.hasFailed || !hint.isBelowLastLaunch) {
        return block(failoverProblem('no-resume-hint', place));
      }
      return { id: hint.id, source: 'pane', live: undefined } as const;
    }
    default:
      return occupant satisfies never;
  }
}
