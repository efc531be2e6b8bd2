import { commands } from '../../../src/cli/commands/index.ts';

/** A row for every command, in Markdown. */
export function commandTable(): string {
  const rows = commands.map(({ name, summary }) => `| \`${name}\` | ${summary} |`);
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}
