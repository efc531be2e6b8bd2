import type { LinkState } from '../../links/report.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import type { LookUpRule } from '../program.ts';
import { keyOf } from '../project-key.ts';
import type { Transcript, TranscriptName } from '../transcripts.ts';
import { type SessionProblem, sessionProblem } from '../session-problem.ts';
import { dirname } from '../../core/paths.ts';
import type { ResumeFacts } from './facts.ts';
import type { SharedPlace } from './session-facts.ts';
import type { Candidate } from './look-up.ts';

/** Says what is lost, or may be, where a session is resumed from this transcript. */
export function warningsOf(
  { name, transcript, content }: Candidate,
  rules: readonly LookUpRule[],
  facts: ResumeFacts,
): readonly SessionProblem[] {
  const { path } = name;
  const details = content.state === 'usable' ? content.details : undefined;
  const [bound, another] = details?.organizations ?? [];
  const copies = otherCopies(transcript, facts);
  const memory = facts.lockedMemory.get(path);
  return [
    ...(copies.length > 0 ? [sessionProblem('other-copies', { path, copies })] : []),
    ...(details?.endsTorn === true && rules.includes('own-projects')
      ? [sessionProblem('transcript-torn', { path })]
      : []),
    ...(details?.isFragment === true ? [sessionProblem('transcript-fragment', { path })] : []),
    ...(details?.leaves !== undefined && details.leaves > 1
      ? [sessionProblem('transcript-forked', { path, leaves: details.leaves })]
      : []),
    ...(bound !== undefined && another === undefined && rules.includes('all-projects')
      ? [sessionProblem('organization-bound', { path, organization: bound })]
      : []),
    ...(name.isInLinkedDirectory
      ? [sessionProblem('project-directory-linked', { path: dirname(path) })]
      : []),
    ...expiryWarnings(facts),
    ...(memory === undefined ? [] : [sessionProblem('memory-not-permitted', memory)]),
    ...(facts.asksForTrust && facts.cwdErrno === undefined
      ? [sessionProblem('directory-not-trusted', { path: facts.config.path, cwd: facts.cwd })]
      : []),
    ...(restsOnWorktree(name, facts) ? [sessionProblem('found-by-worktree', { path })] : []),
  ];
}

/** Whether it is found only because git names its working directory. */
function restsOnWorktree({ projectKey }: TranscriptName, { cwd, worktrees }: ResumeFacts): boolean {
  return projectKey !== keyOf(cwd) && worktrees.some((path) => keyOf(path) === projectKey);
}

/** One path for each other file, in this home where it has one. */
function otherCopies(
  transcript: Transcript,
  { candidates, accountHome }: ResumeFacts,
): readonly string[] {
  const others = new Set(candidates.map((one) => one.transcript));
  others.delete(transcript);
  return [...others]
    .filter(({ kind }) => kind === 'file')
    .map(({ names }) => (names.find((it) => it.accountHome === accountHome) ?? names[0]).path);
}

/** What of the shared state this home does not lead to. */
export function sharingWarnings({ links }: ResumeFacts): readonly SessionProblem[] {
  const projects = links.get('projects');
  const history = links.get('file-history');
  const env = links.get('session-env');
  return [
    ...(isApart(projects) ? [sessionProblem('projects-not-shared', projects)] : []),
    ...(isApart(history) ? [sessionProblem('file-history-not-shared', history)] : []),
    ...(leadsToNoDirectory(env) ? [sessionProblem('session-env-unusable', env)] : []),
  ];
}

function isApart(place: SharedPlace | undefined): place is SharedPlace {
  return place !== undefined && place.state !== 'linked' && place.state !== 'equivalent';
}

const withoutDirectory: ReadonlySet<LinkState> = new Set([
  'dangling',
  'loop',
  'file',
  'other',
  'unreadable',
]);

function leadsToNoDirectory(place: SharedPlace | undefined): place is SharedPlace {
  return place !== undefined && withoutDirectory.has(place.state);
}

function expiryWarnings({
  companions,
  ownPeriodDays,
  now,
}: ResumeFacts): readonly SessionProblem[] {
  return companions
    .filter(({ modified }) => now.getTime() - modified.getTime() > ownPeriodDays * DAY_MS)
    .map(({ path }) => sessionProblem('about-to-expire', { path, periodDays: ownPeriodDays }));
}
