import { expect, test } from 'vitest';
import { initialState } from '../../../../src/cli/failover/loop.ts';
import { memoryFrom, memoryText } from '../../../../src/cli/failover/memory.ts';

const swap = { from: '/a', to: '/b', names: ['api'], failures: 1, retryAt: 5 };
const api = {
  cwd: '/work/api',
  state: 'running',
  cursor: { offset: 1 },
  record: '/a/sessions/1.json',
  isOver: false,
  wasStopped: true,
  isLost: false,
  failures: 0,
  retryAt: 0,
} as const;
const memory = { ...initialState, account: '/a', gate: { version: 1 }, sessions: { api }, swap };

test('what a daemon writes down, the next one reads', () => {
  expect(memoryFrom(memoryText(memory))).toMatchObject(memory);
});

test.each([
  ['nothing', undefined],
  ['half a file', memoryText(memory).slice(0, 80)],
  ['another version', memoryText(memory).replace('"version":1', '"version":2')],
  ['a list', '[]'],
])('%s is read as no memory', (_, text) => {
  expect(memoryFrom(text)).toMatchObject(initialState);
});

test('members that are damaged are forgotten, and the others kept', () => {
  const text = memoryText(memory).replace('"isOver":false', '"isOver":0').replace('["api"]', '[7]');
  const { account, swap: found, sessions } = memoryFrom(text);
  expect([account, found, sessions]).toEqual(['/a', undefined, {}]);
});
