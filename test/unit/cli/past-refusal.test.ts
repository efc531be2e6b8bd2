import { expect, test } from 'vitest';
import { migrationProblem } from '../../../src/migrate/migration-problem.ts';
import { finding } from '../../../src/problem.ts';
import { ways } from '../../../src/cli/past-refusal.ts';

const setting = {
  homes: ['/home/me/.claude'],
  homesFrom: 'found',
  searched: '/home/me',
  skipped: [],
  required: [],
  requiredFrom: 'home',
} as const;
const waysOf = (problems: Parameters<typeof ways>[3]) => ways({}, setting, ['migrate'], problems);

const live = migrationProblem('live-session', {
  path: '/home/me/.claude/sessions/1.json',
  accountHome: '/home/me/.claude',
  sessionId: '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
  pid: 1,
});
const deletes = migrationProblem('retention-deletes', {
  path: '/home/me/.claude/settings.json',
  periodDays: 30,
  files: 2,
});
const conflicts = (count: number) =>
  Array.from({ length: count }, (_, number) =>
    migrationProblem('files-differ', { path: `/one/${number}`, other: `/other/${number}` }),
  );

test('old files wait until the period is raised, or are accepted to be deleted', () => {
  expect(waysOf([deletes])).toEqual([
    { command: 'claude-shared-state migrate', purpose: 'when cleanupPeriodDays is raised' },
    {
      command: 'claude-shared-state migrate --accept-retention',
      purpose: 'or, once you have looked at it, accept that old files are deleted soon',
    },
  ]);
});

test('two reasons are told in one breath, and taken together', () => {
  expect(waysOf([live, deletes])).toEqual([
    {
      command: 'claude-shared-state migrate',
      purpose: 'when the sessions have ended and cleanupPeriodDays is raised',
    },
    {
      command: 'claude-shared-state migrate --live merge --accept-retention',
      purpose:
        'or, once you have looked at it, let the sessions go on meanwhile, accept that old files are deleted soon',
    },
  ]);
});

test('up to five conflicts are offered to be decided; more are to be looked at one by one', () => {
  const [decided] = waysOf(conflicts(5));

  expect(decided?.command.match(/--keep-both/g)).toHaveLength(5);
  expect(decided?.purpose).toContain('put these sides aside, and share the other ones');
  expect(waysOf(conflicts(6))).toEqual([]);
});

test('where a link is wrong, the doctor says what to do first', () => {
  const { problem } = finding('home-not-directory', { path: '/home/me/.claude' });

  expect(waysOf([deletes, problem])).toEqual([
    { command: 'claude-shared-state doctor', purpose: 'see what to do' },
  ]);
});
