import { type AnyCommand, commonOptions, defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { NAME } from '../program.ts';

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

export const completionCommand = (commands: () => readonly AnyCommand[]) =>
  defineCommand({
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    description: `Prints a script that completes commands and options. For bash: source <(${NAME} completion bash)`,
    arguments: '<shell> [words...]',
    needsHomes: () => false,
    run({ io }, _, [shell = '', ...words]) {
      const script = scripts[shell];
      if (script === undefined) throw new UsageError(`${shell} is not bash, zsh or fish`);
      const isScript = words.length === 0;
      io.stdout.write(
        isScript
          ? script
          : candidates(commands(), words)
              .map((word) => `${word}\n`)
              .join(''),
      );
      return Promise.resolve({ exitCode: EXIT.done });
    },
  });

/** What the last word can become; nothing where it is a path or an id. */
function candidates(commands: readonly AnyCommand[], words: readonly string[]): readonly string[] {
  const [typed = '', previous = ''] = words.toReversed();
  const command = commands.find(({ name, aliases }) =>
    words.slice(0, -1).some((word) => word === name || aliases.includes(word)),
  );
  const options = [...(command?.options ?? []), ...Object.values(commonOptions)];
  const asked = options.find((option) => option.long === previous || option.short === previous);
  const all = asked?.required
    ? (asked.argChoices ?? [])
    : typed.startsWith('-')
      ? options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '')
      : command === undefined
        ? commands.map(({ name }) => name)
        : command.name === 'completion'
          ? Object.keys(scripts)
          : [];
  return all.filter((candidate) => candidate.startsWith(typed));
}
