import { type FailoverAccountProblems, failoverAccountProblems } from './account-problems.ts';
import { type FailoverTerminalProblems, failoverTerminalProblems } from './terminal-problems.ts';
import { type ProblemTable, createProblem, type ProblemBase } from '../core/problem.ts';
import type { Problem } from '../links/problems.ts';
import type { SessionProblem } from '../sessions/problems.ts';

/** The fields that each problem has of its own, by code. */
interface OwnFields extends FailoverTerminalProblems, FailoverAccountProblems {}

/** The codes that only a failover has. */
export type FailoverProblemCode = keyof OwnFields;

/** The problem of one code, with the fields of its own. */
export type FailoverProblemOf<Code extends FailoverProblemCode> = ProblemBase<Code> &
  OwnFields[Code];

/** One thing that keeps a session from being carried over; links and sessions included. */
export type FailoverProblem =
  | { readonly [Code in FailoverProblemCode]: FailoverProblemOf<Code> }[FailoverProblemCode]
  | Problem
  | SessionProblem;

/** Severity, remedy and wording of the codes that only a failover has. */
export const failoverProblems: ProblemTable<OwnFields> = {
  ...failoverTerminalProblems,
  ...failoverAccountProblems,
};

/** Makes a problem from its particulars. */
export function failoverProblem<Code extends FailoverProblemCode>(
  code: Code,
  fields: OwnFields[Code],
): FailoverProblemOf<Code> {
  return createProblem(failoverProblems, code, fields);
}
