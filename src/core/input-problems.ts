import { error, type ProblemTable, text } from './problem.ts';

export interface InArguments {
  /** The value where it is a text, otherwise empty. */
  readonly path: string;
  /** Which argument, such as `accountHomes[2]` or `options.required[0].name`. */
  readonly argument: string;
  /** The value as it was given, cut at 200 characters. */
  readonly value: string;
}

/** What can be wrong with the arguments of a call; found before anything is touched. */
export interface InputProblems {
  /** The options are not a plain object: a list of links, say, belongs in its `required`. */
  readonly 'invalid-options': InArguments;
  /** The options have a key that the call does not know; `known` are those it knows. */
  readonly 'unknown-option': InArguments & { readonly known: readonly string[] };
  /** The value of an option is not what the call can use. */
  readonly 'invalid-option': InArguments & { readonly expected: string };
  /** The given file system lacks functions, named in `missing`; they are never taken from the real disk. */
  readonly 'invalid-fs': InArguments & { readonly missing: readonly string[] };
  /** The account homes are not an array. */
  readonly 'invalid-homes': InArguments;
  /** No account home was given, so nothing would be checked. */
  readonly 'no-homes': InArguments;
  /** The required list is not an array. */
  readonly 'invalid-required': InArguments;
  /** The required list is empty, so nothing would be checked. */
  readonly 'required-empty': InArguments;
  /** An entry of the required list is not a `{ name, target }` of strings. */
  readonly 'invalid-entry': InArguments;
  /** A path is not a string. */
  readonly 'path-not-string': InArguments;
  /** A path is empty. */
  readonly 'path-empty': InArguments;
  /** A path is relative, so it would depend on the working directory. */
  readonly 'path-relative': InArguments;
  /** A path starts with `~`, which only shells expand. */
  readonly 'path-tilde': InArguments;
  /** A path holds a NUL character, which no file system takes. */
  readonly 'path-nul': InArguments;
  /** A name is not one plain path segment, on every system: no separator, no colon, no dot or space at the end. */
  readonly 'invalid-name': InArguments;
  /**
   * The name belongs to one account or machine: sharing it would share a login or a process table. Or `migrate` keeps
   * something of its own under it.
   */
  readonly 'reserved-name': InArguments;
  /** A text is not a session id: 8-4-4-4-12 hexadecimal digits, and nothing around them. */
  readonly 'invalid-session-id': InArguments;
  /** Two entries have the same name, compared without regard to case. */
  readonly 'duplicate-name': InArguments;
}

const must = (rule: string) =>
  error<InArguments>('operator', (p) => text`${p.argument} is ${p.value}`, `It must ${rule}.`);

export const inputProblems: ProblemTable<InputProblems> = {
  'invalid-options': must('be a plain object with the options of the call'),
  'unknown-option': error(
    'operator',
    (p) => text`${p.argument} is ${p.value}, which is none of ${p.known.join(', ')}`,
    'Correct its spelling, or leave it out.',
  ),
  'invalid-option': error(
    'operator',
    (p) => text`${p.argument} is ${p.value}, and must be ${p.expected}`,
    'Correct it, or leave it out.',
  ),
  'invalid-fs': error(
    'operator',
    (p) => text`${p.argument} lacks ${p.missing.join(', ')}`,
    'Pass node:fs, memfs, or a wrapper with these functions.',
  ),
  'invalid-homes': must('be an array of absolute paths'),
  'no-homes': must('name at least one account home'),
  'invalid-required': must('be an array of { name, target }'),
  'required-empty': must('have at least one { name, target }'),
  'invalid-entry': must('be a { name, target } of strings'),
  'path-not-string': must('be an absolute path'),
  'path-empty': must('be an absolute path; an environment variable may be unset'),
  'path-relative': must('be an absolute path'),
  'path-tilde': must('be an absolute path: expand the ~ first, with os.homedir() for instance'),
  'path-nul': must('be an absolute path without a NUL character'),
  'invalid-name': must('be one plain path segment, such as projects'),
  'reserved-name': must('be left out: it is never to be shared'),
  'invalid-session-id': must('be a session id, such as parseResumeUUID gives'),
  'duplicate-name': must('differ from all other names, by more than upper and lower case'),
};
