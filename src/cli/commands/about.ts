import type { Option } from 'commander';
import { meaningOf, problemCodes } from '../causes.ts';
import { type AnyCommand, commonOptions, defineCommand } from '../command.ts';
import { EXIT, exitCodes, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { didYouMean } from '../lists.ts';
import outputSchema from '../output-schema.json' with { type: 'json' };
import { NAME, whereHomesAre } from '../program.ts';

// The commands that print what is known without looking at a home.

export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'explain a problem code',
  description:
    'Explains what a problem code such as divergent-link means, and what to do about it.',
  arguments: '<code>',
  needsHomes: () => false,
  run({ out }, _, [code = '']) {
    const body = meaningOf(code);
    if (body === undefined) {
      throw new UsageError(`there is no problem code ${code}${didYouMean(code, problemCodes)}`);
    }
    const kind = out.paint.dim(`${body.severity}, remedy: ${body.remedy}`);
    out.line(`${out.paint.bold(body.code)}  ${kind}`);
    out.line();
    out.words(body.meaning, 0);
    out.words(body.advice, 0);
    return Promise.resolve({ exitCode: EXIT.done, body });
  },
});

export const schemaCommand = defineCommand({
  name: 'schema',
  summary: 'print the JSON Schema of --json',
  description: 'Prints the JSON Schema of what the commands print with --json.',
  needsHomes: () => false,
  run({ io }) {
    return print(io, jsonText(outputSchema));
  },
});

// Each asks the command itself, so that the three never differ.
const scripts: Readonly<Record<string, string>> = {
  bash: `_claude_shared_state() {
  local IFS=$'\\n'
  COMPREPLY=($(${NAME} completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}"))
}
complete -o default -F _claude_shared_state ${NAME}
`,
  zsh: `#compdef ${NAME}
_claude_shared_state() {
  local -a found
  found=("\${(@f)$(${NAME} completion zsh -- "\${(@)words[2,CURRENT]}")}")
  [[ -n $found ]] && compadd -- $found || _files
}
compdef _claude_shared_state ${NAME}
`,
  fish: `function __claude_shared_state
  set -l word (commandline -ct)
  set -l found (${NAME} completion fish -- (commandline -opc)[2..] "$word")
  set -q found[1]; and printf '%s\\n' $found; or __fish_complete_path "$word"
end
complete -c ${NAME} -f -a '(__claude_shared_state)'
`,
};

export const completionCommand = defineCommand({
  name: 'completion',
  summary: 'print a completion script for bash, zsh or fish',
  description: `Prints a script that completes commands and options. For bash: source <(${NAME} completion bash)`,
  arguments: '<shell> [words...]',
  needsHomes: () => false,
  run({ io, commands }, _, [shell = '', ...words]) {
    const script = scripts[shell];
    if (script === undefined) throw new UsageError(`${shell} is not bash, zsh or fish`);
    const found = candidates(commands, words).map((word) => `${word}\n`);
    return print(io, words.length === 0 ? script : found.join(''));
  },
});

/** What the last word can become; nothing where it is a path or an id. */
function candidates(commands: readonly AnyCommand[], words: readonly string[]): readonly string[] {
  const [typed = '', previous = ''] = words.toReversed();
  const command = commands.find(({ name, aliases }) =>
    words.slice(0, -1).some((word) => word === name || aliases.includes(word)),
  );
  const options = Object.values({ ...command?.options, ...commonOptions });
  const asked = options.find((option) => option.long === previous || option.short === previous);
  const all = () => {
    if (asked?.required === true) return asked.argChoices ?? [];
    if (typed.startsWith('-'))
      return options.flatMap(({ hidden, long = '' }) => (hidden ? [] : long));
    if (command === undefined) return commands.map(({ name }) => name);
    return command.name === 'completion' ? Object.keys(scripts) : [];
  };
  return all().filter((candidate) => candidate.startsWith(typed));
}

export const manCommand = defineCommand({
  name: 'man',
  summary: 'print the manual page',
  description: `Prints the manual page, as man reads it: ${NAME} man | man -l -`,
  needsHomes: () => false,
  run({ io, commands }) {
    return print(io, manualPage(commands, io.version));
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
      ...entry([[name, ...aliases].join(', '), words].join(' ').trim(), description),
      ...Object.values(options).flatMap((option) =>
        option.hidden ? [] : ['.RS', ...entryOf(option), '.RE'],
      ),
    ]),
    '.SH OPTIONS',
    'Every command takes these.',
    ...Object.values(commonOptions).flatMap(entryOf),
    '.SH EXIT STATUS',
    ...Object.entries(exitCodes).flatMap(([code, meaning]) => entry(code, meaning)),
    '.SH FILES',
    roff(whereHomesAre),
    '',
  ].join('\n');
}

const entry = (term: string, text: string) => ['.TP', `.B ${roff(term)}`, roff(text)];
const entryOf = ({ flags, description }: Option) => entry(flags, description);

function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}

function print({ stdout }: Io, text: string) {
  stdout.write(text);
  return Promise.resolve({ exitCode: EXIT.done });
}
