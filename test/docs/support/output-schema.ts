import ts from 'typescript';
import { programOf } from './compiler.ts';
import { pathInRepository } from './source.ts';

/** Where `claude-shared-state schema` has the schema of the JSON from. */
export const outputSchemaPath = pathInRepository('src/cli/output-schema.json');

type Schema = Readonly<Record<string, unknown>>;
interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

/*
 * Derives the JSON Schema of what the commands print from the types of what they return: nothing is written twice, and
 * a new member of a report is in the schema as soon as it is in its type.
 */

const text = { type: 'string' };
const problem = {
  type: 'object',
  description: 'as the library reports it; each code has fields of its own',
  properties: {
    code: text,
    severity: { enum: ['error', 'warning'] },
    remedy: { enum: ['retry', 'ensure', 'migrate', 'restore', 'choose-session', 'manual'] },
    path: text,
    message: { ...text, description: 'for people, not for parsing' },
  },
  required: ['code', 'severity', 'remedy', 'path', 'message'],
};

export function outputSchema(): string {
  const program = programOf([pathInRepository('src/cli/main.ts')]);
  const checker = program.getTypeChecker();
  const { membersOf, named } = schemaMaker(checker);
  const commands = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes('/src/cli/commands/'))
    .flatMap(commandsIn)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const json = program.getSourceFile(pathInRepository('src/cli/json.ts'));
  if (json === undefined) throw new Error('src/cli/json.ts is not part of the program');
  const returned = (name: string) => {
    const made = json.statements.find(
      (it): it is ts.FunctionDeclaration => ts.isFunctionDeclaration(it) && it.name?.text === name,
    );
    const signature = made && checker.getSignatureFromDeclaration(made);
    if (signature === undefined) throw new Error(`no function ${name} in src/cli/json.ts`);
    return membersOf([signature.getReturnType()]);
  };
  const [head, ended] = [returned('envelope'), returned('errorAsData')];
  const line = returned('lineAsData');
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'claude-shared-state --json',
    description: 'one object on standard output, of list one a line; ok: whether exitCode is 0',
    oneOf: [
      merged(ended, commandIs({ enum: [...commands.map(({ name }) => name), null] })),
      ...commands.flatMap(({ name, run }) => {
        const signature = checker.getSignatureFromDeclaration(run);
        const bodies = signature === undefined ? [] : bodiesOf(checker, signature.getReturnType());
        if (name === 'list') return [merged(line)];
        if (bodies.length === 0) return [];
        return [merged(head, commandIs({ const: name }), membersOf(bodies))];
      }),
    ],
  };
  const lines = Object.entries({ ...schema, $defs: named }).map(([key, value]) => {
    const parts = typeof value === 'string' ? JSON.stringify(value) : linesOf(value);
    return `  ${JSON.stringify(key)}: ${parts}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** Each entry on a line of its own. */
function linesOf(value: object): string {
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = Object.entries(value).map(([key, entry]) => {
    const text = JSON.stringify(entry);
    return Array.isArray(value) ? text : `${JSON.stringify(key)}: ${text}`;
  });
  return `${open}\n    ${lines.join(',\n    ')}\n  ${close}`;
}

/** The objects that are handed to `defineCommand`. */
function commandsIn(file: ts.SourceFile) {
  const found: { readonly name: string; readonly run: ts.MethodDeclaration }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'defineCommand') {
      const [spec] = node.arguments;
      if (spec === undefined || !ts.isObjectLiteralExpression(spec)) throw new Error('no object');
      const name = spec.properties.find((it) => it.name?.getText() === 'name');
      const run = spec.properties.find((it) => it.name?.getText() === 'run');
      if (!name || !ts.isPropertyAssignment(name) || !run || !ts.isMethodDeclaration(run)) {
        throw new Error(`${file.fileName} has a command without a name or a method run`);
      }
      found.push({ name: name.initializer.getText().slice(1, -1), run });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The types of `body` in a promise of results. */
function bodiesOf(checker: ts.TypeChecker, promise: ts.Type): readonly ts.Type[] {
  const result = checker.getAwaitedType(promise);
  return partsOf(result)
    .flatMap((part) => part.getProperty('body') ?? [])
    .flatMap((body) => partsOf(checker.getNonNullableType(checker.getTypeOfSymbol(body))))
    .filter(({ flags }) => (flags & ts.TypeFlags.Never) === 0);
}

function partsOf(type: ts.Type | undefined): readonly ts.Type[] {
  if (type === undefined) return [];
  return type.isUnion() ? type.types : [type];
}

/** One object schema with the members of several; a later one counts. */
function merged(...parts: readonly ObjectSchema[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(parts.flatMap(({ properties }) => Object.entries(properties))),
    required: [...new Set(parts.flatMap(({ required }) => required))],
    additionalProperties: false,
  };
}

const commandIs = (schema: Schema): ObjectSchema => ({
  properties: { command: schema },
  required: [],
});

function schemaMaker(checker: ts.TypeChecker) {
  const named: Record<string, Schema> = { Problem: problem };
  return { membersOf, named };

  function schemaOf(type: ts.Type): Schema {
    const { flags } = type;
    if (flags & ts.TypeFlags.StringLike && !type.isStringLiteral()) return text;
    if (type.isLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (nameOf(type) === 'Date') return { ...text, description: 'a time in ISO 8601' };
    // A string with a brand is a string.
    if (type.isIntersection() && type.types.some((it) => it.flags & ts.TypeFlags.String))
      return text;
    if (['code', 'severity', 'remedy', 'message'].every((name) => type.getProperty(name))) {
      return { $ref: '#/$defs/Problem' };
    }
    if (type.isUnion()) return unionOf(type.types.map(schemaOf));
    const item = checker.isArrayLikeType(type) ? type.getNumberIndexType() : undefined;
    if (item !== undefined) return { type: 'array', items: schemaOf(item) };
    const values = type.getStringIndexType();
    if (values !== undefined) return { type: 'object', additionalProperties: schemaOf(values) };
    return objectOf(type);
  }

  function unionOf(schemas: readonly Schema[]): Schema {
    const all = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
    const [first = {}] = all;
    if (all.length === 1) return first;
    const values = all.flatMap((schema) => schema['enum'] ?? schema['const'] ?? []);
    return all.every((schema) => 'const' in schema || 'enum' in schema)
      ? { enum: [...new Set(values)] }
      : { anyOf: all };
  }

  /** An interface is defined once, under its name. */
  function objectOf(type: ts.Type): Schema {
    const name = nameOf(type);
    if (name.startsWith('__')) return merged(membersOf([type]));
    named[name] ??= merged(membersOf([type]));
    return { $ref: `#/$defs/${name}` };
  }

  /** Of several: a member that not every one has is optional. */
  function membersOf(types: readonly ts.Type[]): ObjectSchema {
    const all = types.map(membersOfOne);
    const names = [...new Set(all.flatMap(({ properties }) => Object.keys(properties)))];
    const schemasOf = (name: string) =>
      all.flatMap<Schema>(({ properties }) => properties[name] ?? []);
    const required = names.filter((name) => all.every((one) => one.required.includes(name)));
    return {
      properties: Object.fromEntries(names.map((name) => [name, unionOf(schemasOf(name))])),
      required,
    };
  }

  function membersOfOne(type: ts.Type): ObjectSchema {
    const present = type.getProperties().filter((property) => {
      const full = checker.getNonNullableType(checker.getTypeOfSymbol(property));
      return (full.flags & ts.TypeFlags.Never) === 0;
    });
    const members = present.map((property) => {
      const full = checker.getTypeOfSymbol(property);
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0 || mayBeUndefined(full);
      return { name: property.name, schema: schemaOf(checker.getNonNullableType(full)), optional };
    });
    return {
      properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])),
      required: members.filter(({ optional }) => !optional).map(({ name }) => name),
    };
  }
}

/** Made-up names begin with two underscores. */
function nameOf({ symbol }: { readonly symbol?: ts.Symbol }): string {
  return symbol?.name ?? '__type';
}

function mayBeUndefined(type: ts.Type): boolean {
  return type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Undefined);
}
