import { isTerminalError, TerminalError } from 'claude-shared-state/failover';
import { expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';

test('an error of a terminal is recognized, with its cause', () => {
  const cause = new Error('why');
  const error = new TerminalError('one', 'failed', 'It failed', cause);
  expect(isTerminalError(error)).toBe(true);
  expect(error).toMatchObject({ name: 'TerminalError', session: 'one', reason: 'failed', cause });
  expect(Object.hasOwn(new TerminalError('one', 'failed', 'It failed'), 'cause')).toBe(false);
});

test('so is one of another build, which is of another class', () => {
  const error = Object.assign(new Error('exited'), {
    code: 'ERR_TERMINAL',
    session: 'one',
    reason: 'no-session',
  });
  expect(isTerminalError(error)).toBe(true);
});

test.each(
  inWords([undefined, null, 'ERR_TERMINAL', {}, new Error('ERR_TERMINAL'), { code: 'ERR_OTHER' }]),
)('nothing else is: %s', (_, value) => {
  expect(isTerminalError(value)).toBe(false);
});
