import { SCHEMA_VERSION } from './json.ts';
import { commands, type Members } from './json-schema-commands.ts';
import { listOf, object, oneOf, path, type Schema, text } from './json-schema-parts.ts';

const skipped = object(
  {
    path,
    reason: oneOf('shared-target', 'no-mark', 'not-a-directory', 'same-directory', 'unreadable'),
  },
  { errno: text },
);

function head(command: Schema): Members {
  return {
    schemaVersion: { const: SCHEMA_VERSION },
    command,
    ok: { type: 'boolean', description: 'whether exitCode is 0' },
    exitCode: { enum: [0, 1, 2, 3] },
  };
}

const about = {
  accountHomes: object({
    from: oneOf('given', 'found'),
    searched: path,
    paths: listOf(path),
    skipped: listOf(skipped),
  }),
  required: object(
    {
      from: oneOf('home', 'root', 'shared'),
      links: listOf(object({ name: text, target: path })),
    },
    { root: path },
  ),
};

const ended = object({
  ...head({ enum: [...Object.keys(commands), null] }),
  error: object({ kind: oneOf('usage', 'failure'), message: text }),
});

/** What every command tells with `--json`. New members may come; none goes or changes within a version. */
export const outputSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'claude-shared-state --json',
  description: `version ${SCHEMA_VERSION}: one object on the standard output`,
  oneOf: [
    ended,
    ...Object.entries(commands).map(([name, [members, optional]]) =>
      object({ ...head({ const: name }), ...about, ...members }, optional),
    ),
  ],
};
