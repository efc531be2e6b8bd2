import type { Problem } from '../problem.ts';
import { type MigrationConflicts, migrationConflicts } from '../problems/migration-conflicts.ts';
import { type MigrationRuns, migrationRuns } from '../problems/migration-runs.ts';
import {
  type MigrationSurroundings,
  migrationSurroundings,
} from '../problems/migration-surroundings.ts';
import { type ProblemTable, tell, type Told } from '../problems/table.ts';
import type { SessionProblem } from '../sessions/session-problem.ts';

/** The fields that each problem has of its own, by code. */
interface OwnFields extends MigrationConflicts, MigrationSurroundings, MigrationRuns {}

/** The codes that only migrating has. */
export type MigrationProblemCode = keyof OwnFields;

/** The problem of one code, with the fields of its own. */
export type MigrationProblemOf<Code extends MigrationProblemCode> = Told<Code> & OwnFields[Code];

/** One thing that stands against a migration, or is to be known about it; links and sessions included. */
export type MigrationProblem =
  | { readonly [Code in MigrationProblemCode]: MigrationProblemOf<Code> }[MigrationProblemCode]
  | Problem
  | SessionProblem;

/** Severity, remedy and wording of the codes that only migrating has. */
export const migrationProblems: ProblemTable<OwnFields> = {
  ...migrationConflicts,
  ...migrationSurroundings,
  ...migrationRuns,
};

/** Makes a problem from its particulars. */
export function migrationProblem<Code extends MigrationProblemCode>(
  code: Code,
  fields: OwnFields[Code],
): MigrationProblemOf<Code> {
  return tell(migrationProblems, code, fields);
}
