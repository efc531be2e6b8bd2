import type { Option } from 'commander';
import { type AnyCommand, commonOptions, defineCommand } from '../command.ts';
import { EXIT, exitCodes } from '../exit.ts';
import { NAME, whereHomesAre } from '../program.ts';

export const manCommand = (commands: () => readonly AnyCommand[]) =>
  defineCommand({
    name: 'man',
    summary: 'print the manual page',
    description: `Prints the manual page, as man reads it: ${NAME} man | man -l -`,
    needsHomes: () => false,
    run({ io }) {
      io.stdout.write(manualPage(commands(), io.version));
      return Promise.resolve({ exitCode: EXIT.done });
    },
  });

function manualPage(commands: readonly AnyCommand[], version: string): string {
  return [
    `.TH ${NAME.toUpperCase()} 1 "" "${NAME} ${version}"`,
    '.SH NAME',
    `${roff(NAME)} \\- share the session state of several Claude Code account homes`,
    '.SH SYNOPSIS',
    `.B ${roff(NAME)}`,
    '[\\fIcommand\\fR] [\\fIoptions\\fR]',
    '.SH COMMANDS',
    ...commands.flatMap(({ name, aliases, arguments: words, description, options }) => [
      '.TP',
      `.B ${roff([[name, ...aliases].join(', '), words].join(' ').trim())}`,
      roff(description),
      ...options.filter(({ hidden }) => !hidden).flatMap(optionLines),
    ]),
    '.SH OPTIONS',
    'Every command takes these.',
    ...Object.values(commonOptions).flatMap((option) => [
      '.TP',
      `.B ${roff(option.flags)}`,
      roff(option.description),
    ]),
    '.SH EXIT STATUS',
    ...Object.entries(exitCodes).flatMap(([code, meaning]) => ['.TP', `.B ${code}`, roff(meaning)]),
    '.SH FILES',
    roff(whereHomesAre),
    '',
  ].join('\n');
}

function optionLines({ flags, description }: Option): readonly string[] {
  return ['.RS', '.TP', `.B ${roff(flags)}`, roff(description), '.RE'];
}

function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}
