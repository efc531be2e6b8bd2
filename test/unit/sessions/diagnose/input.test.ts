import { isSharedStateError } from 'claude-shared-state';
import { diagnoseResume } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { inWorld } from '../../support/world.ts';
import { setSession } from '../support.ts';
import { codesOf, diagnose } from './support.ts';

const sound = { accountHome: '/me/.claude', cwd: '/work' };

// As a caller without types may use it.
async function untyped(...args: readonly unknown[]): Promise<unknown> {
  const diagnosis: unknown = await Reflect.apply(diagnoseResume, undefined, args);
  return diagnosis;
}

async function refusalOf(options: object) {
  const error: unknown = await untyped('x', options).catch((reason: unknown) => reason);
  if (!isSharedStateError(error)) throw new Error('it is refused with a SharedStateError');
  expect(error.operation).toBe('diagnoseResume');
  return error.problems.map((problem) => ({ ...problem }));
}

test.each<[string, object, object]>([
  ['no home', { accountHome: undefined }, { argument: 'options.accountHome', value: 'undefined' }],
  ['a relative home', { accountHome: '.claude' }, { argument: 'options.accountHome' }],
  ['a working directory with a ~', { cwd: '~/work' }, { argument: 'options.cwd' }],
  ['homes that are no array', { accountHomes: '/me' }, { argument: 'options.accountHomes' }],
  ['no homes at all', { accountHomes: [] }, { argument: 'options.accountHomes' }],
  ['an empty list', { required: [] }, { argument: 'options.required' }],
  ['no version', { programVersion: 'latest' }, { argument: 'options.programVersion' }],
  ['a version of two numbers', { programVersion: '2.1' }, { argument: 'options.programVersion' }],
  [
    'a relative default home',
    { defaultAccountHome: 'x' },
    { argument: 'options.defaultAccountHome' },
  ],
  ['an environment that is none', { environment: 5 }, { argument: 'options.environment' }],
  ['a time as text', { now: '2026-11-20' }, { argument: 'options.now' }],
  ['no time', { lastUsed: new Date(Number.NaN) }, { argument: 'options.lastUsed' }],
  ['a word for yes', { interactive: 'yes' }, { argument: 'options.interactive' }],
  [
    'processes that cannot be asked',
    { processInspector: {} },
    { argument: 'options.processInspector' },
  ],
  ['half a file system', { fs: { stat: () => {} } }, { argument: 'options.fs' }],
  ['an option it does not know', { homes: [] }, { code: 'unknown-option' }],
])('%s is refused, and nothing is looked at', async (_, options, problem) => {
  expect(await refusalOf({ ...sound, ...options })).toMatchObject([
    { code: 'invalid-argument', ...problem },
  ]);
});

test('everything that is wrong is told at once', async () => {
  const problems = await refusalOf({ accountHome: 'a', cwd: 'b', programVersion: 'c', x: 1 });
  expect(problems.map(({ code }) => code).toSorted()).toEqual([
    'invalid-argument',
    'invalid-argument',
    'invalid-argument',
    'unknown-option',
  ]);
});

test.each(inWords(['', 'a title', '0b8e5c1a2f6d4c3b9a7e5d4c3b2a1f0e', '{id}', '../../x']))(
  'the id %s is told to be none, and nothing is looked at',
  async (_, id) => {
    await inWorld('memory', async (world) => {
      const diagnosis = await diagnose(world, setSession(world), { id });
      expect(diagnosis.verdict).toBe('not-resumable');
      expect(diagnosis.sessionId).toBeUndefined();
      expect(codesOf(diagnosis)).toEqual(['session-id-invalid']);
    });
  },
);

test('white space around the id is trimmed, as the program does', async () => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    const diagnosis = await diagnose(world, stage, { id: `\u00a0${stage.id}\r\n` });
    expect(diagnosis).toMatchObject({ verdict: 'resumable', sessionId: stage.id });
  });
});
