import type { RestorePoint } from '../migrate/index.ts';
import {
  type AnyProblem,
  type ConflictProblem,
  isAboutLink,
  isConflict,
  isError,
} from './causes.ts';
import { isElsewhere, isInterrupted, recordedScope, stepsToComplete } from './runs.ts';
import { type Scope, stepFor } from './scope.ts';
import type { NextStep } from './ui/steps.ts';

// More have to be looked at one by one.
const MAX_DECIDED = 5;

/** What to type after a migration was refused. */
export function stepsPastRefusal(
  scope: Scope,
  words: readonly string[],
  problems: readonly AnyProblem[],
  restorePoints: readonly RestorePoint[],
): readonly NextStep[] {
  const errors = problems.filter(isError);
  // They come first, and only with their own shared directories.
  const others = restorePoints
    .filter(isInterrupted)
    .filter((run) => run.state === 'incomplete' && isElsewhere(scope, run));
  if (others.length > 0) return stepsToComplete(scope, others);
  const has = (code: AnyProblem['code']) => errors.some((problem) => problem.code === code);
  const conflicts = errors.filter(isConflict);
  const isSolvable = (problem: AnyProblem) =>
    isPassing(problem) || (isConflict(problem) && conflicts.length <= MAX_DECIDED);
  if (!errors.every(isSolvable)) {
    const isOfLinks = errors.some(
      (problem) => isAboutLink(problem) || problem.code.startsWith('director'),
    );
    return isOfLinks ? [stepFor(scope, ['doctor'], 'see what to do')] : [];
  }
  const accepted = [
    ...(has('live-session') ? ['--live', 'merge'] : []),
    ...(has('retention-deletes') ? ['--accept-retention'] : []),
    ...conflicts.flatMap(optionFor),
  ];
  const wait = errors.some(isPassing) ? [stepWhenPassed(scope, words, errors)] : [];
  if (accepted.length === 0 || errors.some(isOnlyPassing)) return wait;
  const risks = [
    has('live-session') ? ['the sessions keep running'] : [],
    has('retention-deletes') ? ['old files are deleted soon'] : [],
    conflicts.length > 0
      ? ['in each conflict the newer file is shared, and the other is set aside']
      : [],
  ].flat();
  const accept = stepFor(scope, [...words, ...accepted], `if you accept it: ${risks.join('; ')}`);
  return wait.length === 0 ? [accept] : [...wait, { ...accept, or: true }];
}

/** What to type after a restore was refused. */
export function stepsPastRefusedRestore(
  scope: Scope,
  words: readonly string[],
  problems: readonly AnyProblem[],
  restorePoints: readonly RestorePoint[],
): readonly NextStep[] {
  const errors = problems.filter(isError);
  const isOther = errors.some(({ code }) => code === 'other-target' || code === 'link-changed');
  const elsewhere = restorePoints.filter(
    (point) => scope.requiredFrom !== 'home' && isElsewhere(scope, point),
  );
  return [
    ...(isOther ? elsewhere : []).map((point) =>
      stepFor(
        recordedScope(scope, point),
        words,
        'restore from the shared directories that this home was migrated to',
        [point.accountHome],
      ),
    ),
    ...(errors.length > 0 && errors.every(isPassing) ? [stepWhenPassed(scope, words, errors)] : []),
  ];
}

/** Shares the newer side, or else the longer one. */
function optionFor({ path, newer, longer }: ConflictProblem): readonly string[] {
  return [`--prefer-${newer ?? longer ?? 'shared'}`, path];
}

/** Problems that pass with time. */
function isPassing(problem: AnyProblem): boolean {
  const { code } = problem;
  return code === 'live-session' || code === 'retention-deletes' || isOnlyPassing(problem);
}

/** Those whose risk no option accepts. */
function isOnlyPassing({ code }: AnyProblem): boolean {
  return code === 'live-session-has-copies' || code === 'live-across-devices';
}

/** The same command once more, when what blocked it has passed. */
function stepWhenPassed(
  scope: Scope,
  words: readonly string[],
  errors: readonly AnyProblem[],
): NextStep {
  const events = [
    errors.some(({ code }) => code.startsWith('live-')) ? ['the sessions have ended'] : [],
    errors.some(({ code }) => code === 'retention-deletes') ? ['cleanupPeriodDays is raised'] : [],
  ];
  return stepFor(scope, words, `when ${events.flat().join(' and ')}`);
}
