declare const valueType: unique symbol;

/** A JSON Schema that knows the type of its values: what a command prints is checked against it by the compiler. */
export interface Schema<out Value = unknown> {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly [valueType]?: Value;
}

export type ValueOf<Any> = Any extends Schema<infer Value> ? Value : never;

type Members = Readonly<Record<string, Schema>>;
type Flat<Value> = { readonly [Key in keyof Value]: Value[Key] };
type RequiredOf<Some extends Members> = { readonly [Key in keyof Some]: ValueOf<Some[Key]> };
type OptionalOf<Some extends Members> = {
  readonly [Key in keyof Some]?: ValueOf<Some[Key]> | undefined;
};

const schema = <Value>(keywords: Readonly<Record<string, unknown>>): Schema<Value> => keywords;

export const text = schema<string>({ type: 'string' });
export const path = schema<string>({ type: 'string', description: 'an absolute path' });
export const boolean = schema<boolean>({ type: 'boolean' });
export const amount = schema<number>({ type: 'integer', minimum: 0 });
export const time = schema<Date>({ type: 'string', description: 'a time in ISO 8601' });
export const days = schema<number | 'never'>({
  anyOf: [{ type: 'integer', minimum: 1 }, { const: 'never' }],
});

export function oneOf<const Text extends string>(...values: readonly Text[]): Schema<Text> {
  return schema({ enum: values });
}

export function listOf<Item>(items: Schema<Item>): Schema<readonly Item[]> {
  return schema({ type: 'array', items });
}

/** An object with these members and no others; the optional ones can be absent. */
export function object<Some extends Members>(members: Some): Schema<RequiredOf<Some>>;
export function object<Some extends Members, More extends Members>(
  members: Some,
  optional: More,
): Schema<Flat<RequiredOf<Some> & OptionalOf<More>>>;
export function object(members: Members, optional: Members = {}): Schema {
  return {
    type: 'object',
    properties: { ...members, ...optional },
    required: Object.keys(members),
    additionalProperties: false,
  };
}

/** An object of which only the type is promised. */
export const anyObject = schema<object>({ type: 'object' });

export const problems = listOf(
  schema<{
    readonly code: string;
    readonly severity: 'error' | 'warning';
    readonly remedy: string;
    readonly path: string;
    readonly message: string;
  }>({
    type: 'object',
    description: 'as the library reports it; each code has fields of its own',
    properties: {
      code: text,
      severity: oneOf('error', 'warning'),
      remedy: oneOf('retry', 'ensure', 'migrate', 'restore', 'choose-session', 'manual'),
      path: text,
      message: { type: 'string', description: 'for people, not for parsing' },
    },
    required: ['code', 'severity', 'remedy', 'path', 'message'],
  }),
);

export const steps = listOf(object({ command: text, purpose: text }, { or: boolean }));

export const link = object(
  {
    name: text,
    path,
    target: path,
    state: oneOf(
      'linked',
      'equivalent',
      'missing',
      'divergent',
      'dangling',
      'loop',
      'directory',
      'file',
      'other',
      'unreadable',
    ),
  },
  { storedTarget: text },
);

export const liveSession = object(
  {
    sessionId: text,
    accountHomes: listOf(path),
    pid: amount,
    path,
    processState: oneOf('running', 'unknown'),
  },
  { cwd: text, kind: text, entrypoint: text, status: text },
);

export const outcome = oneOf(
  'done',
  'partial',
  'refused',
  'locked',
  'aborted',
  'failed',
  'dry-run',
  'declined',
  'not-asked',
);

export const unmerged = listOf(
  object({
    path,
    reason: oneOf(
      'obsolete-cache',
      'kept-aside',
      'replaced',
      'partial-line',
      'conflict',
      'duplicate-session-id',
      'moved',
      'changed',
    ),
  }),
);

export const restorePoints = listOf(
  object(
    {
      path,
      accountHome: path,
      createdAt: time,
      state: oneOf('incomplete', 'complete', 'restoring', 'restored', 'deleting'),
      names: listOf(text),
      targets: listOf(object({ name: text, target: path })),
    },
    { files: amount, bytes: amount },
  ),
);
