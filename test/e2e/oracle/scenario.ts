import type {
  DiagnoseOptions,
  SessionProblem,
  SessionProblemCode,
} from 'claude-shared-state/sessions';
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

/** What is so in all versions, or changes with them. */
export type ByVersion<Value> = Value | Changing<Value>;

class Changing<Value> {
  constructor(
    readonly first: Value,
    readonly changes: readonly (readonly [since: string, value: Value])[],
  ) {}
}

/** What is `first`, and something else from these versions on, in their order. */
export function changing<Value>(
  first: Value,
  ...changes: readonly (readonly [since: string, value: Value])[]
): ByVersion<Value> {
  return new Changing(first, changes);
}

/** What is so in a version. */
export function inVersion<Value>(value: ByVersion<Value>, version: string): Value {
  if (!(value instanceof Changing)) return value;
  const isReached = ([since]: readonly [string, Value]) =>
    version.localeCompare(since, 'en', { numeric: true }) >= 0;
  return value.changes.findLast(isReached)?.[1] ?? value.first;
}

/** The code of a problem, and which variant of it. */
export type Cause = SessionProblemCode | `${SessionProblemCode} ${string}`;

/** One row of the table. */
export interface Scenario {
  /** A sentence: what is the matter. */
  readonly name: string;
  /** The problem that has to be told; none for a plain success. */
  readonly code?: ByVersion<Cause | 'none'>;
  /** Whether the program resumes it: with its history, and with the new turn saved. */
  readonly resumes: ByVersion<boolean>;
  readonly set: (stage: Stage) => Attempt | void;
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
/** Found by the search in all projects alone. */
export const bySearch = changing(false, ['2.1.223', true]);
