import { isSharedStateError } from 'claude-shared-state';
import { diagnoseResume } from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { at, inWorld, makeDirectory, makeFile } from '../../support/world.ts';
import { message, setSession } from '../support.ts';
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
  ['no time', { now: new Date(Number.NaN) }, { argument: 'options.now' }],
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
  'the id %s is told to be none, and to be no title',
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

/** A line that gives a session a title, or changes it. */
const title = (text: string) => `${JSON.stringify({ type: 'custom-title', customTitle: text })}\n`;
const aiTitle = (text: string) => `${JSON.stringify({ type: 'ai-title', aiTitle: text })}\n`;

test.each<[string, string, string]>([
  ['as somebody gave it', title('The bug'), 'The bug'],
  ['in other upper and lower case', title('The bug'), ' THE bug\n'],
  ['that the model gave it', aiTitle('The bug'), 'The bug'],
])('a session is found by its title %s', async (_, lines, id) => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    makeFile(world, stage.transcript, message() + lines);
    const { verdict, sessionId } = await diagnose(world, stage, { id });
    expect([verdict, sessionId]).toEqual(['resumable', stage.id]);
  });
});

test.each<[string, string]>([
  ['a part of it', title('The bug of today')],
  ['one that it had before', title('The bug') + title('The other')],
  ['one of the model that somebody replaced', title('The other') + aiTitle('The bug')],
])('a session is not found by %s', async (_, lines) => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    makeFile(world, stage.transcript, message() + lines);
    const diagnosis = await diagnose(world, stage, { id: 'The bug' });
    expect(codesOf(diagnosis)).toEqual(['session-id-invalid']);
  });
});

test('a title of two sessions names both', async () => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    const other = stage.id.replace(/^./, 'f');
    for (const id of [stage.id, other]) {
      makeFile(world, stage.transcript.replace(stage.id, id), message() + title('The bug'));
    }
    const { problems } = await diagnose(world, stage, { id: 'The bug' });
    expect(problems).toMatchObject([{ code: 'session-id-invalid', titled: [stage.id, other] }]);
  });
});

test('a path names the transcript there, in whatever directory, and the session of its messages', async () => {
  await inWorld('memory', async (world) => {
    const stage = setSession(world);
    const here = await diagnose(world, stage, {
      id: stage.transcript,
      cwd: makeDirectory(world, at(world, 'x')),
    });
    expect(here).toMatchObject({ verdict: 'resumable', sessionId: stage.id });

    makeFile(world, at(world, 'work/x.jsonl'), message({ sessionId: stage.id }));
    const { sessionId, transcript, problems } = await diagnose(world, stage, { id: './x.jsonl' });
    expect([sessionId, transcript?.path]).toEqual([stage.id, at(world, 'work/x.jsonl')]);
    expect(problems).toMatchObject([{ code: 'found-conditionally', reason: 'path' }]);

    const missing = at(world, `work/${stage.id}.jsonl`);
    const { problems: gone } = await diagnose(world, stage, { id: missing });
    expect(gone).toMatchObject([{ code: 'transcript-missing', path: missing }]);
    makeFile(world, missing, '');
    const { problems: empty } = await diagnose(world, stage, { id: missing });
    expect(empty).toMatchObject([{ code: 'transcript-unusable', reason: 'empty' }]);
  });
});
