/** A JSON Schema, as far as it is used here. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const path: Schema = { type: 'string', description: 'an absolute path' };
export const truth: Schema = { type: 'boolean' };
export const amount: Schema = { type: 'integer', minimum: 0 };
export const time: Schema = { type: 'string', description: 'a time in ISO 8601' };

export function oneOf(...values: readonly string[]): Schema {
  return { enum: values };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object with these members and no others; the optional ones may be absent. */
export function object(
  members: Readonly<Record<string, Schema>>,
  optional: Readonly<Record<string, Schema>> = {},
): Schema {
  return {
    type: 'object',
    properties: { ...members, ...optional },
    required: Object.keys(members),
    additionalProperties: false,
  };
}

const problem: Schema = {
  type: 'object',
  description: 'as the library tells it; each code has fields of its own',
  properties: {
    code: text,
    severity: oneOf('error', 'warning'),
    remedy: oneOf('retry', 'ensure', 'migrate', 'restore', 'choose-session', 'operator'),
    path: text,
    message: { type: 'string', description: 'for people, not for parsing' },
  },
  required: ['code', 'severity', 'remedy', 'path', 'message'],
};

export const problems = listOf(problem);

export const steps = listOf(object({ command: text, purpose: text }));

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
    liveness: oneOf('running', 'unknown'),
  },
  { cwd: text, kind: text, entrypoint: text, status: text },
);

export const days: Schema = { anyOf: [{ type: 'integer', minimum: 1 }, { const: 'never' }] };

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

const fileCounts = object({
  link: amount,
  copy: amount,
  merged: amount,
  identical: amount,
  skipped: amount,
});

export const homePlans = listOf(
  object({
    accountHome: path,
    entries: listOf(
      object({
        name: text,
        path,
        target: path,
        action: oneOf('none', 'link', 'merge', 'complete', 'refuse'),
        files: fileCounts,
        copyBytes: amount,
      }),
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

const transcriptName = object(
  { path, projectKey: text, isLink: truth, isInLinkedDirectory: truth },
  { accountHome: path },
);

export const transcriptFields = {
  kind: oneOf('file', 'directory', 'other'),
  size: amount,
  modified: time,
  names: listOf(transcriptName),
};
