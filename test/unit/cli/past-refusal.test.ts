import { describe, expect, test } from 'vitest';
import { requiredSharedUnder } from 'claude-shared-state';
import type { RestorePoint } from 'claude-shared-state/migrate';
import { migrationProblem } from '../../../src/migrate/problems.ts';
import { finding } from '../../../src/links/problems.ts';
import { stepsPastRefusal } from '../../../src/cli/next-steps.ts';

const home = '/home/me/.claude';
const scope = {
  homes: [home],
  homesFrom: 'given',
  otherHomes: [],
  doubles: [],
  groups: [],
  config: { path: '/home/me/.config/none', exists: false, isNamed: false, values: {} },
  searched: '/home/me',
  skipped: [],
  required: requiredSharedUnder('/home/me'),
  requiredFrom: 'home',
  root: '/home/me',
  program: 'claude-shared-state',
} as const;
const toMigrate = (
  problems: Parameters<typeof stepsPastRefusal>[2],
  points: readonly RestorePoint[] = [],
) => stepsPastRefusal(scope, ['migrate'], problems, points);

const session = {
  path: `${home}/sessions/1.json`,
  accountHome: home,
  sessionId: '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e',
  pid: 1,
};
const live = migrationProblem('live-session', session);
const deletes = migrationProblem('retention-deletes', {
  path: `${home}/settings.json`,
  periodDays: 30,
  files: 2,
});
const side = (path: string) => ({ path, bytes: 1, modifiedAt: new Date(0) });
const conflict = migrationProblem('files-differ', {
  path: '/one',
  other: '/other',
  sides: [side('/one'), side('/other')],
  newer: 'home',
  longer: undefined,
});

function pointOf(state: RestorePoint['state'], root: string): RestorePoint {
  const path = `${home}/.claude-shared-state/restore-points/20261121T201552Z-9c79f8dc95f27882`;
  const targets = requiredSharedUnder(root).slice(2);
  const createdAt = new Date(0);
  return { path, accountHome: home, createdAt, state, names: [], files: 0, bytes: 0, targets };
}

describe('after a refused migration', () => {
  test('the period can be raised, or the deletion accepted', () => {
    expect(toMigrate([deletes])).toEqual([
      {
        command: `claude-shared-state migrate --home ${home}`,
        purpose: 'once the problems above are solved',
      },
      {
        command: `claude-shared-state migrate --accept-retention --home ${home}`,
        purpose: 'if you accept it: old files are deleted soon',
        or: true,
      },
    ]);
  });

  test('one command accepts two risks', () => {
    expect(toMigrate([live, deletes])).toEqual([
      {
        command: `claude-shared-state migrate --home ${home}`,
        purpose: 'once the problems above are solved',
      },
      {
        command: `claude-shared-state migrate --live merge --accept-retention --home ${home}`,
        purpose: 'if you accept it: the sessions keep running; old files are deleted soon',
        or: true,
      },
    ]);
  });

  test.each(['live-session-has-copies', 'live-across-devices'] as const)(
    'no option accepts %s',
    (code) => {
      expect(toMigrate([migrationProblem(code, session), deletes])).toEqual([
        {
          command: `claude-shared-state migrate --home ${home}`,
          purpose: 'once the problems above are solved',
        },
      ]);
    },
  );

  test('a conflict gets no option of its own', () => {
    expect(toMigrate([conflict])).toEqual([
      {
        command: `claude-shared-state migrate --home ${home}`,
        purpose: 'once the problems above are solved',
      },
    ]);
  });

  test('doctor comes first if a link is wrong', () => {
    const { problem } = finding('directory-unusable', {
      path: home,
      role: 'home',
      reason: 'not-directory',
    });

    expect(toMigrate([deletes, problem])).toEqual([
      { command: `claude-shared-state doctor --home ${home}`, purpose: 'see what to do' },
    ]);
  });

  test('an interrupted migration to a forgotten root is completed with that root', () => {
    const point = pointOf('incomplete', '/srv/shared');
    const target = '/srv/shared/.claude-projects-shared';
    const other = migrationProblem('earlier-run-other-target', { path: point.path, target });

    expect(toMigrate([other, live], [point])).toEqual([
      {
        command: `claude-shared-state migrate --home ${home} --root /srv/shared`,
        purpose: 'complete the migration that was interrupted',
      },
    ]);
  });

  test('directories that no root names are named one by one', () => {
    const targets = [{ name: 'projects', target: '/srv/the projects' }];
    const point = { ...pointOf('incomplete', '/'), targets };

    expect(toMigrate([live], [point])[0]?.command).toBe(
      `claude-shared-state migrate --home ${home} --shared 'projects=/srv/the projects'`,
    );
  });
});
