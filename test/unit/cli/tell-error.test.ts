import { describe, expect, test } from 'vitest';
import { SharedStateError } from 'claude-shared-state';
import { tellError } from '../../../src/cli/tell-error.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';
import { finding } from '../../../src/links/problems.ts';
import { paper } from './support/paper.ts';

function told(thrown: unknown) {
  const notes = paper();
  return { ...tellError(thrown, notes.page, 'doctor'), lines: notes.written };
}

test('a mistake of the person is told line by line', () => {
  expect(told(new UsageError('no home:\n  /home/me/x'))).toMatchObject({
    exitCode: 2,
    data: { command: 'doctor', ok: false, error: { kind: 'usage' } },
    lines: ['✗ no home:\n', '  ~/x\n'],
  });
});

test('refused arguments are told one by one', () => {
  const findings = [
    finding('directory-missing', { path: '/one', role: 'home' }),
    finding('directory-missing', { path: '/two', role: 'home' }),
  ] as const;

  const { exitCode, lines } = told(new SharedStateError('validateAll', findings));

  expect(exitCode).toBe(2);
  expect(lines).toEqual([
    expect.stringContaining('the account home /one is missing'),
    expect.stringContaining('the account home /two is missing'),
  ]);
});

describe('what nobody has foreseen is told with its message:', () => {
  test.each([
    ['an error', new Error('the disk is gone')],
    ['what is no error', 'the disk is gone'],
  ])('%s', (_, thrown) => {
    expect(told(thrown)).toMatchObject({
      exitCode: 3,
      data: { ok: false, error: { kind: 'failure', message: 'the disk is gone' } },
      lines: ['✗ failed on the way: the disk is gone\n'],
    });
  });
});
