import { toResult } from '../../core/result.ts';
import { drive } from '../../fs/calls.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { readCleanupPeriod } from '../../links/cleanup-period.ts';
import { daysOf } from '../../links/compare-retention.ts';
import { join } from '../../core/paths.ts';
import { mapLimit } from '../../core/map-limit.ts';
import { findLiveSessions, type LiveSession } from '../live-sessions.ts';
import type { ResumeUUID } from '../resume-uuid.ts';
import type { SessionProblem } from '../session-problem.ts';
import type { SessionFacts } from './session-facts.ts';
import type { Candidate } from './look-up.ts';
import { findLockedMemory, type LockedMemory } from './memory.ts';
import { lastPromptOf } from './prompt-history.ts';
import type { ResumeRequest } from './request.ts';
import { type Redirection, redirectionsIn } from './redirections.ts';
import { periodDaysIn, readProgramSettings, type Settings } from './settings.ts';
import { isTrusted, type ProgramConfig, readConfig } from './trust.ts';

/** A directory of a session beside its transcript. */
interface Companion {
  readonly path: string;
  readonly modified: Date;
}

/** What bears on a session apart from its files: processes, settings, the time. */
export interface Surroundings {
  readonly now: Date;
  /** When the session was last used, as far as anybody knows. */
  readonly lastUsed?: Date;
  /** After how many days the program, started here, deletes what belongs to a session. */
  readonly ownPeriodDays: number;
  /** The shortest period of all homes. */
  readonly periodDays: number;
  /** What this home has of the session in its `file-history` and `session-env`. */
  readonly companions: readonly Companion[];
  readonly live: readonly LiveSession[];
  /** What may hide a running process. */
  readonly unseen: readonly SessionProblem[];
  /** Auto-memory of the projects in which the session was found, by the path of the transcript. */
  readonly lockedMemory: ReadonlyMap<string, LockedMemory>;
  readonly config: ProgramConfig;
  /** Whether the program would ask on a terminal whether the directory can be trusted. */
  readonly asksForTrust: boolean;
  readonly redirections: readonly Redirection[];
}

/** Gathers what bears on a session apart from its files, and changes nothing. */
export async function gatherSurroundings(
  fs: SessionReadFs,
  { sessionId, cwd, worktrees, candidates }: SessionFacts,
  request: ResumeRequest,
): Promise<Surroundings> {
  const { accountHome, accountHomes, interactive, now } = request;
  const settings = await readProgramSettings(fs, accountHome, cwd);
  const periods: number[] = [];
  for (const home of accountHomes) {
    periods.push(daysOf((await drive(readCleanupPeriod(home), fs)).periodDays));
  }
  const isGone = candidates.length === 0;
  const lastUsed =
    request.lastUsed ?? (isGone ? await lastPromptOf(fs, accountHomes, sessionId) : undefined);
  const config = await readConfig(fs, request);
  const isFine = !interactive || isTrusted(config, [cwd, ...worktrees.slice(0, 1)]);
  const lockedMemory = interactive
    ? []
    : await findAllLocked(fs, accountHome, settings[0], candidates);
  const { processInspector } = request;
  const { sessions, problems } = await findLiveSessions(accountHomes, { fs, processInspector });
  return {
    now,
    ...(lastUsed === undefined ? {} : { lastUsed }),
    ownPeriodDays: periodDaysIn(settings),
    periodDays: Math.min(...periods),
    companions: await companionsOf(fs, accountHome, sessionId),
    unseen: problems,
    live: sessions.filter((one) => one.sessionId.toLowerCase() === sessionId.toLowerCase()),
    lockedMemory: new Map(lockedMemory),
    config,
    asksForTrust: !isFine,
    redirections: redirectionsIn(settings, accountHome),
  };
}

async function findAllLocked(
  fs: SessionReadFs,
  accountHome: string,
  settings: Settings,
  candidates: readonly Candidate[],
): Promise<readonly (readonly [string, LockedMemory])[]> {
  const here = candidates.filter(({ name }) => name.accountHome === accountHome);
  const all = await mapLimit(here, async ({ name: { path } }) => ({
    path,
    locked: await findLockedMemory(fs, settings, path),
  }));
  return all.flatMap(({ path, locked }) => (locked === undefined ? [] : [[path, locked] as const]));
}

async function companionsOf(
  fs: SessionReadFs,
  accountHome: string,
  sessionId: ResumeUUID,
): Promise<readonly Companion[]> {
  const paths = ['file-history', 'session-env'].map((name) =>
    join(join(accountHome, name), sessionId),
  );
  const all = await Promise.all(
    paths.map(async (path) => ({ path, stats: await toResult(fs.stat(path, { bigint: true })) })),
  );
  return all.flatMap(({ path, stats }) =>
    stats.ok ? [{ path, modified: new Date(Number(stats.value.mtimeMs)) }] : [],
  );
}
