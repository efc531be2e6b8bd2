import { dirname } from '../../core/paths.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import type { LinkState } from '../../links/report.ts';
import { type SessionProblem, sessionProblem } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import { keyOf } from '../project-key.ts';
import type { TranscriptContent } from '../transcript/summary.ts';
import type { ResumeFacts } from './facts.ts';
import type { Candidate } from './look-up.ts';

/** Says what is lost, or may be, if a session is resumed from this transcript. */
export function* warningsOf(
  candidate: Candidate,
  behaviors: readonly ProgramBehavior[],
  facts: ResumeFacts,
): Generator<SessionProblem, void> {
  const { at, content } = candidate;
  const { path, projectKey } = at;
  const { from, config, companions, ownPeriodDays: periodDays, now } = facts;
  const copies = otherCopies(candidate, facts);
  if (copies.length > 0) yield sessionProblem('other-copies', { path, copies });
  if (content.kind === 'read') yield* contentWarnings(path, content.content, behaviors);
  if (at.isInLinkedDirectory) {
    const reason = 'linked-directory';
    yield sessionProblem('found-conditionally', { path: dirname(path), reason });
  }
  for (const { path: companion, modifiedAt } of companions) {
    const isOld = now.getTime() - modifiedAt.getTime() > periodDays * DAY_MS;
    if (isOld) yield sessionProblem('about-to-expire', { path: companion, periodDays });
  }
  if (facts.isOutside) yield sessionProblem('found-conditionally', { path, reason: 'path' });
  const memory = facts.lockedMemory.get(path);
  if (memory !== undefined) yield sessionProblem('memory-not-permitted', memory);
  if (facts.asksForTrust && facts.cwdErrno === undefined) {
    yield sessionProblem('directory-not-trusted', { path: config.path, cwd: from.cwd });
  }
  const isOfWorktree = from.worktrees.some((directory) => keyOf(directory) === projectKey);
  if (isOfWorktree && projectKey !== keyOf(from.cwd)) {
    yield sessionProblem('found-conditionally', { path, reason: 'worktree' });
  }
}

function* contentWarnings(
  path: string,
  { lastLineTruncated, invalidLines, branchCount = 0, organizations }: TranscriptContent,
  behaviors: readonly ProgramBehavior[],
): Generator<SessionProblem, void> {
  if (lastLineTruncated && behaviors.some(({ repairsLastLine }) => !repairsLastLine)) {
    yield sessionProblem('transcript-damaged', { path, reason: 'last-line-truncated' });
  }
  if (invalidLines > Number(lastLineTruncated)) {
    yield sessionProblem('transcript-damaged', { path, reason: 'lines-lost' });
  }
  if (branchCount > 1) {
    yield sessionProblem('transcript-damaged', { path, reason: 'forked', branchCount });
  }
  const [organization, another] = organizations;
  const isChecked = behaviors.some(({ refusesOrganizations }) => refusesOrganizations);
  if (organization !== undefined && another === undefined && isChecked) {
    yield sessionProblem('organization-bound', { path, organization });
  }
}

/** One path of each other file, in this home if it has one. */
function otherCopies({ transcript }: Candidate, facts: ResumeFacts): readonly string[] {
  const others = new Set(facts.candidates.map((candidate) => candidate.transcript));
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
    if (link === undefined || isGoodEnough(name, link.state)) return [];
    return sessionProblem('state-not-shared', { name, ...link });
  });
}

function isGoodEnough(name: string, state: LinkState): boolean {
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

/** Processes that would write to the same transcript, or may. */
export function runningProblems(
  behaviors: readonly ProgramBehavior[],
  { live, accountHome, sessionId: id }: ResumeFacts,
  candidate: Candidate | undefined,
): readonly SessionProblem[] {
  const content = candidate?.content.kind === 'read' ? candidate.content.content : undefined;
  return live.map(({ kind, processState, path, pid, accountHomes, sessionId }) => {
    // The program inspects the records of its own home only.
    const isHere = processState === 'running' && accountHomes.includes(accountHome);
    const isMeant = sessionId === id || behaviors.some(({ foldsRecordedIds }) => foldsRecordedIds);
    return isHere && isMeant && BACKGROUND_KINDS.has(kind)
      ? sessionProblem('running-in-background', { path, pid, accountHome })
      : sessionProblem('session-running', {
          path,
          pid,
          accountHome: accountHomes[0],
          processState,
          ...(content?.continuesAt === undefined ? {} : { continuesAt: content.continuesAt }),
        });
  });
}
