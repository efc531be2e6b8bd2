import { join } from '../../core/paths.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import type { LinkState } from '../../links/report.ts';
import { type SessionProblem, sessionProblem, type UnusableReason } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import { keyOf } from '../project-key.ts';
import type { ResumeFacts } from './facts.ts';
import { type Candidate, isBehindLink, type LookUp } from './look-up.ts';

/** Says why a search did not end with a transcript that can be resumed. */
export function causesOf(
  behavior: ProgramBehavior,
  outcome: LookUp,
  facts: ResumeFacts,
): readonly SessionProblem[] {
  switch (outcome.end) {
    case 'found':
      return [...refusalsOf(behavior, outcome.candidate), ...contentProblems(outcome.candidate)];
    case 'blocked':
      return contentProblems(outcome.candidate);
    case 'several': {
      const copies = outcome.candidates.map(({ at }) => at.path);
      const { path } = outcome.candidates[0].at;
      return [sessionProblem('several-copies', { path, copies })];
    }
    case 'nothing':
      return nothingFound(behavior, facts);
    default:
      return outcome satisfies never;
  }
}

/** Why some versions do not continue a transcript that is usable otherwise. */
function refusalsOf(
  { refusesByContent }: ProgramBehavior,
  { at: { path }, content }: Candidate,
): readonly SessionProblem[] {
  if (!refusesByContent || content.state !== 'usable') return [];
  const { organizations, endedByModel } = content.details;
  const reasons: readonly UnusableReason[] = [
    ...(organizations.length > 1 ? (['several-organizations'] as const) : []),
    ...(endedByModel ? (['ended-by-model'] as const) : []),
  ];
  return reasons.map((reason) => sessionProblem('transcript-unusable', { path, reason }));
}

/** What is wrong with the content in every version. */
function contentProblems({ at: { path }, content }: Candidate): readonly SessionProblem[] {
  switch (content.state) {
    case 'usable':
      return [];
    case 'not-a-file':
      return [sessionProblem('transcript-not-a-file', { path })];
    case 'unreadable':
      return [unreadable({ path, errno: content.errno })];
    default:
      return [sessionProblem('transcript-unusable', { path, reason: content.state })];
  }
}

function unreadable({ path, errno }: { readonly path: string; readonly errno: string }) {
  return sessionProblem('transcript-inaccessible', { path, errno, access: 'read' });
}

function nothingFound(behavior: ProgramBehavior, facts: ResumeFacts): readonly SessionProblem[] {
  const { here, accountHome } = facts;
  const usable = here.find(({ content }) => content.state === 'usable');
  if (usable !== undefined) return [misplaced(behavior, usable)];
  const hidden = facts.unreadable
    .filter((one) => one.accountHome === accountHome && !isAbsent(one.errno))
    .map(unreadable);
  const explained = here.length > 0 ? here.flatMap(contentProblems) : elsewhere(facts);
  const all = [...explained, ...hidden];
  return all.length > 0 ? all : [gone(facts)];
}

/** `projects` is then reported as a link problem. */
function isAbsent(errno: string): boolean {
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP';
}

/** A transcript that would do, but is not where this program looks. */
function misplaced({ searchesAllProjects }: ProgramBehavior, candidate: Candidate): SessionProblem {
  const { path } = candidate.at;
  if (searchesAllProjects) {
    const reason = isBehindLink(candidate) ? 'behind-link' : 'no-messages';
    return sessionProblem('transcript-not-detected', { path, reason });
  }
  const recordedCwd = recordedCwdIn(candidate);
  return sessionProblem(
    'wrong-working-directory',
    recordedCwd === undefined ? { path } : { path, recordedCwd },
  );
}

/** The working directory that a transcript names itself. */
export function recordedCwdIn({ content }: Candidate): string | undefined {
  return content.state === 'usable' ? content.details.cwd : undefined;
}

function elsewhere(facts: ResumeFacts): readonly SessionProblem[] {
  const { candidates, links, otherSpelling: path } = facts;
  const projects = links.get('projects');
  const usable = candidates.filter(({ content }) => content.state === 'usable');
  // A mere link makes that one visible.
  const best = usable.find(({ at }) => at.accountHome === undefined) ?? usable[0] ?? candidates[0];
  if (best === undefined) {
    if (path === undefined) return [];
    const spelling = path.slice(-ID_LENGTH - '.jsonl'.length, -'.jsonl'.length);
    return [sessionProblem('session-id-other-case', { path, spelling })];
  }
  const shared = candidates.find(
    ({ at, transcript }) => at.accountHome === undefined && transcript === best.transcript,
  );
  const problem =
    shared === undefined || projects === undefined
      ? sessionProblem('transcript-not-shared', pathAndHome(best))
      : sessionProblem(linkCode(projects.state), { ...projects, transcript: shared.at.path });
  return [problem, ...contentProblems(best)];
}

const ID_LENGTH = 36;

function linkCode(state: LinkState) {
  switch (state) {
    case 'missing':
      return 'projects-link-missing';
    case 'directory':
      return 'projects-not-linked';
    case 'linked':
    case 'equivalent':
    case 'divergent':
    case 'dangling':
    case 'loop':
    case 'file':
    case 'other':
    case 'unreadable':
      return 'projects-link-wrong';
    default:
      return state satisfies never;
  }
}

function pathAndHome({ at: { path, accountHome } }: Candidate) {
  return accountHome === undefined ? { path } : { path, accountHome };
}

function gone({ sessionId, accountHome, from, lastUsed, periodDays, now }: ResumeFacts) {
  const directory = join(join(accountHome, 'projects'), keyOf(from.cwd));
  const path = join(directory, `${sessionId}.jsonl`);
  const isExpired =
    lastUsed !== undefined && now.getTime() - lastUsed.getTime() > periodDays * DAY_MS;
  return sessionProblem('transcript-missing', {
    path,
    sessionId,
    ...(isExpired ? { lastUsed: lastUsed.toISOString(), periodDays } : {}),
  });
}
