import { planSwap, saveResumeUUIDs } from 'claude-shared-state/failover';
import { expect, test } from 'vitest';
import { inWords, wordsFor } from '../support/in-words.ts';
import { refusalOf } from '../support/migrating.ts';
import { setStage, type Stage } from '../support/swapping.ts';
import { inWorld } from '../support/world.ts';

/** Calls as only JavaScript can, with some arguments that are none. */
async function refused(
  stage: Stage,
  wrong: Readonly<Record<string, unknown>>,
  sessions: unknown = stage.sessions,
): Promise<readonly string[]> {
  const { terminal, stateDirectory, processInspector, fs } = stage.options;
  const sound = { terminal, stateDirectory, processInspector, fs, accountHomes: [stage.from] };
  const called: unknown = Reflect.apply(saveResumeUUIDs, undefined, [
    sessions,
    { ...sound, ...wrong },
  ]);
  const { problems } = await refusalOf(Promise.resolve(called));
  expect(stage.terminal.calls).toBe(0);
  return problems.map(({ code, message }) => `${code}: ${message}`);
}

const wrong: readonly (readonly [string, unknown])[] = [
  ['terminal', undefined],
  ['terminal', { capture: () => '' }],
  ['random', 4],
  ['signal', 'stop'],
  ['signal', {}],
  ['stateDirectory', 'relative/state'],
];

test.each(wrong.map(([name, value]) => [name, wordsFor(value), value] as const))(
  'options.%s is refused where it is %s',
  (name, _, value) =>
    inWorld('memory', async (world) => {
      const problems = await refused(setStage(world), { [name]: value });
      expect(problems).toEqual([expect.stringContaining(`options.${name}`)]);
    }),
);

test('a time that no timer can wait is refused: it would fire at once', () =>
  inWorld('memory', async (world) => {
    const stage = setStage(world);
    const asked = { from: stage.from, to: stage.to, sessions: [], ...stage.options };
    const tooLong = { pollMs: 2 ** 31, stopTimeoutMs: 2 ** 31, resumeTimeoutMs: 2 ** 31 };
    const { problems } = await refusalOf(planSwap({ ...asked, ...tooLong }));
    expect(problems).toHaveLength(3);
    for (const { message } of problems) expect(message).toContain('from 1 to 2147483647');
  }));

test('sessions that are no array are refused', () =>
  inWorld('memory', async (world) => {
    const problems = await refused(setStage(world), {}, { name: 'api', cwd: '/work' });
    expect(problems).toEqual([expect.stringMatching(/^invalid-argument: .*sessions.*array/)]);
  }));

test.each(inWords([undefined, 'api', [], { name: 'api' }, { name: 'api', cwd: '/w', home: '/h' }]))(
  'a session that is %s is refused, and which one is told',
  (_, session) =>
    inWorld('memory', async (world) => {
      const problems = await refused(setStage(world), {}, [{ name: 'a', cwd: '/w' }, session]);
      expect(problems).toEqual([expect.stringContaining('sessions[1]')]);
    }),
);
