import { type AnyCommand, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonText, outputSchema } from '../json.ts';

export const schema = (commands: () => readonly AnyCommand[]) =>
  defineCommand({
    name: 'schema',
    summary: 'print the JSON Schema of what --json prints',
    description: 'Prints the JSON Schema of what the commands print with --json.',
    needsHomes: () => false,
    run({ io }) {
      io.stdout.write(jsonText(outputSchema(commands())));
      return Promise.resolve({ exitCode: EXIT.done });
    },
  });
