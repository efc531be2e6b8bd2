import { join } from '../../core/paths.ts';
import type { LinkState } from '../../links/report.ts';
import { type SessionProblem, sessionProblem } from '../problems.ts';
import type { ProgramBehavior } from '../program.ts';
import { keyOf } from '../project-key.ts';
import { stateOf } from '../transcript/summary.ts';
import type { ResumeFacts } from './facts.ts';
import { type Candidate, isBehindLink, type LookUp, stateIn } from './look-up.ts';

/** Says why a search did not end with a transcript that can be resumed. */
export function searchProblems(
  behavior: ProgramBehavior,
  outcome: LookUp,
  facts: ResumeFacts,
): readonly SessionProblem[] {
  switch (outcome.end) {
    case 'found':
      return [
        ...refusalsOf(behavior, outcome.candidate),
        ...contentProblems(behavior, outcome.candidate),
      ];
    case 'blocked':
      return contentProblems(behavior, outcome.candidate);
    case 'several': {
      const copies = outcome.candidates.map(({ at }) => at.path);
      const { path } = outcome.candidates[0].at;
      return [
        sessionProblem('wrong-working-directory', { path, reason: 'several-copies', copies }),
      ];
    }
    case 'nothing':
      return nothingFound(behavior, facts);
    default:
      return outcome satisfies never;
  }
}

/** Why some versions do not continue a transcript that is usable otherwise. */
function* refusalsOf(
  { refusesEnded, refusesOrganizations }: ProgramBehavior,
  { at: { path }, content }: Candidate,
): Generator<SessionProblem, void> {
  if (content.kind !== 'read') return;
  const { organizations, endedByModel } = content.content;
  if (refusesOrganizations && organizations.length > 1) {
    yield sessionProblem('transcript-unusable', { path, reason: 'several-organizations' });
  }
  if (refusesEnded && endedByModel) {
    yield sessionProblem('transcript-unusable', { path, reason: 'ended-by-model' });
  }
}

/** What is wrong with the content. */
function contentProblems(
  behavior: ProgramBehavior,
  candidate: Candidate,
): readonly SessionProblem[] {
  const { path } = candidate.at;
  const { content } = candidate;
  if (content.kind === 'unreadable') return [unreadable({ path, errno: content.errno })];
  const reason = content.kind === 'read' ? stateOf(content.evidence, behavior) : content.kind;
  return reason === 'usable' ? [] : [sessionProblem('transcript-unusable', { path, reason })];
}

function unreadable({ path, errno }: { readonly path: string; readonly errno: string }) {
  return sessionProblem('transcript-inaccessible', { path, errno, access: 'read' });
}

function nothingFound(behavior: ProgramBehavior, facts: ResumeFacts): readonly SessionProblem[] {
  const { here, accountHome } = facts;
  const usable = here.find((one) => stateIn(behavior, one) === 'usable');
  if (usable !== undefined) return [misplaced(behavior, usable)];
  // If `projects` itself is absent, that is reported as a problem of the link.
  const hidden = facts.unreadable.filter(
    (directory) =>
      directory.accountHome === accountHome &&
      !['ENOENT', 'ENOTDIR', 'ELOOP'].includes(directory.errno),
  );
  const explained =
    here.length > 0
      ? here.flatMap((one) => contentProblems(behavior, one))
      : elsewhere(behavior, facts);
  const all = [...explained, ...hidden.map(unreadable)];
  return all.length > 0 ? all : [missing(facts)];
}

/** A transcript that would do, but is not where this program looks. */
function misplaced({ searchesAllProjects }: ProgramBehavior, candidate: Candidate): SessionProblem {
  const { path } = candidate.at;
  const missed = isBehindLink(candidate) ? 'behind-link' : 'no-messages';
  const fields = { path, reason: searchesAllProjects ? missed : 'other-project' } as const;
  const recordedCwd = recordedCwdIn(candidate);
  return sessionProblem(
    'wrong-working-directory',
    recordedCwd === undefined ? fields : { ...fields, recordedCwd },
  );
}

/** The working directory that a transcript names itself. */
export function recordedCwdIn({ content }: Candidate): string | undefined {
  return content.kind === 'read' ? content.content.cwd : undefined;
}

function elsewhere(
  behavior: ProgramBehavior,
  { candidates, links }: ResumeFacts,
): readonly SessionProblem[] {
  const usable = candidates.filter((one) => stateIn(behavior, one) === 'usable');
  // A mere link makes that one visible.
  const best = usable.find(isShared) ?? usable[0] ?? candidates[0];
  if (best === undefined) return [];
  const { path, accountHome } = best.at;
  const projects = links.get('projects');
  const shared = candidates.find(
    (candidate) => isShared(candidate) && candidate.transcript === best.transcript,
  );
  const problem =
    shared === undefined || projects === undefined
      ? sessionProblem(
          'transcript-not-shared',
          accountHome === undefined ? { path } : { path, accountHome },
        )
      : sessionProblem(linkCode(projects.state), { ...projects, transcript: shared.at.path });
  return [problem, ...contentProblems(behavior, best)];
}

function linkCode(state: LinkState) {
  if (state === 'missing') return 'projects-link-missing';
  return state === 'directory' ? 'projects-not-linked' : 'projects-link-wrong';
}

function isShared({ at }: Candidate): boolean {
  return at.accountHome === undefined;
}

function missing({ sessionId, accountHome, from, periodDays }: ResumeFacts) {
  const directory = join(join(accountHome, 'projects'), keyOf(from.cwd));
  const path = from.file ?? join(directory, `${sessionId}.jsonl`);
  const fields = { path, sessionId };
  return sessionProblem(
    'transcript-missing',
    Number.isFinite(periodDays) ? { ...fields, periodDays } : fields,
  );
}
