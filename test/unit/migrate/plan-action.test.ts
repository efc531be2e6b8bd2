import { describe, expect, test } from 'vitest';
import { actionFor } from '../../../src/migrate/plan.ts';
import type { FoundRestorePoint } from '../../../src/migrate/restore-points.ts';

type State = Parameters<typeof actionFor>[0]['state'];

const point: FoundRestorePoint = {
  path: '/h/.claude-shared-state/restore-points/20260102T030405Z-abc',
  createdAt: new Date('2026-01-02T03:04:05Z'),
  state: 'incomplete',
  wasComplete: false,
  trees: [],
  recreated: [],
  targets: new Map(),
  movedAt: new Map(),
};
const aside = { ...point, trees: ['projects'] };
const recreated = { ...point, recreated: [{ path: `${point.path}/x`, name: 'projects' }] };
const other = { ...point, trees: ['file-history'] };

/** What is in the place of the link, what is done about it, and what if an earlier run ended halfway. */
const rows: Readonly<Record<string, readonly [State, string, string]>> = {
  'a directory is merged': ['directory', 'merge', 'merge'],
  'nothing gets a link, or completes an earlier run': ['missing', 'link', 'complete'],
  'the right link needs nothing, or completes an earlier run': ['linked', 'none', 'complete'],
  'an equivalent link needs nothing, or completes an earlier run': [
    'equivalent',
    'none',
    'complete',
  ],
  'a link to elsewhere is refused': ['divergent', 'refuse', 'refuse'],
  'a link to nothing is refused': ['dangling', 'refuse', 'refuse'],
  'a loop is refused': ['loop', 'refuse', 'refuse'],
  'a file is refused': ['file', 'refuse', 'refuse'],
  'anything else is refused': ['other', 'refuse', 'refuse'],
  'what cannot be read is refused': ['unreadable', 'refuse', 'refuse'],
};

describe('in the place of a link', () => {
  test.each(Object.entries(rows))('%s', (_, [state, action, afterDeath]) => {
    const entry = { name: 'projects', state };
    expect(actionFor(entry, { unfinished: [] })).toBe(action);
    expect(actionFor(entry, { unfinished: [other] })).toBe(action);
    expect(actionFor(entry, { unfinished: [aside] })).toBe(afterDeath);
    expect(actionFor(entry, { unfinished: [other, recreated] })).toBe(afterDeath);
  });
});
