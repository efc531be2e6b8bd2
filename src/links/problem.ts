import { directoryProblems, type DirectoryProblems } from './directory-problems.ts';
import { argumentProblems, type ArgumentProblems } from '../core/argument-problems.ts';
import type { Finding as FindingOf } from '../core/error.ts';
import { linkProblems, type LinkProblems } from './link-problems.ts';
import { retentionProblems, type RetentionProblems } from './retention-problems.ts';
import { type ProblemTable, createProblem, type ProblemBase } from '../core/problem.ts';

/** The fields that each problem has of its own, by code. */
export interface ProblemFields
  extends LinkProblems, DirectoryProblems, RetentionProblems, ArgumentProblems {}

/** What a problem is: lower-case words joined by hyphens, such as `divergent-link`. */
export type ProblemCode = keyof ProblemFields;

/** The problem of one code, with the fields of its own. */
export type ProblemOf<Code extends ProblemCode> = ProblemBase<Code> & ProblemFields[Code];

/** One thing that is wrong, as plain data: a union discriminated by `code`. */
export type Problem = { readonly [Code in ProblemCode]: ProblemOf<Code> }[ProblemCode];

/** Severity, remedy and wording of every problem code. */
export const problemTable: ProblemTable<ProblemFields> = {
  ...linkProblems,
  ...directoryProblems,
  ...retentionProblems,
  ...argumentProblems,
};

/** A problem, and the error behind it where a call failed. */
export type Finding = FindingOf<Problem>;

/** Makes a finding from the particulars of a problem. */
export function finding<Code extends ProblemCode>(
  code: Code,
  fields: ProblemFields[Code],
  error?: unknown,
): { readonly problem: ProblemOf<Code>; readonly error?: unknown } {
  const problem = createProblem(problemTable, code, fields);
  return error === undefined ? { problem } : { problem, error };
}
