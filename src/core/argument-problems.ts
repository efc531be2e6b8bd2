import { type AnyOf, type Audience, error, type ProblemTable, text } from './problem.ts';

interface InArguments {
  /** The value if it is a string, otherwise empty. */
  readonly path: string;
  /** Which argument, such as `accountHomes[2]` or `options.required[0].name`. */
  readonly argument: string;
  /** The value, cut at 200 characters. */
  readonly value: string;
}

/** What can be wrong with the arguments of a call. Found before anything is touched. */
export interface ArgumentProblems {
  /** An argument is not what the call can use. `expected` completes "It must be …". */
  readonly 'invalid-argument': InArguments & { readonly expected: string };
  /** The call has no such option. `known`: the options it has. */
  readonly 'unknown-option': InArguments & {
    readonly known: readonly string[];
    /** The option that was probably meant. */
    readonly suggestion?: string;
  };
}

export type ArgumentProblem = AnyOf<ArgumentProblems>;

export const argumentProblems: ProblemTable<ArgumentProblems> = /* @__PURE__ */ (() => ({
  'invalid-argument': error(
    'manual',
    ({ argument, value }, to) =>
      text`${named(argument, to)} is ${value === 'undefined' ? 'missing' : value}`,
    ({ expected }) => `It must be ${expected}.`,
  ),
  'unknown-option': error(
    'manual',
    ({ argument }, to) => text`there is no option ${named(argument, to)}`,
    ({ known, suggestion }, to) => {
      if (suggestion !== undefined) return `Did you mean ${named(suggestion, to)}?`;
      return known.length === 0
        ? 'This call has no options.'
        : `The options are ${known.map((option) => named(option, to)).join(', ')}.`;
    },
  ),
}))();

/** What the command calls otherwise than the library. */
const commandWords = new Map([
  ['accountHome', '--home'],
  ['accountHomes', '--home'],
  ['programVersion', '--claude-version'],
  ['required', '--shared'],
  ['restorePoint', 'the restore point'],
  ['sessionId', 'the session id'],
]);

/** An argument as its reader writes it: `options.acceptRetention` is `--accept-retention` of the command. */
function named(argument: string, audience: Audience): string {
  if (audience === 'api') return argument;
  const [name = ''] = argument.replace(/^options\./, '').split(/[.[]/);
  const inCommand = commandWords.get(name);
  if (inCommand !== undefined) return inCommand;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
