import { swapAccounts } from 'claude-shared-state/failover';
import { expect, test } from 'vitest';
import { inWords } from '../support/in-words.ts';
import { refusalOf } from '../support/migrating.ts';
import { setStage } from '../support/swapping.ts';
import { inWorld } from '../support/world.ts';

/** What is told of a call as only JavaScript can make it. */
async function refused(options: unknown): Promise<readonly string[]> {
  const called: unknown = Reflect.apply(swapAccounts, undefined, [options]);
  const { problems } = await refusalOf(Promise.resolve(called));
  return problems.map(({ code, message }) => `${code}: ${message}`);
}

test.each(inWords([undefined, 'swap', 7]))('a swap of %s is refused', async (_, options) => {
  const [first = ''] = await refused(options);
  expect(first).toMatch(/^invalid-argument: /);
});

test('a swap to the account that is used already is refused', () =>
  inWorld('memory', async (world) => {
    const { options, sessions, from, terminal } = setStage(world);
    expect(await refused({ ...options, sessions, from, to: from })).toEqual([
      expect.stringMatching(/options\.to.*another account home than options\.from/),
    ]);
    expect(terminal.calls).toBe(0);
  }));

test('what is to be told of the swap, and is no function, is refused', () =>
  inWorld('memory', async (world) => {
    const { options, sessions, from, to } = setStage(world);
    expect(await refused({ ...options, sessions, from, to, onEvent: 'log' })).toEqual([
      expect.stringMatching(/options\.onEvent.*a function/),
    ]);
  }));
