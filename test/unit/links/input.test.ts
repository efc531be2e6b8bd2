import * as nodeFs from 'node:fs';
import {
  ensureForAccount,
  ensureForAccountSync,
  inspectAll,
  inspectAllSync,
  isSharedStateError,
  type ProblemCode,
  type SharedStateError,
  validateAll,
  validateAllSync,
} from 'claude-shared-state';
import { memfs } from 'memfs';
import { describe, expect, test } from 'vitest';
import { counting } from '../support/watched.ts';
import { inWorld } from '../support/world.ts';

/** Arguments that are wrong, the code that says so, and the value that its message names. */
type Row = readonly [homes: unknown, options: unknown, code: ProblemCode, named: string];

const home = '/homes/a';
const withHole: unknown[] = [];
withHole.length = 1;
const entry = { name: 'projects', target: '/shared/projects' };
const required = (...entries: readonly unknown[]) => ({ required: entries });

const rows: Readonly<Record<string, Row>> = {
  'homes that are a string': ['/homes/a', {}, 'invalid-argument', '/homes/a'],
  'homes that are missing': [undefined, {}, 'invalid-argument', 'accountHomes is missing'],
  'no homes at all': [[], {}, 'invalid-argument', 'accountHomes'],
  'a home that is not a string': [[home, 7], {}, 'invalid-argument', 'accountHomes[1] is 7'],
  'a home that is null': [[null], {}, 'invalid-argument', 'null'],
  'homes with a hole': [withHole, {}, 'invalid-argument', 'accountHomes[0] is missing'],
  'a home without a prototype': [[Object.create(null)], {}, 'invalid-argument', 'an object'],
  'options that are a Map': [[home], new Map([['fs', nodeFs]]), 'invalid-argument', 'plain object'],
  'options that inherit': [
    [home],
    Object.create({ requird: [] }),
    'invalid-argument',
    'plain object',
  ],
  'a required list with a hole': [
    [home],
    { required: withHole },
    'invalid-argument',
    'options.required[0] is missing',
  ],
  'a home below a shared link of another home': [
    [home, `${home}/projects/b`],
    required(entry),
    'directories-overlap',
    `${home}/projects/b`,
  ],
  'an empty home': [[''], {}, 'invalid-argument', 'accountHomes[0] is ""'],
  'a relative home': [['.claude'], {}, 'invalid-argument', '.claude'],
  'a home with an unexpanded tilde': [['~/.claude'], {}, 'invalid-argument', '~/.claude'],
  'a home with an unexpanded tilde and a name': [
    ['~me/.claude'],
    {},
    'invalid-argument',
    '~me/.claude',
  ],
  'a home with a NUL character': [['/a\0b'], {}, 'invalid-argument', '/a\\u0000b'],
  'options that are a list of links': [[home], [entry], 'invalid-argument', 'an array'],
  'options that are null': [[home], null, 'invalid-argument', 'null'],
  'options that are a string': [[home], '/shared', 'invalid-argument', '/shared'],
  'an option that is misspelt': [[home], { requird: [] }, 'unknown-option', 'requird'],
  'a required list that is no list': [[home], { required: entry }, 'invalid-argument', 'object'],
  'a required list that is empty': [[home], required(), 'invalid-argument', 'options.required'],
  'an entry that is null': [
    [home],
    required(null),
    'invalid-argument',
    'options.required[0] is null',
  ],
  'an entry without a target': [[home], required({ name: 'a' }), 'invalid-argument', 'required[0]'],
  'an entry without a name': [
    [home],
    required({ target: '/a' }),
    'invalid-argument',
    'required[0]',
  ],
  'an entry in the Go spelling': [
    [home],
    required({ Name: 'a', Target: '/a' }),
    'invalid-argument',
    'required[0]',
  ],
  'an empty target': [
    [home],
    required({ ...entry, target: '' }),
    'invalid-argument',
    '[0].target is ""',
  ],
  'a relative target': [[home], required({ ...entry, target: 'x/y' }), 'invalid-argument', 'x/y'],
  'a target with a tilde': [
    [home],
    required({ ...entry, target: '~/x' }),
    'invalid-argument',
    '~/x',
  ],
  'a target with a NUL': [
    [home],
    required({ ...entry, target: '/x\0' }),
    'invalid-argument',
    '/x\\u0000',
  ],
  ...Object.fromEntries(
    ['', '.', '..', 'a/b', 'a\\b', '/a', 'a\0', 'a.', 'a ', 'a:b'].map((name): [string, Row] => [
      `a name that is ${JSON.stringify(name)}`,
      [[home], required({ ...entry, name }), 'invalid-argument', JSON.stringify(name)],
    ]),
  ),
  ...Object.fromEntries(
    [
      '.credentials.json',
      '.claude.json',
      'sessions',
      'Sessions',
      'backups',
      'ide',
      'IDE',
      'image-cache',
      'daemon',
      'jobs',
      'state',
      'teams',
      '.config.json',
      '.device-keys.json',
      'ſessions',
    ].map((name): [string, Row] => [
      `the name ${name}`,
      [[home], required({ ...entry, name }), 'invalid-argument', name],
    ]),
  ),
  'two entries with one name': [
    [home],
    required(entry, { name: 'projects', target: '/shared/more' }),
    'invalid-argument',
    'required[1].name',
  ],
  'two names that differ by case alone': [
    [home],
    required(entry, { name: 'Projects', target: '/shared/more' }),
    'invalid-argument',
    'Projects',
  ],
  'two entries with one target': [
    [home],
    required(entry, { ...entry, name: 'more' }),
    'directories-overlap',
    '/shared/projects',
  ],
  'two spellings of one target': [
    [home],
    required(entry, { name: 'more', target: '/shared/./projects/' }),
    'directories-overlap',
    '/shared/./projects/',
  ],
  'a target inside another': [
    [home],
    required(entry, { name: 'more', target: '/shared/projects/more' }),
    'directories-overlap',
    '/shared/projects/more',
  ],
  'a target inside one that is named after it': [
    [home],
    required({ name: 'more', target: '/shared/projects/more' }, entry),
    'directories-overlap',
    '/shared/projects/more',
  ],
  'a target inside a home': [
    [home],
    required({ ...entry, target: `${home}/shared` }),
    'directories-overlap',
    `${home}/shared`,
  ],
  'a target that is a home': [
    [home],
    required({ ...entry, target: home }),
    'directories-overlap',
    home,
  ],
  'a home inside a target': [
    [home],
    required({ ...entry, target: '/homes' }),
    'directories-overlap',
    '/homes',
  ],
  'a file system that is a string': [[home], { fs: 'memfs' }, 'invalid-argument', 'readlink'],
};

