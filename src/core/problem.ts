import { escapeControl } from './paths.ts';

/** `error`: the call throws. `warning`: the call only reports it. */
export type Severity = 'error' | 'warning';

/**
 * What resolves a problem: a closed list to branch on. New codes never extend it.
 *
 * `retry`: call again. `ensure`: call `ensureForAccount` or `validateAll`. `migrate`: move content into the shared
 * target. `restore`: take a migration back. `choose-session`: name another session. `manual`: a person has to look.
 */
export type Remedy = 'retry' | 'ensure' | 'migrate' | 'restore' | 'choose-session' | 'manual';

/** Whom a text is for: `api` names calls and options of the library, `cli` those of the command. */
export type Audience = 'api' | 'cli';

/** What all problems have in common. */
export interface ProblemBase<Code extends string = string> {
  readonly code: Code;
  /** An `error` makes a call throw, a `warning` never does. */
  readonly severity: Severity;
  /** What resolves it: one of a few words to branch on. */
  readonly remedy: Remedy;
  /** Path, reason and advice, for people. Do not parse it: the fields have all of it. */
  readonly message: string;
}

/** The problem of one code, with the fields of its own. */
export type ProblemWith<Fields, Code extends keyof Fields> = ProblemBase<Code & string> &
  Fields[Code];

/** The problems of all codes, by their fields: a union discriminated by `code`. */
export type AnyOf<Fields> = {
  readonly [Code in keyof Fields]: ProblemWith<Fields, Code>;
}[keyof Fields];

/** A text about a problem, for whom it depends on the case or on the reader. */
type Text<Fields> = (problem: Fields, audience: Audience) => string;

/** What to do: whole sentences, that may name calls of the library for one reader and commands for the other. */
type Advice<Fields> = string | Readonly<Record<Audience, string>> | Text<Fields>;

/** One problem code. Its meaning is the comment at its fields. */
interface ProblemDefinition<Fields> {
  readonly severity: Severity;
  readonly remedy: Remedy;
  /** What is wrong: a sentence without its full stop. */
  readonly describe: Text<Fields>;
  readonly advice: Advice<Fields>;
}

/** One definition for every code: total by construction. */
export type ProblemTable<Fields> = {
  readonly [Code in keyof Fields]: ProblemDefinition<Fields[Code]>;
};

/** What is wrong, and what to do about it. */
export interface Description {
  readonly description: string;
  readonly advice: string;
}

/** Puts a problem into words for a reader. */
export function describeProblem<Fields, Code extends keyof Fields & string>(
  table: ProblemTable<Fields>,
  problem: { readonly code: Code } & Fields[Code],
  audience: Audience,
): Description {
  const { describe, advice } = table[problem.code];
  return {
    description: describe(problem, audience),
    advice: adviceFor(advice, problem, audience),
  };
}

function adviceFor<Fields>(advice: Advice<Fields>, problem: Fields, audience: Audience): string {
  if (typeof advice === 'string') return advice;
  return typeof advice === 'function' ? advice(problem, audience) : advice[audience];
}

/** Creates a problem from its fields. */
export function createProblem<Fields, Code extends keyof Fields & string>(
  table: ProblemTable<Fields>,
  code: Code,
  fields: Fields[Code],
): ProblemBase<Code> & Fields[Code] {
  const { severity, remedy } = table[code];
  const { description, advice } = describeProblem(table, { code, ...fields }, 'api');
  const base: ProblemBase<Code> = { code, severity, remedy, message: `${description}. ${advice}` };
  return { ...base, ...fields };
}

/** Creates the problems of one table. */
export function problemsFrom<Fields>(
  table: ProblemTable<Fields>,
): <Code extends keyof Fields & string>(
  code: Code,
  fields: Fields[Code],
) => ProblemBase<Code> & Fields[Code] {
  return (code, fields) => createProblem(table, code, fields);
}

/** Defines a problem of severity `error`. */
export function error<Fields>(
  remedy: Remedy,
  describe: Text<Fields>,
  advice: Advice<Fields>,
): ProblemDefinition<Fields> {
  return { severity: 'error', remedy, describe, advice };
}

/** Defines a problem of severity `warning`. */
export function warning<Fields>(
  describe: Text<Fields>,
  advice: Advice<Fields>,
  remedy: Remedy = 'manual',
): ProblemDefinition<Fields> {
  return { severity: 'warning', remedy, describe, advice };
}

/** A text with values in it. They may come from disk, so they are escaped: no terminal obeys them. */
export function text(
  words: TemplateStringsArray,
  ...values: readonly (string | undefined)[]
): string {
  return String.raw({ raw: words }, ...values.map((value) => escapeControl(value ?? '')));
}

export interface AtPath {
  /** The path it is about, in the caller's spelling. */
  readonly path: string;
}

export interface Failed {
  /** The errno of the call that failed, such as `EACCES`. */
  readonly errno: string;
}
