import { liveSessionProblems, type LiveSessionProblems } from './live-session-problems.ts';
import {
  type ResumeSurroundingsProblems,
  resumeSurroundingsProblems,
} from './resume-surroundings-problems.ts';
import { type ProblemTable, createProblem, type ProblemBase } from '../core/problem.ts';
import { type TranscriptFileProblems, transcriptFileProblems } from './transcript-file-problems.ts';
import {
  type TranscriptPlaceProblems,
  transcriptPlaceProblems,
} from './transcript-place-problems.ts';

/** The fields that each problem has of its own, by code. */
export interface SessionProblemFields
  extends
    TranscriptPlaceProblems,
    TranscriptFileProblems,
    ResumeSurroundingsProblems,
    LiveSessionProblems {}

/** What is wrong with a session, in lower-case words joined by hyphens, such as `transcript-missing`. */
export type SessionProblemCode = keyof SessionProblemFields;

/** The problem of one code, with the fields of its own. */
export type SessionProblemOf<Code extends SessionProblemCode> = ProblemBase<Code> &
  SessionProblemFields[Code];

/** One thing that is wrong with a session, as plain data: a union discriminated by `code`. */
export type SessionProblem = {
  readonly [Code in SessionProblemCode]: SessionProblemOf<Code>;
}[SessionProblemCode];

/** Severity, remedy and wording of every problem code of sessions. */
export const sessionProblems: ProblemTable<SessionProblemFields> = {
  ...transcriptPlaceProblems,
  ...transcriptFileProblems,
  ...resumeSurroundingsProblems,
  ...liveSessionProblems,
};

/** Makes a problem from its particulars. */
export function sessionProblem<Code extends SessionProblemCode>(
  code: Code,
  fields: SessionProblemFields[Code],
): SessionProblemOf<Code> {
  return createProblem(sessionProblems, code, fields);
}
