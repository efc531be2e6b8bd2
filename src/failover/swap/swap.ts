import { mapLimit } from '../../core/map-limit.ts';
import { join } from '../../core/paths.ts';
import { toResult } from '../../core/result.ts';
import type { FailoverFs } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { entryOf, identityOf } from '../../fs/stats.ts';
import { validateAll } from '../../links/ensure.ts';
import { isSharedStateError } from '../../links/error.ts';
import { type FailoverProblem, failoverProblem } from '../problems.ts';
import { withLock } from './lock.ts';
import { checkSwap, type FailoverContext, type SwapOptions, type SwapRequest } from './options.ts';
import { relaunchOne, type ResumeClaims, skip } from './relaunch.ts';
import { isUp, type SavedSession, type SwapReport } from './report.ts';
import { saveOne } from './save.ts';
import { type Attempt, attempt, SessionTerminal } from './session-terminal.ts';
import { stopSession } from './stop.ts';

/**
 * Moves all sessions from one account to another, in an order in which a crash at any moment loses none: validates the
 * links of both homes, saves the ids, stops the programs, and resumes them under the other account.
 *
 * Every step can be repeated: after a crash, make the same call again to continue. A program is asked to end, and killed
 * if it doesn't. A program without a session record is never touched, nor is a session that could not be resumed under
 * the other account. A terminal without a valid id is left at its shell. Calls on the same state directory exclude each
 * other.
 *
 * @param options - `from` and `to`: account homes; `sessions`: `{ name, cwd }` of each; `terminal`, `stateDirectory`;
 * `required`, the shared links; `resume`: how the program is started; `stopTimeoutMs` and `resumeTimeoutMs`, in
 * milliseconds; `onEvent`; `signal`.
 * @returns The outcome of each session, with the problems. Never rejects because of what it finds.
 * @throws {SharedStateError} Only for bad arguments.
 *
 * @example Nothing is stopped if a session could not continue
 * ```ts
 * import assert from 'node:assert/strict';
 * import { memfs } from 'memfs';
 * import { requiredSharedUnder } from 'claude-shared-state';
 * import { swapAccounts, type Terminal } from 'claude-shared-state/failover';
 *
 * // The spare account has a directory of its own, so it can't see the other one's sessions.
 * const { fs } = memfs({ '/home/me/.claude': null, '/home/me/.claude-spare/projects': null });
 * const refuse = async () => assert.fail('no terminal is touched');
 * const terminal: Terminal = {
 *   capture: refuse,
 *   type: refuse,
 *   press: refuse,
 *   processIds: refuse,
 *   isAtShell: refuse,
 *   signal: refuse,
 * };
 * const { outcome, problems } = await swapAccounts({
 *   from: '/home/me/.claude',
 *   to: '/home/me/.claude-spare',
 *   sessions: [{ name: 'api', cwd: '/work/api' }],
 *   stateDirectory: '/home/me/.failover',
 *   required: requiredSharedUnder('/home/me'),
 *   terminal,
 *   fs,
 * });
 * assert.equal(outcome, 'refused');
 * assert.deepEqual(
 *   problems.filter(({ severity }) => severity === 'error').map(({ code, remedy }) => [code, remedy]),
 *   [['not-a-symlink', 'migrate']],
 * );
 * ```
 */
export async function swapAccounts(options: SwapOptions): Promise<SwapReport> {
  const { context, request } = checkSwap(options);
  const locked = await withLock(context, () => runSwap(context, request));
  return locked.ok ? locked.value : refused(locked.problems);
}

function refused(problems: readonly FailoverProblem[]): SwapReport {
  return { ok: false, outcome: 'refused', sessions: [], problems };
}

