import { escapeControl } from './paths.ts';

/** Whether a problem makes a call throw (`error`) or is only told (`warning`). */
export type Severity = 'error' | 'warning';

/**
 * What helps against a problem, in few words that a daemon can branch on; new codes never add to it.
 *
 * `retry`: call again. `ensure`: `ensureForAccount` or `validateAll` puts it right. `migrate`: content
 * has to be moved into the shared target. `restore`: a migration has to be taken back.
 * `choose-session`: another session has to be named. `operator`: a person has to look.
 */
export type Remedy = 'retry' | 'ensure' | 'migrate' | 'restore' | 'choose-session' | 'operator';

/** What every problem has, whatever it is about. */
export interface Told<Code extends string> {
  readonly code: Code;
  /** `error` makes a call throw, `warning` never does. */
  readonly severity: Severity;
  /** What helps, in one of few words to branch on. */
  readonly remedy: Remedy;
  /** The path, the reason and what to do, for people. Not for parsing: the fields are. */
  readonly message: string;
}

/** What is told of one kind of problem, apart from finding it. Its meaning stands at its fields. */
interface Telling<Fields> {
  readonly severity: Severity;
  readonly remedy: Remedy;
  /** The case at hand: a sentence without its full stop. */
  readonly says: (problem: Fields) => string;
  /** What to do about it. */
  readonly advice: string | ((problem: Fields) => string);
}

/** One telling for every code: total by construction. */
export type ProblemTable<Fields> = { readonly [Code in keyof Fields]: Telling<Fields[Code]> };

/** Puts a problem into words. */
export function tell<Fields, Code extends keyof Fields & string>(
  table: ProblemTable<Fields>,
  code: Code,
  fields: Fields[Code],
): Told<Code> & Fields[Code] {
  const { severity, remedy, says, advice } = table[code];
  const told: Told<Code> = {
    code,
    severity,
    remedy,
    message: `${says(fields)}. ${typeof advice === 'function' ? advice(fields) : advice}`,
  };
  return { ...told, ...fields };
}

export function error<Fields>(
  remedy: Remedy,
  says: Telling<Fields>['says'],
  advice: Telling<Fields>['advice'],
): Telling<Fields> {
  return { severity: 'error', remedy, says, advice };
}

export function warning<Fields>(
  says: Telling<Fields>['says'],
  advice: string,
  remedy: Remedy = 'operator',
): Telling<Fields> {
  return { severity: 'warning', remedy, says, advice };
}

/** A text with paths in it, which are data from disk: printed so that no terminal obeys them. */
export function text(
  words: TemplateStringsArray,
  ...paths: readonly (string | undefined)[]
): string {
  return String.raw({ raw: words }, ...paths.map((path) => escapeControl(path ?? '')));
}

export interface AtPath {
  /** The path it is about, in the caller's spelling. */
  readonly path: string;
}

export interface Failed {
  /** The errno of the call that failed, such as `EACCES`. */
  readonly errno: string;
}
