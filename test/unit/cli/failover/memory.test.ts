import { expect, test } from 'vitest';
import { beginning } from '../../../../src/cli/failover/loop.ts';
import { memoryFrom, memoryText, noteFrom, noteText } from '../../../../src/cli/failover/memory.ts';

const swap = { ...beginning, from: '/a', to: '/b', names: ['api'], failures: 1, retryAt: 5 };
const api = {
  cwd: '/work/api',
  state: 'running',
  isOver: false,
  wasStopped: true,
  isLost: false,
  failures: 0,
  retryAt: 0,
} as const;
const initialState = { sessions: {}, avoided: {} };
const memory = {
  loop: { ...initialState, account: '/a', gate: { version: 1 }, server: '1', sessions: { api } },
  cursors: new Map([['api', { offset: 1 }]]),
  records: new Map([['api', '/a/sessions/1.json']]),
};

test('what a daemon writes down, the next one reads', () => {
  expect(memoryFrom(memoryText(memory))).toMatchObject(memory);
});

test.each([
  ['nothing', undefined],
  ['half a file', memoryText(memory).slice(0, 80)],
  ['another version', memoryText(memory).replace('"version":1', '"version":2')],
  ['a list', '[]'],
])('%s is read as no memory', (_, text) => {
  expect(memoryFrom(text)).toMatchObject({
    loop: initialState,
    cursors: new Map(),
    records: new Map(),
  });
});

test('members that are damaged are forgotten, and the others kept', () => {
  const { loop } = memoryFrom(memoryText(memory).replace('"isOver":false', '"isOver":0'));
  expect([loop.account, loop.sessions]).toEqual(['/a', {}]);
});

test('the note of a swap is read back, and none that is damaged or over', () => {
  const text = noteText(swap, [{ name: 'api', cwd: '/work/api' }]);
  expect(noteFrom(text)).toMatchObject({ ...swap, cwds: { api: '/work/api' } });
  const others = [text.replace('["api"]', '[7]'), noteText(undefined, []), undefined];
  expect(others.map(noteFrom)).toEqual([undefined, undefined, undefined]);
});
