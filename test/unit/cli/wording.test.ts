import { describe, expect, test } from 'vitest';
import { migrationProblem, migrationProblems } from '../../../src/migrate/migration-problem.ts';
import { finding, problemTable } from '../../../src/problem.ts';
import { inputProblems } from '../../../src/problems/input.ts';
import { sessionProblems } from '../../../src/sessions/session-problem.ts';
import { adviceFor, type AnyProblem, messageFor } from '../../../src/cli/wording.ts';

const ofTheLibrary =
  /validateAll|inspectAll|ensureFor|planMigration|retireOriginals|diagnoseResume|keepBoth|acceptRetention|live: '|requiredShared|programVersion|`|claude-shared-state\/|[Cc]all (again|migrate|validate)|Call /;

const tables = { ...problemTable, ...migrationProblems, ...sessionProblems };
const isCode = (code: string): code is AnyProblem['code'] => code in tables;
// Those are about calls of the library; the command makes none of these mistakes.
const codes = Object.keys(tables).filter((code) => !(code in inputProblems));

describe('no advice names a call or an option of the library:', () => {
  test.each(codes.filter(isCode))('%s', (code) => {
    expect(adviceFor({ code })).not.toMatch(ofTheLibrary);
  });
});

test('the path in a message stays as it is, whatever it is called', () => {
  const { problem } = finding('home-missing', { path: '/validateAll makes' });

  expect(messageFor(problem)).toBe(
    'the account home /validateAll makes is missing. ensure makes it, with mode 0700.',
  );
});

test('what a conflict says names the flag', () => {
  expect(messageFor(migrationProblem('keep-both-unknown', { path: '/x' }))).toContain(
    '--keep-both names /x, about which there is no conflict',
  );
});

test('a message that somebody else has worded stays as it is', () => {
  const message = 'the account home /x is missing.';

  expect(messageFor({ code: 'home-missing', message })).toBe(message);
});
