import { sep } from 'node:path';
import { type LookUpRule, rulesInWords } from '../program.ts';
import { type SessionProblem, sessionProblem } from '../session-problem.ts';
import { causesOf } from './causes.ts';
import type { ResumeFacts } from './facts.ts';
import { type Candidate, lookUp } from './look-up.ts';
import { ownProjectsFor } from './own-projects.ts';
import type { ResumeRequest } from './request.ts';
import { liveWarnings, runsInBackground } from './running.ts';
import { sharingWarnings, warningsOf } from './warnings.ts';

/** Whether a session can be resumed, from which transcript, and what is wrong. */
export interface Verdict {
  readonly verdict: 'resumable' | 'resumable-with-warnings' | 'not-resumable';
  readonly candidate?: Candidate;
  readonly problems: readonly SessionProblem[];
}

/** How one version of the program would fare. */
interface Attempt {
  readonly rule: LookUpRule;
  readonly candidate?: Candidate;
  readonly errors: readonly SessionProblem[];
}

/** Decides from the facts alone; touches nothing. */
export function judge(
  rules: readonly LookUpRule[],
  facts: ResumeFacts,
  request: ResumeRequest,
): Verdict {
  const attempts = rules.map((rule) => attempt(rule, facts, request));
  const candidate = attempts.find((one) => one.errors.length === 0)?.candidate;
  const errors = [
    ...obstacles(facts),
    ...(candidate === undefined ? distinct(attempts.flatMap((one) => one.errors)) : []),
  ];
  const warnings = [
    ...(candidate === undefined ? [] : warningsOf(candidate, rules, facts)),
    ...(candidate === undefined ? [] : differences(attempts, candidate)),
    ...sharingWarnings(facts).filter(({ path }) => !errors.some((error) => error.path === path)),
    ...liveWarnings(facts),
    ...facts.unseen,
  ];
  const problems = [...errors, ...warnings];
  if (errors.length > 0) return { verdict: 'not-resumable', problems };
  const verdict = warnings.length > 0 ? 'resumable-with-warnings' : 'resumable';
  return candidate === undefined ? { verdict, problems } : { verdict, candidate, problems };
}

function attempt(rule: LookUpRule, facts: ResumeFacts, request: ResumeRequest): Attempt {
  const { candidates, accountHome, cwd, worktrees, unwritable } = facts;
  const here = candidates.filter(({ name }) => name.accountHome === accountHome);
  const outcome = lookUp(rule, here, ownProjectsFor(rule, cwd, worktrees, request));
  const errors = [
    ...obstaclesOf(rule, facts),
    ...causesOf(rule, outcome, facts, request.interactive),
  ];
  if (outcome.end !== 'found') return { rule, errors };
  const { candidate } = outcome;
  const { path } = candidate.name;
  const errno = unwritable.get(path);
  return errno === undefined
    ? { rule, candidate, errors }
    : {
        rule,
        candidate,
        errors: [...errors, sessionProblem('transcript-unwritable', { path, errno })],
      };
}

/** What keeps any version from resuming, whatever the transcript. */
function obstacles(facts: ResumeFacts): readonly SessionProblem[] {
  const { cwd, cwdErrno, live, accountHome, config, redirections } = facts;
  return [
    ...(config.state === 'torn' ? [sessionProblem('config-unusable', { path: config.path })] : []),
    ...redirections.map((one) => sessionProblem('redirected-by-settings', one)),
    ...(cwdErrno === undefined
      ? []
      : [sessionProblem('working-directory-unusable', { path: cwd, errno: cwdErrno })]),
    ...live
      .filter((one) => runsInBackground(one, accountHome))
      .map(({ path, pid }) => sessionProblem('running-in-background', { path, pid, accountHome })),
  ];
}

/** What keeps older versions from starting at all. Seen on 2.1.197. */
function obstaclesOf(
  rule: LookUpRule,
  { config: { path, state }, cwd }: ResumeFacts,
): readonly SessionProblem[] {
  if (rule !== 'own-projects') return [];
  return [
    ...(state === 'empty' ? [sessionProblem('config-unusable', { path })] : []),
    ...(sep === '/' && cwd.includes('\\')
      ? [sessionProblem('working-directory-unusable', { path: cwd, errno: 'EINVAL' })]
      : []),
  ];
}

function differences(
  attempts: readonly Attempt[],
  { name: { path }, transcript }: Candidate,
): readonly SessionProblem[] {
  return attempts.flatMap(({ rule, candidate, errors: [first] }) => {
    const because =
      first?.message ??
      (candidate?.transcript === transcript
        ? undefined
        : `it goes on with ${candidate?.name.path}`);
    const versions = rulesInWords[rule];
    return because === undefined
      ? []
      : [sessionProblem('version-dependent', { path, versions, because })];
  });
}

/** Each problem once, though two versions meet it. */
function distinct(problems: readonly SessionProblem[]): readonly SessionProblem[] {
  return [...new Map(problems.map((one) => [`${one.code} ${one.path}`, one])).values()];
}
