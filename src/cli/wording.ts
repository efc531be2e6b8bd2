import type { Problem } from '../index.ts';
import { describeProblem, type MigrationProblem } from '../migrate/index.ts';
import type { SessionProblem } from '../sessions/index.ts';

/** A problem of any call. */
export type AnyProblem = Problem | MigrationProblem | SessionProblem;

/** What to do about a problem, for somebody who types commands. */
export function adviceFor(problem: AnyProblem): string {
  return describeProblem(problem, 'cli').advice;
}

/** The message of a problem, for somebody who types commands. */
export function messageFor(problem: AnyProblem): string {
  const { description, advice } = describeProblem(problem, 'cli');
  return `${description}. ${advice}`;
}

/** The problem as plain data, with the command's message. */
export function asData<Any extends AnyProblem>(problem: Any): Any {
  return { ...problem, message: messageFor(problem) };
}

/** Each problem once, even if several homes have it; errors first. */
export function distinct<Any extends AnyProblem>(problems: readonly Any[]): readonly Any[] {
  const once = new Map(problems.map((one) => [`${one.code} ${one.message}`, one] as const));
  return [...once.values()].toSorted(
    (one, other) => Number(other.severity === 'error') - Number(one.severity === 'error'),
  );
}