/** Types would refuse all of this; JavaScript does not. */
function untyped(call: unknown): (...args: readonly unknown[]) => unknown {
  if (typeof call !== 'function') throw new Error('not a function');
  return (...args) => Reflect.apply(call, undefined, args) as unknown;
}

const calls: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  inspectAll: untyped(inspectAll),
  inspectAllSync: untyped(inspectAllSync),
  validateAll: untyped(validateAll),
  validateAllSync: untyped(validateAllSync),
};

/** What a call throws or rejects with; an async call must not throw. */
async function failureOf(name: string, args: readonly unknown[]): Promise<SharedStateError> {
  let pending: unknown;
  try {
    pending = calls[name]?.(...args);
  } catch (error) {
    if (!name.endsWith('Sync'))
      throw new Error(`${name} threw instead of rejecting`, { cause: error });
    pending = Promise.reject(error);
  }
  const [outcome] = await Promise.allSettled([pending]);
  if (outcome.status === 'rejected' && isSharedStateError(outcome.reason)) return outcome.reason;
  throw new Error(`${name} did not refuse`, { cause: outcome });
}

describe.each(Object.keys(calls))('%s() refuses', (name) => {
  test.each(Object.entries(rows))('%s', async (_, [homes, options, code, named]) => {
    const error = await failureOf(name, [homes, options]);
    expect(error.operation).toBe(name);
    expect(error.problems.map((problem) => problem.code)).toContain(code);
    expect(error.problems.find((problem) => problem.code === code)?.message).toContain(named);
    expect(error.reports).toEqual([]);
  });

  test('everything that is wrong at once', async () => {
    const options = { ...required(entry, { name: 'ide', target: 'x' }), recursive: true };
    const error = await failureOf(name, [['', '~', home], options]);
    expect(error.problems.map(({ code }) => code)).toEqual([
      'invalid-argument',
      'invalid-argument',
      'unknown-option',
      'invalid-argument',
      'invalid-argument',
    ]);
  });

  test('before anything is touched', async () => {
    await inWorld('memory', async (world) => {
      const { calls: counted, fs } = counting(world);
      await failureOf(name, [[home, ''], { ...required(entry), fs }]);
      expect(Object.fromEntries(counted)).toEqual({});
    });
  });

  test('no file system that the options hide behind a getter that changes its mind', async () => {
    const { fs } = memfs({ [home]: null });
    const given = [fs];
    const options = {
      ...required(entry),
      get fs() {
        return given.pop();
      },
    };
    await calls[name]?.([home], options);
    expect(given).toEqual([]);
  });

  test('a file system that lacks calls, and never takes them from the real disk', async () => {
    const needed = ['access', 'lstat', 'readFile', 'readlink', 'realpath', 'stat'];
    const writing = name.startsWith('validate') ? ['mkdir', 'symlink'] : [];
    const missing = [...needed, ...writing]
      .map((member) => (name.endsWith('Sync') ? `${member}Sync` : member))
      .filter((member) => member !== 'readlink' && member !== 'readlinkSync');
    const partial = { readlink: nodeFs.promises.readlink, readlinkSync: nodeFs.readlinkSync };
    const error = await failureOf(name, [[home], { fs: partial }]);
    expect(error.problems).toMatchObject([
      {
        code: 'invalid-argument',
        argument: 'options.fs',
        expected: `node:fs, memfs, or a wrapper; it lacks ${missing.join(', ')}`,
      },
    ]);
  });
});

describe('the calls for one home', () => {
  test('ensureForAccount() rejects a list of homes', async () => {
    const pending = untyped(ensureForAccount)([home]);
    await expect(pending).rejects.toMatchObject({
      problems: [{ code: 'invalid-argument', argument: 'accountHome' }],
    });
  });

  test('ensureForAccountSync() throws for a relative home', () => {
    expect(() => untyped(ensureForAccountSync)('home')).toThrow('accountHome is "home"');
  });

  test('long values are cut', () => {
    const long = 'x'.repeat(10_000);
    expect(() => ensureForAccountSync(long)).toThrow(/^.{1,500}$/s);
  });
});
