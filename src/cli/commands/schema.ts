import { defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { jsonText } from '../json.ts';
import outputSchema from '../output-schema.json' with { type: 'json' };

export const schemaCommand = defineCommand({
  name: 'schema',
  summary: 'print the JSON Schema of --json',
  description: 'Prints the JSON Schema of what the commands print with --json.',
  needsHomes: () => false,
  run({ io }) {
    io.stdout.write(jsonText(outputSchema));
    return Promise.resolve({ exitCode: EXIT.done });
  },
});
