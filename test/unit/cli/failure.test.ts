import { describe, expect, test } from 'vitest';
import { inspectAll } from 'claude-shared-state';
import { failureOf } from '../../../src/cli/main.ts';
import { printMessages } from '../../../src/cli/ui/problems.ts';
import { UsageError } from '../../../src/cli/exit.ts';
import { paper } from './support/paper.ts';

function printed(thrown: unknown): string {
  const sheet = paper();
  printMessages(sheet.out, failureOf(thrown).messages);
  return sheet.text;
}

test('a mistake of the person is printed line by line, and exits with 2', () => {
  const mistake = new UsageError('no home:\n  /home/me/x');

  expect(failureOf(mistake).exitCode).toBe(2);
  expect(printed(mistake)).toBe('✗ no home:\n  ~/x\n');
});

test('arguments that the library refuses are printed one by one, and exit with 2', async () => {
  const refused: unknown = await inspectAll(['one', 'two']).catch((thrown: unknown) => thrown);

  expect(failureOf(refused).exitCode).toBe(2);
  expect(printed(refused).match(/^✗ /gm)).toHaveLength(2);
});

describe('an unforeseen failure is printed with its message, and exits with 3:', () => {
  test.each([
    ['an error', new Error('the disk is gone')],
    ['a value that is no error', 'the disk is gone'],
  ])('%s', (_, thrown) => {
    expect(failureOf(thrown).exitCode).toBe(3);
    expect(printed(thrown)).toBe('✗ failed: the disk is gone\n');
  });
});
