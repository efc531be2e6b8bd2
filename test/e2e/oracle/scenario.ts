import type {
  DiagnoseOptions,
  SessionProblem,
  SessionProblemCode,
} from 'claude-shared-state/sessions';
import type { ProgramName } from '../support/programs.ts';
import type { Stage } from './stage.ts';

/** What differs from the usual: resume the session of the stage in `cwd` under account B. */
interface Attempt {
  readonly id?: string;
  readonly cwd?: string;
  readonly accountHome?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly options?: Partial<DiagnoseOptions>;
  /** The program is expected to wait for ever. */
  readonly hangs?: boolean;
  readonly undo?: () => void;
}

/** The code of a problem, and which variant of it. */
export type Cause = SessionProblemCode | `${SessionProblemCode} ${string}`;

/** One row of the table. */
export interface Scenario {
  /** A sentence: what is the matter. */
  readonly name: string;
  /** The problem that has to be told; none for a plain success. */
  readonly code?: Cause | Readonly<Partial<Record<ProgramName, Cause>>>;
  /** Whether the program resumes it: with its history, and with the new turn saved. */
  readonly resumes: boolean | Readonly<Record<ProgramName, boolean>>;
  readonly set: (stage: Stage) => Attempt | void;
}

export function resumesOn({ resumes }: Scenario, program: ProgramName): boolean {
  return typeof resumes === 'boolean' ? resumes : resumes[program];
}

export function codeOn({ code }: Scenario, program: ProgramName): Cause | undefined {
  return typeof code === 'object' ? code[program] : code;
}

export function causeOf(problem: SessionProblem): Cause {
  switch (problem.code) {
    case 'transcript-unusable':
    case 'transcript-damaged':
    case 'wrong-working-directory':
    case 'found-conditionally':
      return `${problem.code} ${problem.reason}`;
    case 'transcript-inaccessible':
      return `${problem.code} ${problem.access}`;
    case 'state-not-shared':
      return `${problem.code} ${problem.name}`;
    case 'session-running':
      return `${problem.code} ${problem.processState}`;
    default:
      return problem.code;
  }
}

export const refuses = false;
export const onlyNew = { old: false, new: true } as const;
export const onlyOld = { old: true, new: false } as const;
