import type { RestorePoint } from '../migrate/index.ts';
import {
  type AnyProblem,
  type ConflictProblem,
  isAboutLink,
  isConflict,
  isError,
} from './causes.ts';
import type { Io } from './io.ts';
import { isElsewhere, isUnfinished, recordedScope, stepsToComplete } from './runs.ts';
import { commandLine, type Scope } from './scope.ts';
import type { Step } from './ui/steps.ts';

// More have to be looked at one by one.
const MAX_DECIDED = 5;

/** What to type after a migration was refused. */
export function stepsPastRefusal(
  env: Io['env'],
  scope: Scope,
  words: readonly string[],
  problems: readonly AnyProblem[],
  restorePoints: readonly RestorePoint[],
): readonly Step[] {
  const errors = problems.filter(isError);
  // They come first, and only with their own shared directories.
  const others = restorePoints
    .filter(isUnfinished)
    .filter((run) => run.state === 'incomplete' && isElsewhere(scope, run));
  if (others.length > 0) return stepsToComplete(env, scope, others);
  const has = (code: AnyProblem['code']) => errors.some((one) => one.code === code);
  const conflicts = errors.filter(isConflict);
  const isSolvable = (problem: AnyProblem) =>
    isPassing(problem) || (isConflict(problem) && conflicts.length <= MAX_DECIDED);
  if (!errors.every(isSolvable)) {
    const isOfLinks = errors.some((one) => isAboutLink(one) || one.code.startsWith('director'));
    const command = commandLine(env, scope, ['doctor']);
    return isOfLinks ? [{ command, purpose: 'see what to do' }] : [];
  }
  const accepted = [
    ...(has('live-session') ? ['--live', 'merge'] : []),
    ...(has('retention-deletes') ? ['--accept-retention'] : []),
    ...conflicts.flatMap(optionFor),
  ];
  const wait = errors.some(isPassing)
    ? [{ command: commandLine(env, scope, words), purpose: `when ${waitingFor(errors)}` }]
    : [];
  if (accepted.length === 0 || errors.some(isOnlyPassing)) return wait;
  const risks = [
    has('live-session') ? ['the sessions keep running'] : [],
    has('retention-deletes') ? ['old files are deleted soon'] : [],
    conflicts.length > 0
      ? ['in each conflict the newer file is shared, and the other is set aside']
      : [],
  ].flat();
  const command = commandLine(env, scope, [...words, ...accepted]);
  const purpose = `if you accept it: ${risks.join('; ')}`;
  return wait.length === 0 ? [{ command, purpose }] : [...wait, { command, purpose, or: true }];
}

/** What to type after a restore was refused. */
export function stepsPastRefusedRestore(
  env: Io['env'],
  scope: Scope,
  words: readonly string[],
  problems: readonly AnyProblem[],
  restorePoints: readonly RestorePoint[],
): readonly Step[] {
  const errors = problems.filter(isError);
  const isOther = errors.some(({ code }) => code === 'other-target' || code === 'link-changed');
  const elsewhere = restorePoints.filter(
    (point) => scope.requiredFrom !== 'home' && isElsewhere(scope, point),
  );
  return [
    ...(isOther ? elsewhere : []).map((point) => ({
      command: commandLine(env, recordedScope(scope, point), words, [point.accountHome]),
      purpose: 'restore from the shared directories that this home was migrated to',
    })),
    ...(errors.length > 0 && errors.every(isPassing)
      ? [{ command: commandLine(env, scope, words), purpose: `when ${waitingFor(errors)}` }]
      : []),
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

function waitingFor(errors: readonly AnyProblem[]): string {
  const parts = [
    errors.some(({ code }) => code.startsWith('live-')) ? ['the sessions have ended'] : [],
    errors.some(({ code }) => code === 'retention-deletes') ? ['cleanupPeriodDays is raised'] : [],
  ];
  return parts.flat().join(' and ');
}
