import { Command, CommanderError, Help } from 'commander';
import wrapAnsi from 'wrap-ansi';
import { type AnyCommand, commonOptions, type CommonValues } from './command.ts';
import { exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { didYouMean } from './lists.ts';

export const NAME = 'claude-shared-state';

/** A command line that was understood. */
export interface Invocation {
  readonly command: AnyCommand;
  readonly parsed: Command;
  readonly common: CommonValues;
}

/** What ended the parsing: a text that was asked for, or a mistake. It is printed already. */
export interface ParseEnd {
  readonly isMistake: boolean;
  readonly message: string;
}

/** Understands a command line. The first command is the default. */
export function parse(
  commands: readonly AnyCommand[],
  argv: readonly string[],
  io: Pick<Io, 'stderr' | 'stdout' | 'version'>,
): Invocation | ParseEnd {
  let result: Invocation | ParseEnd = { isMistake: true, message: 'no command was understood' };
  const program = programFor(commands, io, (command, parsed) => {
    result = { command, parsed, common: program.opts<CommonValues>() };
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { isMistake: error.exitCode !== 0, message: error.message.replace(/^error: /, '') };
  }
  return result;
}

function programFor(
  commands: readonly AnyCommand[],
  io: Pick<Io, 'stderr' | 'stdout' | 'version'>,
  invoke: (command: AnyCommand, parsed: Command) => void,
): Command {
  const program = new Command(NAME)
    .description('Share the session state of several Claude Code account homes.')
    .version(io.version, '-v, --version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20, formatItem })
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      outputError: (text, write) => write(wrapAnsi(text, io.stderr.columns ?? Infinity)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError(`(${NAME} --help lists commands and options)`)
    .addHelpText('after', () => `\n${helpEnding(io.stdout.columns ?? 80)}`);
  for (const option of Object.values(commonOptions)) program.addOption(option);
  for (const [index, command] of commands.entries()) {
    const isDefault = index === 0;
    const sub = program
      .command(`${command.name} ${command.arguments}`.trim(), { isDefault })
      .aliases(command.aliases)
      .summary(command.summary)
      .description(command.description)
      .allowExcessArguments(isDefault)
      .action(() => {
        // An unknown command is an argument of the default one.
        const [unknown] = isDefault ? sub.args : [];
        if (unknown === undefined) invoke(command, sub);
        else {
          const hint = didYouMean(
            unknown,
            commands.flatMap(({ name, aliases }) => [name, ...aliases]),
          );
          program.error(`error: unknown command '${unknown}'${hint}`, { exitCode: 2 });
        }
      });
    for (const option of Object.values(command.options)) sub.addOption(option);
  }
  return program;
}

const NARROWEST_COLUMN = 24;
const INDENT = 6;

/** A term beside its description, or above it where the terminal is narrow. */
function formatItem(term: string, termWidth: number, description: string, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  if (width - termWidth - 4 >= NARROWEST_COLUMN || description === '') {
    return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
  }
  const lines = helper.boxWrap(description, Math.max(16, width - INDENT)).split('\n');
  return [`  ${term}`, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n');
}

/** What every help says at its end. */
export const whereHomesAre =
  'Without --home, the account homes are those in the configuration, or else all that are found: ~/.claude, ~/.claude-*, and where other tools keep them. Without --root or --shared, the shared directories are those in the configuration, or else those that the homes already share, or else in your home directory.';

function helpEnding(columns: number): string {
  const codes = Object.entries(exitCodes).map(([code, meaning]) =>
    wrapAnsi(meaning, Math.max(16, columns - 7))
      .split('\n')
      .map((line, index) => `  ${(index === 0 ? code : '').padEnd(3)}  ${line}`)
      .join('\n'),
  );
  return ['Exit codes:', ...codes, '', wrapAnsi(whereHomesAre, Math.max(16, columns))].join('\n');
}
