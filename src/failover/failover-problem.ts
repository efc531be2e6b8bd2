import { type FailoverProblems, failoverProblems } from '../problems/failover.ts';
import { tell, type Told } from '../problems/table.ts';
import type { Problem } from '../problem.ts';
import type { SessionProblem } from '../sessions/session-problem.ts';

/** The codes that only a failover has. */
export type FailoverProblemCode = keyof FailoverProblems;

/** The problem of one code, with the fields of its own. */
export type FailoverProblemOf<Code extends FailoverProblemCode> = Told<Code> &
  FailoverProblems[Code];

/** One thing that keeps a session from being carried over; links and sessions included. */
export type FailoverProblem =
  | { readonly [Code in FailoverProblemCode]: FailoverProblemOf<Code> }[FailoverProblemCode]
  | Problem
  | SessionProblem;

/** Makes a problem from its particulars. */
export function failoverProblem<Code extends FailoverProblemCode>(
  code: Code,
  fields: FailoverProblems[Code],
): FailoverProblemOf<Code> {
  return tell(failoverProblems, code, fields);
}
