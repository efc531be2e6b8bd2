import { InvalidArgumentError, Option } from 'commander';
import type { SharedSymlink } from '../index.ts';
import { type ExitCode, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { didYouMean, hasEntry } from './lists.ts';
import type { Scope } from './scope.ts';
import type { Output } from './ui/output.ts';

/** What every command works with. */
export interface CliContext {
  readonly io: Io;
  readonly scope: Scope;
  /** For the result, on standard output. With `--json` it goes nowhere. */
  readonly out: Output;
  /** For remarks on the way. */
  readonly stderr: Output;
  readonly isJson: boolean;
  readonly commands: readonly AnyCommand[];
}

/** How a command ended, and what it prints with `--json`. */
interface Result<Body> {
  readonly exitCode: ExitCode;
  /** Absent if the command has printed its only output, whatever the format. */
  readonly body?: Body | undefined;
}

declare const valueType: unique symbol;
/** An option of a command line that knows the type of its value. */
interface TypedOption<Value> extends Option {
  readonly [valueType]?: Value;
}
type OptionList = Readonly<Record<string, TypedOption<unknown>>>;
export type ValuesOf<Options extends OptionList> = {
  readonly [Key in keyof Options]?: Options[Key] extends TypedOption<infer Value> ? Value : never;
};

/** A command as data: help, completion, the manual page and the JSON schema come from it. */
export interface CommandSpec<Options extends OptionList, Body extends object> {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly description: string;
  /** As commander takes them, such as `<session-id>`. */
  readonly arguments?: string;
  /** By the names that commander derives from their flags. */
  readonly options?: Options;
  /** Whether it fails where there is no account home; yes by default. */
  needsHomes?(values: ValuesOf<Options>): boolean;
  run(
    context: CliContext,
    values: ValuesOf<Options>,
    words: readonly string[],
  ): Promise<Result<Body>>;
}

/** A command whose options and output are no longer of a known type. */
export type AnyCommand = Required<CommandSpec<OptionList, object>>;

export function defineCommand<Options extends OptionList, Body extends object>(
  spec: CommandSpec<Options, Body>,
): AnyCommand {
  return { aliases: [], arguments: '', options: {}, needsHomes: () => true, ...spec };
}

/** Refuses an action that a command does not have. */
export function requireAction<Actions extends object>(
  command: string,
  actions: Actions,
  action: string,
): asserts action is keyof Actions & string {
  if (hasEntry(actions, action)) return;
  const known = Object.keys(actions);
  const hint = didYouMean(action, known);
  throw new UsageError(
    `${command} has no action ${JSON.stringify(action)}${hint}\nits actions: ${known.join(', ')}`,
  );
}

export function flagOption(flags: string, description: string): TypedOption<true> {
  return new Option(flags, description);
}

export function textOption(flags: string, description: string): TypedOption<string> {
  return new Option(flags, description).argParser(notEmpty);
}

export function choiceOption<const Choice extends string>(
  flags: string,
  description: string,
  choices: readonly [Choice, ...Choice[]],
): TypedOption<Choice> {
  return new Option(flags, description).choices(choices).default(choices[0]);
}

/** An option that can be repeated. */
function repeatedOption<Value>(
  flags: string,
  description: string,
  parse: (text: string) => Value,
): TypedOption<readonly Value[]> {
  return new Option(flags, description).argParser((text: string, all?: readonly Value[]) => [
    ...(all ?? []),
    parse(text),
  ]);
}

export const listOption = (flags: string, description: string) =>
  repeatedOption(flags, description, notEmpty);

function notEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty; a variable may be unset.');
  return value;
}

function linkFrom(text: string): SharedSymlink {
  const [, name = '', target = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name !== '') return { name, target };
  throw new InvalidArgumentError('It must be a name and a directory: projects=/srv/projects.');
}

type Values = Readonly<Record<string, string | true | readonly string[] | undefined>>;

/** Options as they are typed, from their values by the names that commander derives from their flags. */
export function flagsOf(values: Values): readonly string[] {
  return Object.entries(values).flatMap(([name, value = []]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [value].flat().flatMap((each) => [flag, each]);
  });
}

export const dryRun = flagOption('--dry-run', 'show the plan, and change nothing');

/** What every command accepts. */
export const commonOptions = {
  home: listOption(
    '--home <directory>',
    'an account home; can contain * and ?, and be repeated (default: all that are found)',
  ),
  root: textOption(
    '--root <directory>',
    'where the shared directories are (default: your home directory)',
  ).conflicts('shared'),
  shared: repeatedOption(
    '--shared <name=directory>',
    'one shared link, instead of --root; can be repeated',
    linkFrom,
  ),
  json: flagOption('--json', 'print one JSON object, for scripts'),
  color: flagOption('--no-color', 'no colors, as with NO_COLOR'),
};
export type CommonValues = ValuesOf<typeof commonOptions>;
