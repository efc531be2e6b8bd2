import { dirname, isAbsolute, normalize, sep } from 'node:path';
import type { SharedSymlink } from '../index.ts';
import type { RestorePoint } from '../migrate/index.ts';
import { type AnyProblem, type Cause, isAboutLink, isError, type LinkProblem } from './causes.ts';
import { flagsOf } from './command.ts';
import { present } from './lists.ts';
import {
  isElsewhere,
  isInterrupted,
  recordedScope,
  rootOf,
  stepsToComplete,
  type InterruptedRun,
  withRoot,
} from './runs.ts';
import { homesToLink, type Scope, stepFor } from './scope.ts';
import { isTypeable, MAX_STEPS, type NextStep, quoted, steps } from './ui/steps.ts';

const MAX_PATHS = 5;

/** What to type next: at most one command for each cause, at most five in all. */
export function nextSteps(
  scope: Scope,
  causes: readonly Cause[],
  restorePoints: readonly RestorePoint[],
): readonly NextStep[] {
  const errors = causes.flatMap(({ problems }) => problems.filter(isError));
  const homesWith = (isMeant: (problem: AnyProblem) => boolean) =>
    errors.flatMap((problem) =>
      'accountHome' in problem && isMeant(problem) ? [problem.accountHome] : [],
    );
  const unfinished = restorePoints.filter(isInterrupted);
  // A migration into these shared directories is completed by the step below, with all other homes.
  const isOwn = (run: InterruptedRun) => run.state === 'incomplete' && !isElsewhere(scope, run);
  const first = unfinished.filter((run) => !isOwn(run));
  // The other homes need not wait for these.
  const blocked = new Set([
    ...homesWith(({ remedy }) => remedy === 'manual'),
    ...first.flatMap(({ state, accountHome }) => (state === 'deleting' ? [] : [accountHome])),
  ]);
  const free = homesToLink(scope).filter((home) => !blocked.has(home));
  const isToMigrate =
    unfinished.some(isOwn) ||
    homesWith(({ remedy }) => remedy === 'migrate').some((home) => !blocked.has(home));
  const rest = [...stepsToComplete(scope, first)];
  const lost = new Set(
    errors.filter(({ code }) => code === 'other-target').map(({ path }) => path),
  );
  const emptied = restorePoints.filter(({ path }) => lost.has(path));
  if (emptied.length > 0) {
    const purpose = 'unless a volume has to be mounted: bring back what the restore points have';
    const words = ['restore', '--accept-other-target'];
    const them = new Set(emptied.map(({ accountHome }) => accountHome));
    return steps([...rest, stepFor(scope, words, purpose, [...them])]);
  }
  // Nothing is in the usual place: to share there would begin a second set of shared directories.
  const isElsewhereOnly =
    errors.some(
      (problem) => problem.code === 'divergent-link' && rootOf([placeOf(problem)]) !== undefined,
    ) &&
    errors.some((problem) => problem.code === 'directory-missing' && problem.role === 'target');
  if (!isElsewhereOnly && isToMigrate && free.length > 0) {
    rest.push(stepFor(scope, ['migrate'], 'show what will be shared, and ask', free));
  } else if (!isElsewhereOnly && errors.some(({ remedy }) => remedy === 'ensure')) {
    rest.push(stepFor(scope, ['ensure'], 'create what is missing; nothing else is touched'));
  }
  for (const { links, accountHomes, primary } of scope.groups) {
    const homes = accountHomes.filter((home) => home !== primary);
    const named = { homes, homesFrom: 'given', required: links, requiredFrom: 'shared' } as const;
    rest.push(stepFor({ ...scope, ...named }, ['doctor'], 'check the homes of one group'));
  }
  if (scope.requiredFrom === 'agreed') {
    const command = `${scope.program} config init`;
    rest.push({ command, purpose: 'remember these homes and directories, after showing them' });
  }
  const byHand = causes.flatMap((cause) => stepByHand(cause, scope));
  return steps([...byHand.slice(0, Math.max(0, MAX_STEPS - rest.length)), ...rest]);
}

/** What a person can do, or look at, about one cause. */
function stepByHand({ problems }: Cause, scope: Scope): readonly NextStep[] {
  const [first] = problems;
  const paths = problems.map(({ path }) => path).filter(isTypeable);
  const at = paths.slice(0, MAX_PATHS).map(quoted).join(' ');
  if (first === undefined || at === '') return [];
  const them = paths.length === 1 ? 'the link' : 'the links';
  switch (first.code) {
    case 'divergent-link':
      return stepForDivergent(first, scope);
    case 'dangling-link':
      return [{ command: `rm ${at}`, purpose: `remove ${them}, unless a volume is missing` }];
    case 'target-exposed':
      return [{ command: `chmod 700 ${at}`, purpose: 'keep other users out' }];
    default:
      return [];
  }
}

// By text alone: `..` is folded away.
const inside = (path: string) => normalize(path + sep);

/** Where a link leads, by its text. */
function placeOf({ name, path, storedTarget = '' }: LinkProblem): SharedSymlink {
  const target = isAbsolute(storedTarget) ? storedTarget : dirname(path) + sep + storedTarget;
  return { name, target };
}

/** A step that leaves the target of the link alone: it may be the shared directory of other homes. */
function stepForDivergent(problem: LinkProblem, scope: Scope): readonly NextStep[] {
  const place = placeOf(problem);
  // Once that home is migrated, the link leads to the shared directory through it.
  const homes = [...scope.homes, ...scope.otherHomes];
  if (homes.some((home) => inside(place.target).startsWith(inside(home)))) return [];
  const root = rootOf([place]);
  if (root !== undefined) {
    const purpose = `if the shared directories are in ${root}: name it as --root`;
    return [stepFor(withRoot(scope, root), ['doctor'], purpose)];
  }
  return [{ command: `ls -la ${quoted(problem.path)}/`, purpose: 'see what the link leads to' }];
}

const SOLVED = 'once the problems above are solved';

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
  const isOfLinks = errors.some(
    (problem) => isAboutLink(problem) || problem.code.startsWith('director'),
  );
  if (isOfLinks) return [stepFor(scope, ['doctor'], 'see what to do')];
  const again = stepFor(scope, words, SOLVED);
  const has = (code: AnyProblem['code']) => errors.some((problem) => problem.code === code);
  const live = has('live-session');
  const acceptRetention = has('retention-deletes');
  const isAcceptable = errors.every(
    ({ code }) => code === 'live-session' || code === 'retention-deletes',
  );
  if (!isAcceptable) return [again];
  const accepted = flagsOf({
    live: live ? 'merge' : undefined,
    acceptRetention: acceptRetention || undefined,
  });
  const risks = present(
    live && 'the sessions keep running',
    acceptRetention && 'old files are deleted soon',
  ).join('; ');
  const accept = stepFor(scope, [...words, ...accepted], `if you accept it: ${risks}`);
  return [again, { ...accept, or: true }];
}

/** What to type after a restore of some homes was refused. */
export function stepsPastRefusedRestore(
  scope: Scope,
  words: readonly string[],
  problems: readonly AnyProblem[],
  restorePoints: readonly RestorePoint[],
): readonly NextStep[] {
  const isOther = problems.some(({ code }) => code === 'other-target' || code === 'link-changed');
  const elsewhere = restorePoints.filter((point) => isOther && isElsewhere(scope, point));
  if (elsewhere.length === 0) return [stepFor(scope, words, SOLVED)];
  const purpose = 'restore from the shared directories that this home was migrated to';
  return elsewhere.map((point) =>
    stepFor(recordedScope(scope, point), words, purpose, [point.accountHome]),
  );
}
