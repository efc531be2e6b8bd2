import { expect, test } from 'vitest';
import type { MigrationOutcome } from 'claude-shared-state/migrate';
import { exitCodeOf, tellOutcome } from '../../../src/cli/acting.ts';
import { paper } from './support/paper.ts';

test.each<[MigrationOutcome, number, string]>([
  ['done', 0, '✓ done\n'],
  ['done-with-leftovers', 1, '! done, but something stays in the originals\n'],
  ['refused', 1, '✗ refused: something stands against it\n'],
  ['locked', 1, '✗ another process is at it; nothing was touched\n'],
  ['aborted', 3, '! stopped. Nothing is lost. This completes it:\n  again\n'],
  ['failed', 3, '✗ failed on the way. Nothing is lost. This completes it:\n  again\n'],
])('a run that ended %s exits with %i, and says so', (outcome, exitCode, words) => {
  const sheet = paper();

  tellOutcome(sheet, outcome, 'again');

  expect(sheet.text).toBe(`\n${words}`);
  expect(exitCodeOf(outcome)).toBe(exitCode);
});
