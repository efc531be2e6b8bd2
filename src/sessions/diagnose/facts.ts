import { mapLimit } from '../../core/map-limit.ts';
import { dirname, join, withoutTrailingSeparators } from '../../core/paths.ts';
import { failure, type Result, toResult } from '../../core/result.ts';
import { drive, SEARCH, WRITE } from '../../fs/calls.ts';
import { textOf } from '../../fs/port.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { accountIn } from '../../homes/account.ts';
import { readConfig } from '../../homes/config.ts';
import { inspectShared } from '../../links/inspect.ts';
import { periodDaysOf } from '../../retention/managed-settings.ts';
import type { ResumeRequest } from '../diagnose-resume.ts';
import { findRoots, findTranscripts, type Transcript, transcriptAt } from '../find-transcripts.ts';
import { findLiveSessions } from '../live-sessions.ts';
import type { ResumeUUID } from '../resume-uuid.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { worktreesOf } from '../worktrees.ts';
import { isDefaultHome } from '../program.ts';
import type { NamedSession } from './named-session.ts';
import { type Candidate, ownProjects, type StartingPoint } from './look-up.ts';
import {
  findLockedMemory,
  isLoggedIn,
  isTrusted,
  loginOverridesIn,
  periodDaysIn,
  readProgramSettings,
  redirectionsIn,
} from './settings.ts';

/** Everything that a diagnosis rests on. */
export type ResumeFacts = Awaited<ReturnType<typeof gatherFacts>>;

/** Gathers the facts about the session of an id, or of the transcript `file`, and changes nothing. */
export async function gatherFacts({ sessionId, file }: NamedSession, request: ResumeRequest) {
  const { fs, accountHome, accountHomes, required, interactive, now, processInspector } = request;
  const { entered, ownKeys, ...place } = await findStartingPoint(request);
  const from: StartingPoint = { ...place, file };
  const { cwd, worktrees } = from;
  const { environment, managedSettings, programVersion } = request;

  const { roots, unreadable } = await findRoots(fs, accountHomes, required);
  const found =
    file === undefined
      ? await findTranscripts(fs, sessionId, roots, ownKeys)
      : { transcripts: await transcriptAt(fs, file, accountHome), unreadable: [] };
  const candidates = (
    await mapLimit(found.transcripts, (transcript) => candidatesOf(fs, transcript))
  ).flat();
  const here = candidates.filter(({ at }) => at.accountHome === accountHome);

  const settings = await readProgramSettings(fs, accountHome, cwd, managedSettings);
  const config = await readConfig(fs, accountHome, isDefaultHome(request));
  const periods = await mapLimit(accountHomes, (home) => periodDaysOf(fs, home, managedSettings));
  const { homes } = await drive(inspectShared([accountHome], required), fs);
  const links = homes.flatMap((home) => home.links);
  const live = await findLiveSessions(accountHomes, { fs, processInspector });
  return {
    sessionId,
    accountHome,
    programVersion,
    from,
    /** Why the program can't be started there. */
    cwdErrno: entered.ok ? undefined : entered.errno,
    /** Every path of every transcript of the session. */
    candidates,
    /** Those that the home in question has. */
    here,
    /** The transcript is named by a path that is in no directory of projects. */
    isOutside:
      file !== undefined &&
      !roots.flat().some(({ path }) => dirname(dirname(file)) === withoutTrailingSeparators(path)),
    unreadable: [...unreadable, ...found.unreadable],
    /** Why a transcript in this home can't be written, by its path. */
    unwritable: await mapPaths(here, async (path) => {
      const access = await toResult(fs.access(path, WRITE));
      return access.ok ? undefined : access.errno;
    }),
    /** The shared links of this home by their names. */
    links: new Map(links.map(({ name, path, state }) => [name, { path, state }])),
    now,
    /** After how many days the program, started here, deletes what belongs to a session. */
    ownPeriodDays: periodDaysIn(settings),
    /** The shortest period of all homes. */
    periodDays: Math.min(...periods),
    /** What this home has of the session in its `file-history` and `session-env`. */
    companions: await companionsOf(fs, accountHome, sessionId),
    /** The processes that run the session, or may. */
    live: live.sessions.filter(
      (session) => session.sessionId.toLowerCase() === sessionId.toLowerCase(),
    ),
    /** What may hide a running process. */
    liveProblems: live.problems,
    /** Auto-memory of the projects that have the session, by the path of the transcript. */
    lockedMemory: await mapPaths(interactive ? [] : here, (path) =>
      findLockedMemory(fs, settings[0], dirname(path)),
    ),
    config,
    /** Whether the program would ask on a terminal whether to trust the directory. */
    asksForTrust: interactive && !isTrusted(config, [cwd, ...worktrees.slice(0, 1)]),
    /** Who is logged in under this home. */
    account: accountIn(config.value),
    isTerminal: interactive,
    redirections: redirectionsIn(settings, accountHome),
    /** What comes before the login of this home. */
    loginOverrides: isLoggedIn(config) ? loginOverridesIn(settings, environment) : [],
  };
}

