import { sep } from 'node:path';
import { describeProblem } from '../../core/problem.ts';
import type { ResumeDiagnosis } from '../diagnose-resume.ts';
import { type SessionProblem, sessionProblem, sessionProblems } from '../problems.ts';
import { CHECKED, type ProgramBehavior, versionsIn } from '../program.ts';
import { searchProblems } from './causes.ts';
import type { ResumeFacts } from './facts.ts';
import { type Candidate, lookUp } from './look-up.ts';
import { ownerProblems } from './owner.ts';
import { SKIP_HISTORY } from './settings.ts';
import { runningProblems, sharingWarnings, warningsOf } from './warnings.ts';

/** How one version of the program would fare. */
interface Attempt {
  readonly behavior: ProgramBehavior;
  readonly candidate: Candidate | undefined;
  readonly errors: readonly SessionProblem[];
}

/** Decides from the facts alone whether a session can be resumed, from which transcript, and what is wrong. */
export function judgeResume(
  behaviors: readonly ProgramBehavior[],
  facts: ResumeFacts,
): Pick<ResumeDiagnosis, 'verdict' | 'problems'> & { readonly candidate: Candidate | undefined } {
  const attempts = behaviors.map((behavior) => attempt(behavior, facts));
  const candidate = attempts.find(({ errors }) => errors.length === 0)?.candidate;
  const around = [
    ...runningProblems(behaviors, facts, candidate),
    ...(candidate === undefined ? [] : ownerProblems(candidate, behaviors, facts)),
  ];
  const errors = [
    ...obstacles(facts),
    ...around.filter(({ severity }) => severity === 'error'),
    ...(candidate === undefined ? distinct(attempts.flatMap((each) => each.errors)) : []),
  ];
  const warnings = [
    ...uncheckedVersion(behaviors, facts),
    ...facts.loginOverrides.map((one) =>
      sessionProblem('login-overridden', { path: facts.accountHome, ...one }),
    ),
    ...(candidate === undefined ? [] : warningsOf(candidate, behaviors, facts)),
    ...(candidate === undefined ? [] : differences(attempts, candidate)),
    ...sharingWarnings(facts).filter(({ path }) => !errors.some((error) => error.path === path)),
    ...around.filter(({ severity }) => severity === 'warning'),
    ...facts.liveProblems,
  ];
  const able = warnings.length > 0 ? 'resumable-with-warnings' : 'resumable';
  return {
    verdict: errors.length > 0 ? 'not-resumable' : able,
    candidate: errors.length > 0 ? undefined : candidate,
    problems: [...errors, ...warnings],
  };
}

/** A version that nobody has compared with what is said here. */
function* uncheckedVersion(
  [behavior]: readonly ProgramBehavior[],
  { accountHome: path, programVersion: version }: ResumeFacts,
): Generator<SessionProblem, void> {
  if (version === undefined || behavior === undefined || CHECKED.has(version)) return;
  yield sessionProblem('version-unchecked', {
    path,
    version,
    like: versionsIn(behavior, behavior),
  });
}

function attempt(behavior: ProgramBehavior, facts: ResumeFacts): Attempt {
  const outcome = lookUp(behavior, facts.here, facts.from);
  const candidate = outcome.end === 'found' ? outcome.candidate : undefined;
  const path = candidate?.at.path ?? '';
  const errno = facts.unwritable.get(path);
  const errors = [
    ...obstaclesOf(behavior, facts),
    ...searchProblems(behavior, outcome, facts),
    ...(errno === undefined
      ? []
      : [sessionProblem('transcript-inaccessible', { path, errno, access: 'write' })]),
  ];
  return { behavior, candidate, errors };
}

/** What keeps every version from resuming, whatever the transcript. */
function* obstacles(facts: ResumeFacts): Generator<SessionProblem, void> {
  const { from, cwdErrno: errno, config } = facts;
  if (config.state === 'invalid') yield sessionProblem('config-unusable', { path: config.path });
  if (errno !== undefined) {
    yield sessionProblem('working-directory-unusable', { path: from.cwd, errno });
  }
}

/** What keeps some versions from starting at all, or from finding and saving sessions. */
function* obstaclesOf(
  { toleratesEmptyConfig, toleratesBackslash, readsSkipHistory }: ProgramBehavior,
  { config: { path, state }, from: { cwd }, redirections }: ResumeFacts,
): Generator<SessionProblem, void> {
  yield* redirections
    .filter(({ variable }) => variable !== SKIP_HISTORY || readsSkipHistory)
    .map((redirection) => sessionProblem('config-unusable', redirection));
  if (state === 'empty' && !toleratesEmptyConfig) yield sessionProblem('config-unusable', { path });
  if (sep === '/' && cwd.includes('\\') && !toleratesBackslash) {
    yield sessionProblem('working-directory-unusable', { path: cwd, errno: 'EINVAL' });
  }
}

/** What the versions that fare otherwise do; neighboring ranges that do the same are one. */
function differences(
  attempts: readonly Attempt[],
  { at: { path }, transcript }: Candidate,
): readonly SessionProblem[] {
  const ranges: { first: ProgramBehavior; last: ProgramBehavior; reason: string }[] = [];
  for (const { behavior, candidate, errors } of attempts) {
    const [first] = errors;
    const reason =
      first !== undefined
        ? describeProblem(sessionProblems, first, 'api').description
        : candidate?.transcript === transcript
          ? ''
          : `it continues ${candidate?.at.path}`;
    const range = ranges.at(-1);
    if (range?.reason === reason) range.last = behavior;
    else ranges.push({ first: behavior, last: behavior, reason });
  }
  return ranges.flatMap(({ first, last, reason }) => {
    const versions = versionsIn(first === attempts[0]?.behavior ? undefined : first, last);
    return reason === '' ? [] : sessionProblem('version-dependent', { path, versions, reason });
  });
}

/** Each problem once, though two versions meet it. */
function distinct(problems: readonly SessionProblem[]): readonly SessionProblem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
