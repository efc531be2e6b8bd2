import { expect, test } from 'vitest';
import { CallFailure } from '../../../src/migrate/disk/call-failure.ts';
import { orProblem } from '../../../src/cli/or-problem.ts';

test('what was looked at is what was found', async () => {
  expect(await orProblem(Promise.resolve('found'), ({ code }) => code)).toBe('found');
});

test('a call that failed is told as a problem', async () => {
  const cause = Object.assign(new Error('no'), { code: 'EIO' });
  const looking = Promise.reject(new CallFailure('/x', cause));

  expect(await orProblem<unknown>(looking, (problem) => problem)).toMatchObject({
    code: 'call-failed',
    path: '/x',
    errno: 'EIO',
  });
});

test('a fault of the program itself is not', async () => {
  const fault = new TypeError('not a function');

  await expect(orProblem(Promise.reject(fault), ({ code }) => code)).rejects.toBe(fault);
});
