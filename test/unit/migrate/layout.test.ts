import { describe, expect, test } from 'vitest';
import {
  homeStateOf,
  incomingIn,
  isReservedName,
  lockIn,
  MARKERS,
  preparedLinkOf,
  recreatedOf,
  replacedIn,
  type RestorePointEntry,
  restorePointEntry,
  restorePointsOf,
  runIdOf,
  stateDirectoryOf,
  timeOfRun,
} from '../../../src/migrate/layout.ts';

const home = '/home/me/.claude';
const run = '20260102T030405Z-0123456789abcdef';

describe('the state of the library', () => {
  test('lies beside the targets and in each home', () => {
    const state = stateDirectoryOf('/home/me/.claude-projects-shared');
    expect({
      home: homeStateOf(home),
      state,
      lock: lockIn(state),
      incoming: incomingIn(state),
      replaced: replacedIn(state, run),
      restorePoints: restorePointsOf(home),
      link: preparedLinkOf(`/r/${run}`, 'projects'),
      recreated: recreatedOf(`/r/${run}`, 'projects', 2),
    }).toEqual({
      home: '/home/me/.claude/.claude-shared-state',
      state: '/home/me/.claude-shared-state',
      lock: '/home/me/.claude-shared-state/lock',
      incoming: '/home/me/.claude-shared-state/incoming',
      replaced: `/home/me/.claude-shared-state/replaced/${run}`,
      restorePoints: '/home/me/.claude/.claude-shared-state/restore-points',
      link: `/r/${run}/link-projects`,
      recreated: `/r/${run}/recreated-2-projects`,
    });
  });

  test('of a target in the root of the disk lies there, too', () => {
    expect(stateDirectoryOf('/shared')).toBe('/.claude-shared-state');
  });
});

describe('an entry of a restore point', () => {
  const entries: Readonly<Record<string, RestorePointEntry>> = {
    projects: { kind: 'tree', name: 'projects' },
    'session-env': { kind: 'tree', name: 'session-env' },
    'link-projects': { kind: 'link', name: 'projects' },
    'link-': { kind: 'link', name: '' },
    'recreated-1-projects': { kind: 'recreated', name: 'projects', count: 1 },
    'recreated-12-file-history': { kind: 'recreated', name: 'file-history', count: 12 },
    'recreated-x-projects': { kind: 'tree', name: 'recreated-x-projects' },
    'recreated-1-': { kind: 'tree', name: 'recreated-1-' },
    complete: { kind: 'own' },
    restoring: { kind: 'own' },
    restored: { kind: 'own' },
    deleting: { kind: 'own' },
    incoming: { kind: 'own' },
    replaced: { kind: 'own' },
    removing: { kind: 'own' },
  };

  test('is a tree, a link, a recreated tree or what the library keeps there', () => {
    const found = Object.keys(entries).map((name) => [name, restorePointEntry(name)]);
    expect(Object.fromEntries(found)).toEqual(entries);
  });

  test('has a name that no shared link can have, unless it is a tree', () => {
    for (const [name, { kind }] of Object.entries(entries)) {
      expect([name, isReservedName(name)]).toEqual([name, kind !== 'tree']);
    }
    expect(isReservedName('.claude-shared-state')).toBe(true);
  });

  test('that a run creates is recognized', () => {
    expect(MARKERS.map((it) => restorePointEntry(it).kind)).toEqual(MARKERS.map(() => 'own'));
    for (const name of ['projects', 'a-1-b', 'link-x']) {
      const [link, recreated] = [preparedLinkOf('/r', name), recreatedOf('/r', name, 3)];
      expect(restorePointEntry(link.slice(3))).toEqual({ kind: 'link', name });
      expect(restorePointEntry(recreated.slice(3))).toEqual({ kind: 'recreated', name, count: 3 });
    }
  });
});

describe('the name of a run', () => {
  test('tells when it began', () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    expect(runIdOf(now, '0123456789abcdef')).toBe(run);
    expect(timeOfRun(run)).toEqual(new Date('2026-01-02T03:04:05Z'));
  });

  test('tells its time in any year that a date can have', () => {
    for (const now of [0, -1000, Date.UTC(9999, 11, 31), Date.UTC(12_026, 0), -6e13, 8.64e15]) {
      expect(timeOfRun(runIdOf(now, 'a'))?.getTime()).toBe(Math.floor(now / 1000) * 1000);
    }
  });

  test('sorts by time', () => {
    const times = [Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 2, 0, 0, 1), Date.UTC(2026, 9, 1)];
    const names = times.map((now, index) => runIdOf(now, String(9 - index)));
    expect(names.toSorted()).toEqual(names);
  });

  test('is none of anything else', () => {
    const others = [
      '',
      'projects',
      'notes.txt',
      '20260102T030405Z',
      '20260102T030405Z-',
      '20260102T030405Z-ABC',
      '20261302T030405Z-abc',
      '20260102T030405-abc',
      `${run}.old`,
      ` ${run}`,
    ];
    expect(others.map(timeOfRun)).toEqual(others.map(() => undefined));
  });
});