/** Where the program starts, and the projects that it searches first. */
export async function findStartingPoint(request: ResumeRequest) {
  const { fs, environment } = request;
  const entered = await enter(fs, request.cwd);
  const cwd = entered.ok ? entered.value : request.cwd;
  const worktrees = await worktreesOf(fs, cwd);
  const projectDirName = environment['CLAUDE_CODE_PROJECT_DIR_NAME'];
  const from: StartingPoint = { cwd, worktrees, homes: request, projectDirName };
  const ownKeys = ownProjects({ readsProjectDirName: true, searchesWorktrees: true }, from).map(
    ({ key }) => key,
  );
  return { ...from, entered, ownKeys };
}

/** The real path of a directory that this process may enter. */
async function enter(fs: SessionReadFs, cwd: string): Promise<Result<string>> {
  const real = await toResult(fs.realpath(cwd));
  if (!real.ok) return real;
  const path = textOf(real.value);
  const stats = await toResult(fs.stat(path, { bigint: true }));
  if (!stats.ok) return stats;
  if (!stats.value.isDirectory()) return failure({ code: 'ENOTDIR' });
  const entered = await toResult(fs.access(path, SEARCH));
  return entered.ok ? { ok: true, value: path } : entered;
}

async function candidatesOf(
  fs: SessionReadFs,
  transcript: Transcript,
): Promise<readonly Candidate[]> {
  const content = await contentOf(fs, transcript);
  return transcript.paths.map((at) => ({ at, transcript, content }));
}

async function contentOf(
  fs: SessionReadFs,
  { kind, paths }: Transcript,
): Promise<Candidate['content']> {
  if (kind !== 'file') return { kind: 'not-a-file' };
  const read = await readTranscript(fs, paths[0].path);
  return read.ok ? { kind: 'read', ...read.value } : { kind: 'unreadable', errno: read.errno };
}

/** What a call says about the paths of candidates, where it says anything. */
async function mapPaths<Value>(
  candidates: readonly Candidate[],
  map: (path: string) => Promise<Value | undefined>,
): Promise<ReadonlyMap<string, Value>> {
  const entries = await mapLimit(candidates, async ({ at: { path } }) => {
    const value = await map(path);
    return value === undefined ? [] : [[path, value] as const];
  });
  return new Map(entries.flat());
}

async function companionsOf(fs: SessionReadFs, accountHome: string, sessionId: ResumeUUID) {
  const companions = ['file-history', 'session-env'].map(async (name) => {
    const path = join(join(accountHome, name), sessionId);
    const stats = await toResult(fs.stat(path, { bigint: true }));
    return stats.ok ? [{ path, modifiedAt: new Date(Number(stats.value.mtimeMs)) }] : [];
  });
  return (await Promise.all(companions)).flat();
}
