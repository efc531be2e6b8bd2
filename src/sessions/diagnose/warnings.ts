import { dirname } from '../../core/paths.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import type { LinkState } from '../../links/report.ts';
import type { LiveSession } from '../live-sessions.ts';
import { type SessionProblem, sessionProblem } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import { keyOf } from '../project-key.ts';
import type { TranscriptContent } from '../transcript/summary.ts';
import type { ResumeFacts } from './facts.ts';
import type { Candidate } from './look-up.ts';

/** Says what is lost, or may be, if a session is resumed from this transcript. */
export function warningsOf(
  candidate: Candidate,
  behaviors: readonly ProgramBehavior[],
  facts: ResumeFacts,
): readonly SessionProblem[] {
  const { at, content } = candidate;
  const { path, projectKey } = at;
  const { from, config, ownPeriodDays: periodDays, now } = facts;
  const problems: SessionProblem[] = [];
  const copies = otherCopies(candidate, facts);
  if (copies.length > 0) problems.push(sessionProblem('other-copies', { path, copies }));
  if (content.state === 'usable') {
    problems.push(...contentWarnings(path, content.details, behaviors));
  }
  if (at.isInLinkedDirectory) {
    const fields = { path: dirname(path), reason: 'linked-directory' } as const;
    problems.push(sessionProblem('found-conditionally', fields));
  }
  for (const { path: companion, modifiedAt } of facts.companions) {
    if (now.getTime() - modifiedAt.getTime() > periodDays * DAY_MS) {
      problems.push(sessionProblem('about-to-expire', { path: companion, periodDays }));
    }
  }
  const memory = facts.lockedMemory.get(path);
  if (memory !== undefined) problems.push(sessionProblem('memory-not-permitted', memory));
  if (facts.asksForTrust && facts.cwdErrno === undefined) {
    const fields = { path: config.path, cwd: from.cwd };
    problems.push(sessionProblem('directory-not-trusted', fields));
  }
  const isOfWorktree = from.worktrees.some((directory) => keyOf(directory) === projectKey);
  if (isOfWorktree && projectKey !== keyOf(from.cwd)) {
    problems.push(sessionProblem('found-conditionally', { path, reason: 'worktree' }));
  }
  return problems;
}

function contentWarnings(
  path: string,
  { lastLineTruncated, startMissing, branchCount = 0, organizations }: TranscriptContent,
  behaviors: readonly ProgramBehavior[],
): readonly SessionProblem[] {
  const problems: SessionProblem[] = [];
  if (lastLineTruncated && behaviors.some(({ repairsLastLine }) => !repairsLastLine)) {
    problems.push(sessionProblem('transcript-damaged', { path, reason: 'last-line-truncated' }));
  }
  if (startMissing) {
    problems.push(sessionProblem('transcript-damaged', { path, reason: 'start-missing' }));
  }
  if (branchCount > 1) {
    const fields = { path, reason: 'forked', branchCount } as const;
    problems.push(sessionProblem('transcript-damaged', fields));
  }
  const [organization, another] = organizations;
  const isChecked = behaviors.some(({ refusesByContent }) => refusesByContent);
  if (organization !== undefined && another === undefined && isChecked) {
    problems.push(sessionProblem('organization-bound', { path, organization }));
  }
  return problems;
}

/** One path of each other file, in this home if it has one. */
function otherCopies({ transcript }: Candidate, facts: ResumeFacts): readonly string[] {
  const others = new Set(facts.candidates.map((one) => one.transcript));
  others.delete(transcript);
  return [...others]
    .filter(({ kind }) => kind === 'file')
    .map(({ paths }) => {
      const here = paths.find(({ accountHome }) => accountHome === facts.accountHome);
      return (here ?? paths[0]).path;
    });
}

/** What this home does not share. */
export function sharingWarnings({ links }: ResumeFacts): readonly SessionProblem[] {
  return ['projects', 'file-history', 'session-env'].flatMap((name) => {
    const link = links.get(name);
    const isFine = link === undefined || suffices(name, link.state);
    return isFine ? [] : sessionProblem('state-not-shared', { name, ...link });
  });
}

function suffices(name: string, state: LinkState): boolean {
  if (state === 'linked' || state === 'equivalent') return true;
  const isUsable = state === 'missing' || state === 'directory' || state === 'divergent';
  return name === 'session-env' && isUsable;
}

// Seen on 2.1.197 and 2.1.329: other kinds, and records without one, are no reason to refuse.
const BACKGROUND_KINDS: ReadonlySet<string | undefined> = new Set([
  'bg',
  'daemon',
  'daemon-worker',
]);

/** Whether the program refuses because of it: it inspects the records of its own home only. */
export function runsInBackground(
  { accountHomes, kind, processState }: LiveSession,
  accountHome: string,
): boolean {
  return (
    processState === 'running' && accountHomes.includes(accountHome) && BACKGROUND_KINDS.has(kind)
  );
}

/** Processes that would write to the same transcript, or may. */
export function liveWarnings({ live, accountHome }: ResumeFacts): readonly SessionProblem[] {
  return live
    .filter((session) => !runsInBackground(session, accountHome))
    .map(({ processState, path, pid, accountHomes }) =>
      sessionProblem('session-running', { path, pid, accountHome: accountHomes[0], processState }),
    );
}
