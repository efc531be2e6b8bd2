import type { LinkState } from '../../links/report.ts';
import { DAY_MS } from '../../links/cleanup-period.ts';
import { join } from '../../core/paths.ts';
import type { LookUpRule } from '../program.ts';
import { keyOf } from '../project-key.ts';
import { type SessionProblem, sessionProblem } from '../session-problem.ts';
import { contentProblems, refusals } from './content-causes.ts';
import type { ResumeFacts } from './facts.ts';
import { type Candidate, isBehindLink, type LookUp } from './look-up.ts';

/** Says why a search did not end with a transcript that can be resumed. */
export function causesOf(
  rule: LookUpRule,
  outcome: LookUp,
  facts: ResumeFacts,
  interactive: boolean,
): readonly SessionProblem[] {
  switch (outcome.end) {
    case 'found':
      return [
        ...contentProblems(outcome.candidate),
        ...refusals(rule, outcome.candidate, interactive),
      ];
    case 'blocked':
      return contentProblems(outcome.candidate);
    case 'several': {
      const copies = outcome.candidates.map(({ name }) => name.path);
      const { path } = outcome.candidates[0].name;
      return [sessionProblem('several-copies', { path, copies })];
    }
    case 'nothing':
      return nothingFound(rule, facts);
    default:
      return outcome satisfies never;
  }
}

function nothingFound(rule: LookUpRule, facts: ResumeFacts): readonly SessionProblem[] {
  const { candidates, accountHome } = facts;
  const here = candidates.filter(({ name }) => name.accountHome === accountHome);
  const usable = here.filter(({ content }) => content.state === 'usable');
  const unreadable = unreadableHere(facts);
  if (usable.length > 0) return usable.slice(0, 1).map((one) => misplaced(rule, one));
  if (here.length > 0) return [...here.flatMap(contentProblems), ...unreadable];
  const explained = elsewhere(facts);
  if (explained.length + unreadable.length > 0) return [...explained, ...unreadable];
  return [gone(facts)];
}

/** A transcript that would do, but is not where this program looks. */
function misplaced(rule: LookUpRule, candidate: Candidate): SessionProblem {
  const { name, content } = candidate;
  const { path } = name;
  if (rule === 'all-projects') {
    const code = isBehindLink(candidate) ? 'transcript-behind-link' : 'transcript-passed-over';
    return sessionProblem(code, { path });
  }
  const recordedCwd = content.state === 'usable' ? content.details.cwd : undefined;
  return sessionProblem(
    'wrong-working-directory',
    recordedCwd === undefined ? { path } : { path, recordedCwd },
  );
}

function unreadableHere({ unreadable, accountHome }: ResumeFacts): readonly SessionProblem[] {
  return unreadable
    .filter((one) => one.accountHome === accountHome && !isAbsent(one.errno))
    .map(({ path, errno }) => sessionProblem('transcript-unreadable', { path, errno }));
}

/** What stands in the place of `projects` then is told as what is wrong with the link. */
function isAbsent(errno: string): boolean {
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP';
}

function elsewhere(facts: ResumeFacts): readonly SessionProblem[] {
  const { candidates, accountHome, links, otherSpelling } = facts;
  const projects = links.get('projects');
  const others = candidates.filter(({ name }) => name.accountHome !== accountHome);
  const usable = others.filter(({ content }) => content.state === 'usable');
  // That one becomes visible by a mere link.
  const best = usable.find(({ name }) => name.accountHome === undefined) ?? usable[0] ?? others[0];
  if (best !== undefined) {
    const shared = others.find(
      ({ name, transcript }) => name.accountHome === undefined && transcript === best.transcript,
    );
    const problem =
      shared === undefined || projects === undefined
        ? sessionProblem('transcript-not-shared', nameOf(best))
        : sessionProblem(unlinkedCodes[projects.state], {
            path: projects.path,
            state: projects.state,
            transcript: shared.name.path,
          });
    return [problem, ...contentProblems(best)];
  }
  return otherSpelling === undefined ? [] : [otherCase(otherSpelling)];
}

const unlinkedCodes = {
  missing: 'projects-link-missing',
  directory: 'projects-not-linked',
  linked: 'projects-link-wrong',
  equivalent: 'projects-link-wrong',
  divergent: 'projects-link-wrong',
  dangling: 'projects-link-wrong',
  loop: 'projects-link-wrong',
  file: 'projects-link-wrong',
  other: 'projects-link-wrong',
  unreadable: 'projects-link-wrong',
} as const satisfies Record<LinkState, string>;

function nameOf({ name: { path, accountHome } }: Candidate) {
  return accountHome === undefined ? { path } : { path, accountHome };
}

function otherCase(path: string): SessionProblem {
  const spelling = path.slice(
    -'00000000-0000-0000-0000-000000000000.jsonl'.length,
    -'.jsonl'.length,
  );
  return sessionProblem('session-id-other-case', { path, spelling });
}

function gone({ sessionId, accountHome, cwd, lastUsed, periodDays, now }: ResumeFacts) {
  const directory = join(join(accountHome, 'projects'), keyOf(cwd));
  const path = join(directory, `${sessionId}.jsonl`);
  const age = lastUsed === undefined ? 0 : now.getTime() - lastUsed.getTime();
  return lastUsed !== undefined && age > periodDays * DAY_MS
    ? sessionProblem('transcript-expired', { path, lastUsed: lastUsed.toISOString(), periodDays })
    : sessionProblem('transcript-missing', { path, sessionId });
}
