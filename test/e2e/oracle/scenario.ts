import type { DiagnoseOptions, SessionProblemCode } from 'claude-shared-state/sessions';
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

/** One row of the table. */
export interface Scenario {
  /** A sentence: what is the matter. */
  readonly name: string;
  /** The problem that has to be told; none for a plain success. */
  readonly code?: SessionProblemCode | Readonly<Partial<Record<ProgramName, SessionProblemCode>>>;
  /** Whether the program resumes it: with its history, and with the new turn saved. */
  readonly resumes: boolean | Readonly<Record<ProgramName, boolean>>;
  readonly set: (stage: Stage) => Attempt | void;
}

export function resumesOn({ resumes }: Scenario, program: ProgramName): boolean {
  return typeof resumes === 'boolean' ? resumes : resumes[program];
}

export function codeOn({ code }: Scenario, program: ProgramName): SessionProblemCode | undefined {
  return typeof code === 'object' ? code[program] : code;
}

export const refuses = false;
export const onlyNew = { old: false, new: true } as const;
export const onlyOld = { old: true, new: false } as const;