/** Saves everything before it stops anything, and stops everything before it starts anything. */
async function runSwap(context: FailoverContext, request: SwapRequest): Promise<SwapReport> {
  const { from, to, sessions, onEvent } = request;
  onEvent({ kind: 'started', from, to });
  const validated = await validate(context, request);
  if (!validated.ok) {
    onEvent({ kind: 'finished', ok: false });
    return refused(validated.problems);
  }
  const problems = validated.value;
  onEvent({ kind: 'validated', problems });

  const terminals = sessions.map((session) => new SessionTerminal(context, session));
  const saved = await mapLimit(terminals, (terminal) => saveOne(terminal, [from, to]));
  onEvent({ kind: 'saved', sessions: saved });

  const unsaved = new Map(saved.filter(isUnsaved).map((session) => [session.name, session]));
  const stopped = new Map(
    await mapLimit(terminals, async (terminal) => {
      const result = await stop(terminal, request, unsaved.get(terminal.name));
      return [terminal.name, result] as const;
    }),
  );

  const claims: ResumeClaims = new Map();
  const relaunched = await mapLimit(terminals, async (terminal) => {
    const blocked = stopped.get(terminal.name);
    const session =
      blocked === undefined
        ? await relaunchOne(terminal, request.resume, claims)
        : skip(terminal.name, blocked);
    onEvent({ kind: 'relaunched', session });
    return session;
  });
  const ok = relaunched.every(isUp);
  onEvent({ kind: 'finished', ok });
  const outcome = context.signal?.aborted === true && !ok ? 'stopped' : 'done';
  return { ok, outcome, sessions: relaunched, problems };
}

/** Whether nobody could say afterwards which session ran: an older id is not that of the one that runs now. */
function isUnsaved({ sessionId, problems }: SavedSession): boolean {
  return sessionId === undefined || problems.some(({ severity }) => severity === 'error');
}

/** Stops a session; returns the problems that block it. */
async function stop(
  terminal: SessionTerminal,
  request: SwapRequest,
  unsaved: SavedSession | undefined,
): Promise<readonly FailoverProblem[] | undefined> {
  const { name: session } = terminal;
  // Without an id it could not be resumed.
  const stopped =
    unsaved === undefined
      ? await attempt(() => stopSession(terminal, request))
      : ({ ok: false, problems: unsaved.problems } as const);
  if (stopped.ok) {
    request.onEvent({ kind: 'stopped', session, ...stopped.value });
    return undefined;
  }
  for (const problem of stopped.problems) request.onEvent({ kind: 'skipped', session, problem });
  return stopped.problems;
}

/** Makes sure that what ran under one account can be resumed under the other. */
async function validate(
  { fs }: FailoverContext,
  { from, to, resume: { required } }: SwapRequest,
): Promise<Attempt<readonly FailoverProblem[]>> {
  const home = await toResult(fs.stat(to, { bigint: true }));
  if (!home.ok || !home.value.isDirectory()) {
    // The links could be created in a new home, but nobody is logged in there.
    return { ok: false, problems: [failoverProblem('target-home-missing', { path: to })] };
  }
  const overlap = await findOverlap(fs, from, to);
  if (overlap !== undefined) return { ok: false, problems: [overlap] };
  const validated = await toResult(validateAll([from, to], { required, fs }));
  if (validated.ok) {
    return { ok: true, value: validated.value.flatMap(({ problems }) => problems) };
  }
  if (!isSharedStateError(validated.error)) throw validated.error;
  return { ok: false, problems: validated.error.problems };
}

/** The problem of two accounts that keep their session records in the same place. */
export async function findOverlap(
  fs: Pick<FailoverFs, 'realpath' | 'stat'>,
  from: string,
  to: string,
): Promise<FailoverProblem | undefined> {
  for (const [otherPath, path] of [
    [from, to],
    [join(from, 'sessions'), join(to, 'sessions')],
  ] as const) {
    const directory = await directoryAt(fs, path);
    if (directory !== undefined && directory === (await directoryAt(fs, otherPath))) {
      return failoverProblem('accounts-overlap', { path, otherPath });
    }
  }
  return undefined;
}

/** What identifies the directory at a path; `undefined` if there is none, or that is unknown. */
async function directoryAt(
  fs: Pick<FailoverFs, 'realpath' | 'stat'>,
  path: string,
): Promise<string | undefined> {
  const stats = await toResult(fs.stat(path, { bigint: true }));
  if (!stats.ok) return undefined;
  const real = async () => {
    const resolved = await toResult(fs.realpath(path));
    return resolved.ok ? textOf(resolved.value) : undefined;
  };
  return identityOf(entryOf(stats.value)) ?? (await real());
}
