import {
  type ResumeSurroundingsProblems,
  resumeSurroundingsProblems,
} from '../problems/resume-surroundings.ts';
import { type ProblemTable, tell, type Told } from '../problems/table.ts';
import {
  type TranscriptFileProblems,
  transcriptFileProblems,
} from '../problems/transcript-file.ts';
import {
  type TranscriptPlaceProblems,
  transcriptPlaceProblems,
} from '../problems/transcript-place.ts';

/** The fields that each problem has of its own, by code. */
interface ResumeProblems
  extends TranscriptPlaceProblems, TranscriptFileProblems, ResumeSurroundingsProblems {}

/** Why a session cannot be resumed, or what is lost where it is, in a kebab-case word. */
export type ResumeProblemCode = keyof ResumeProblems;

/** The problem of one code, with the fields of its own. */
export type ResumeProblemOf<Code extends ResumeProblemCode> = Told<Code> & ResumeProblems[Code];

/** One thing that `diagnoseResume` tells, as plain data: a union discriminated by `code`. */
export type ResumeProblem = {
  readonly [Code in ResumeProblemCode]: ResumeProblemOf<Code>;
}[ResumeProblemCode];

/** Severity, remedy and wording of every problem code of a diagnosis. */
export const resumeProblems: ProblemTable<ResumeProblems> = {
  ...transcriptPlaceProblems,
  ...transcriptFileProblems,
  ...resumeSurroundingsProblems,
};

/** Makes a problem from its particulars. */
export function resumeProblem<Code extends ResumeProblemCode>(
  code: Code,
  fields: ResumeProblems[Code],
): ResumeProblemOf<Code> {
  return tell(resumeProblems, code, fields);
}
