import type { AnyCommand, Result } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { boolean, listOf, object, oneOf, path, type Schema, text } from './schema.ts';
import type { Scope } from './scope.ts';

/** Counts up when a script that reads the output would break. */
const SCHEMA_VERSION = 1;

export function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** The result of a command, with what it was about. */
export function envelope(
  command: string,
  scope: Scope,
  { exitCode, body }: Result<object>,
): object {
  const { homes, homesFrom, searched, skipped, required, requiredFrom, root } = scope;
  return {
    schemaVersion: SCHEMA_VERSION,
    command,
    ok: exitCode === EXIT.done,
    exitCode,
    accountHomes: { from: homesFrom, searched, paths: homes, skipped },
    required: { from: requiredFrom, root, links: required },
    ...body,
  };
}

/** What ended a command before it had a result; `null` if the command line was not understood. */
export function errorAsData(
  command: string | null,
  exitCode: ExitCode,
  kind: 'usage' | 'failure',
  message: string,
): object {
  const error = { kind, message };
  return { schemaVersion: SCHEMA_VERSION, command, ok: false, exitCode, error };
}

const skipped = object(
  {
    path,
    reason: oneOf('shared-target', 'no-mark', 'not-a-directory', 'same-directory', 'unreadable'),
  },
  { errno: text },
);
const about = {
  accountHomes: object({
    from: oneOf('given', 'found'),
    searched: path,
    paths: listOf(path),
    skipped: listOf(skipped),
  }),
  required: object(
    { from: oneOf('home', 'root', 'shared'), links: listOf(object({ name: text, target: path })) },
    { root: path },
  ),
};

/** What the commands print with `--json`. New members may come; none goes or changes within a version. */
export function outputSchema(commands: readonly AnyCommand[]): Schema {
  const head = (command: Schema) => ({
    schemaVersion: { const: SCHEMA_VERSION },
    command,
    ok: { ...boolean, description: 'whether exitCode is 0' },
    exitCode: { enum: Object.values(EXIT) },
  });
  const ended = object({
    ...head({ enum: [...commands.map(({ name }) => name), null] }),
    error: object({ kind: oneOf('usage', 'failure'), message: text }),
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'claude-shared-state --json',
    description: `version ${SCHEMA_VERSION}: one object on standard output`,
    oneOf: [
      ended,
      ...commands.flatMap(({ name, schema }) =>
        schema === undefined ? [] : [withHead(schema, { ...head({ const: name }), ...about })],
      ),
    ],
  };
}

/** An object schema with more members. */
function withHead(schema: Schema, head: Readonly<Record<string, Schema>>): Schema {
  const { properties = {}, required = [] } = schema;
  return {
    ...schema,
    properties: { ...head, ...properties },
    required: [...Object.keys(head), ...required],
  };
}
