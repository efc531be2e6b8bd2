import {
  isSharedStateError,
  type Problem,
  type ProblemCode,
  type ProblemOf,
  type Remedy,
} from 'claude-shared-state';

export function narrowsByCode(problem: Problem): string | undefined {
  // @ts-expect-error Only some problems have it.
  void problem.storedTarget;
  switch (problem.code) {
    case 'divergent-link':
      return `${problem.accountHome} ${problem.name} ${problem.storedTarget} ${problem.target}`;
    case 'target-exposed':
      return problem.mode.toString(8);
    case 'cannot-create':
      return problem.errno;
    case 'invalid-argument':
      return problem.expected;
    default:
      return undefined;
  }
}

export const byCode: ProblemOf<'target-exposed'>['mode'] = 0o755;
// @ts-expect-error There is no such code.
export const unheardOf: ProblemCode = 'divergent-links';

export function isExhaustive(remedy: Remedy): string {
  switch (remedy) {
    case 'retry':
      return 'call again';
    case 'ensure':
      return 'let it be made';
    case 'migrate':
      return 'move the content';
    case 'restore':
      return 'take the migration back';
    case 'choose-session':
      return 'name another session';
    case 'manual':
      return 'wake a person';
    default:
      return remedy satisfies never;
  }
}

export function narrowsWhatWasCaught(error: unknown): Problem {
  // @ts-expect-error It may be anything.
  void error.problems;
  if (!isSharedStateError(error)) throw error;
  error.code satisfies 'ERR_SHARED_STATE';
  // There is always a first one, also for a compiler that checks every index.
  return error.problems[0];
}
