import { describe, expect, test } from 'vitest';
import { migrationProblem, migrationProblems } from '../../../src/migrate/problems.ts';
import { finding, problemTable } from '../../../src/links/problems.ts';
import { sessionProblems } from '../../../src/sessions/session-problem.ts';
import { messageFor } from '../../../src/cli/wording.ts';

const ofTheLibrary =
  /validateAll|inspectAll|ensureFor|planMigration|deleteRestorePoint|diagnoseResume|prefer(Shared|Home)|acceptRetention|acceptOtherTarget|live: '|uid|requiredShared|programVersion|`|claude-shared-state\/|[Cc]all (again|migrate|validate)|Call |[Pp]ass [a-z]/;

const tables = { ...problemTable, ...migrationProblems, ...sessionProblems };
const advice = Object.entries(tables).flatMap(([code, { advice: text }]) =>
  typeof text === 'function' ? [] : [[code, typeof text === 'string' ? text : text.cli] as const],
);

describe('no advice names a call or an option of the library:', () => {
  test.each(advice)('%s', (_, text) => {
    expect(text).not.toMatch(ofTheLibrary);
  });

  test.each(['EACCES', 'EROFS', 'ENOSPC', 'EMLINK', 'EXDEV', 'EIO'])('io-error %s', (errno) => {
    expect(messageFor(migrationProblem('io-error', { path: '/x', errno }))).not.toMatch(
      ofTheLibrary,
    );
  });

  test.each(['link', 'read', 'move', 'create'] as const)('not-permitted %s', (reason) => {
    const fields = { path: '/x', errno: 'EPERM', uid: 0, reason };
    expect(messageFor(migrationProblem('not-permitted', fields))).not.toMatch(ofTheLibrary);
  });
});

test('the path in a message stays as it is, whatever it is called', () => {
  const { problem } = finding('directory-missing', { path: '/validateAll makes', role: 'home' });

  expect(messageFor(problem)).toBe(
    'the account home /validateAll makes is missing. ensure creates it, with mode 0700.',
  );
});

test('two paths of which one begins with the other stay as they are', () => {
  const fields = { path: '/a. Call again', other: '/a. Call again/b. Call again' };
  const { problem } = finding('directories-overlap', {
    ...fields,
    role: 'target',
    otherRole: 'target',
  });

  expect(messageFor(problem)).toContain(`${fields.path} is the same as`);
  expect(messageFor(problem)).toContain(`${fields.other}. Keep`);
});

const side = (path: string) => ({ path, bytes: 1, modifiedAt: new Date(0) });

test('the message of a conflict names the options', () => {
  const problem = migrationProblem('files-differ', {
    path: '/x',
    other: '/y',
    sides: [side('/x'), side('/y')],
    newer: undefined,
    longer: undefined,
  });

  expect(messageFor(problem)).toContain(
    'Name this path with --prefer-shared to share the other one, or with --prefer-home to share this one; the loser is kept.',
  );
});
