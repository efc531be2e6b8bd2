import { commands } from '../../../src/cli/commands/index.ts';
import { eventMeanings } from '../../../src/cli/failover/events.ts';

/** A row for every command, in Markdown. */
export function commandTable(): string {
  const rows = commands.map(({ name, summary }) => `| \`${name}\` | ${summary} |`);
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

/** A row for every event of the daemon. */
export function eventTable(): string {
  const rows = Object.entries(eventMeanings).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return ['| event | what happened |', '|---|---|', ...rows].join('\n');
}
