import { type Result, toResult } from '../../core/result.ts';
import { drive, SEARCH, WRITE } from '../../fs/calls.ts';
import { textOf } from '../../fs/port.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import type { LinkState } from '../../links/report.ts';
import { inspectShared } from '../../links/inspect.ts';
import type { ResumeUUID } from '../resume-uuid.ts';
import { mapLimit } from '../../core/map-limit.ts';
import { findRoots } from '../roots.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { searchTranscripts, type Transcript, type Unreadable } from '../transcripts.ts';
import { worktreesOf } from '../worktrees.ts';
import type { Candidate, Content } from './look-up.ts';
import { ownProjectsFor } from './own-projects.ts';
import { findOtherSpelling } from './other-spelling.ts';
import type { ResumeRequest } from './request.ts';

/** A shared link of the home in question. */
export interface SharedPlace {
  readonly path: string;
  readonly state: LinkState;
}

/** What there is of a session, in all homes. */
export interface SessionFacts {
  readonly sessionId: ResumeUUID;
  readonly accountHome: string;
  /** Where the program would be started; its real path where that can be told. */
  readonly cwd: string;
  /** Why it cannot be started there. */
  readonly cwdErrno?: string;
  /** The working directories of the repository, the main one first. */
  readonly worktrees: readonly string[];
  /** Every name of every transcript of the session. */
  readonly candidates: readonly Candidate[];
  readonly unreadable: readonly Unreadable[];
  /** Why a transcript in this home cannot be written, by its path. */
  readonly unwritable: ReadonlyMap<string, string>;
  /** A transcript whose name differs in upper and lower case alone, looked for where there is no other. */
  readonly otherSpelling?: string;
  /** The shared links of this home by their names. */
  readonly links: ReadonlyMap<string, SharedPlace>;
}

/** Gathers what there is of a session, and changes nothing. */
export async function gatherSession(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  request: ResumeRequest,
): Promise<SessionFacts> {
  const { accountHome, accountHomes, required } = request;
  const entered = await enter(fs, request.cwd);
  const cwd = entered.ok ? entered.value : request.cwd;
  const { roots, failures } = await findRoots(fs, accountHomes, required);
  const worktrees = await worktreesOf(fs, cwd);
  const own = ownProjectsFor('all-projects', cwd, worktrees, request);
  const ownKeys = own.map(({ key }) => key);
  const { transcripts, unreadable } = await searchTranscripts(fs, sessionId, roots, ownKeys);
  const candidates = (await mapLimit(transcripts, async (it) => await candidatesOf(fs, it))).flat();
  const { homes } = await drive(inspectShared([accountHome], required), fs);
  const links = homes.flatMap((home) => home.links);
  const otherSpelling =
    transcripts.length === 0 ? await findOtherSpelling(fs, sessionId, roots) : undefined;
  return {
    sessionId,
    accountHome,
    cwd,
    ...(entered.ok ? {} : { cwdErrno: entered.errno }),
    worktrees,
    candidates,
    unreadable: [
      ...failures.map(({ failure, ...way }) => ({ ...way, errno: failure.errno })),
      ...unreadable,
    ],
    unwritable: await findUnwritable(
      fs,
      candidates.filter(({ name }) => name.accountHome === accountHome),
    ),
    ...(otherSpelling === undefined ? {} : { otherSpelling }),
    links: new Map(links.map(({ name, path, state }) => [name, { path, state }])),
  };
}

/** The real path of a directory that this process may enter. */
async function enter(fs: SessionReadFs, cwd: string): Promise<Result<string>> {
  const real = await toResult(fs.realpath(cwd));
  if (!real.ok) return real;
  const path = textOf(real.value);
  const stats = await toResult(fs.stat(path, { bigint: true }));
  if (!stats.ok) return stats;
  if (!stats.value.isDirectory()) return { ok: false, errno: 'ENOTDIR', error: undefined };
  const entered = await toResult(fs.access(path, SEARCH));
  return entered.ok ? { ok: true, value: path } : entered;
}

async function candidatesOf(
  fs: SessionReadFs,
  transcript: Transcript,
): Promise<readonly Candidate[]> {
  const content = await contentOf(fs, transcript);
  return transcript.names.map((name) => ({ name, transcript, content }));
}

async function contentOf(fs: SessionReadFs, { kind, names }: Transcript): Promise<Content> {
  if (kind !== 'file') return { state: 'not-a-file' };
  const read = await readTranscript(fs, names[0].path);
  if (!read.ok) return { state: 'unreadable', errno: read.errno };
  const { content, looksLikeMessages } = read.value;
  return { state: content.state, details: content, looksLikeMessages };
}

async function findUnwritable(
  fs: SessionReadFs,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, string>> {
  const answers = await mapLimit(candidates, async ({ name: { path } }) => ({
    path,
    access: await toResult(fs.access(path, WRITE)),
  }));
  return new Map(
    answers.flatMap(({ path, access }) => (access.ok ? [] : [[path, access.errno] as const])),
  );
}
