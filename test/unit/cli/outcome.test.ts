import { expect, test } from 'vitest';
import type { MigrationOutcome } from 'claude-shared-state/migrate';
import { exitCodeOf, printOutcome } from '../../../src/cli/act.ts';
import { paper } from './support/paper.ts';

test.each<[MigrationOutcome, number, string]>([
  ['done', 0, '✓ done: better\n'],
  ['partial', 1, '! done, except for the files listed above\n'],
  ['refused', 1, '✗ refused: see the problems above\n'],
  ['locked', 1, '✗ another process is at work; nothing was changed\n'],
  ['aborted', 3, '! stopped. Nothing is lost. To complete it:\n  again\n'],
  [
    'failed',
    3,
    '✗ failed. Nothing is lost. To complete it, once the problem above is solved:\n  again\n',
  ],
])('a run that ended %s exits with %i, and says so', (outcome, exitCode, words) => {
  const sheet = paper();

  printOutcome(sheet, outcome, 'again', 'better');

  expect(sheet.text).toBe(words);
  expect(exitCodeOf(outcome)).toBe(exitCode);
});
