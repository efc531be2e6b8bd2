import { commandHelp } from '../../../src/cli/help.ts';

/** A row for every command, in Markdown. */
export function commandTable(): string {
  const rows = Object.entries(commandHelp).map(
    ([name, { summary }]) => `| \`${name}\` | ${summary} |`,
  );
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}
