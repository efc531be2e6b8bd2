import { expect, test } from 'vitest';
import type { EntryPlan, MigrationPlan } from 'claude-shared-state/migrate';
import { printPlan } from '../../../src/cli/print-plan.ts';
import { paper } from './support/paper.ts';

const none = { link: 0, copy: 0, couple: 0, same: 0, leave: 0 };

function entry(more: Partial<EntryPlan>): EntryPlan {
  const [path, target] = ['/home/me/.claude/projects', '/home/me/.claude-projects-shared'];
  return { name: 'projects', path, target, action: 'merge', files: none, copyBytes: 0, ...more };
}

function planOf(entries: readonly EntryPlan[], more: Partial<MigrationPlan> = {}): MigrationPlan {
  const homes = [{ accountHome: '/home/me/.claude', entries }];
  const nothing = { problems: [], liveSessions: [], spaceNeeded: 0, leftovers: [] };
  return { ok: true, homes, ...nothing, ...more };
}

function printed(plan: MigrationPlan, columns?: number): string {
  const sheet = paper(columns);
  printPlan(sheet.page, plan);
  return sheet.text;
}

test.each<[Partial<EntryPlan>, string]>([
  [{ action: 'none' }, '✓ linked, nothing to do'],
  [{ action: 'link' }, '+ the link is made'],
  [{ action: 'roll-forward' }, '→ a run that ended half-way is completed'],
  [{ action: 'refuse' }, '✗ not a directory that could be brought in'],
  [{}, '→ an empty directory becomes a link'],
  [{ files: { ...none, link: 1000 } }, '→ 1,000 files shared'],
  [{ files: { ...none, copy: 1 }, copyBytes: 1500 }, '→ 1 file copied (1.5 kB)'],
  [{ files: { ...none, couple: 2 } }, '→ 2 transcripts made one with another generation'],
  [
    { files: { ...none, same: 1, leave: 3 } },
    '→ 1 file there already, 3 files left in the originals',
  ],
])('of a directory with %j it says what becomes of it', (more, words) => {
  expect(printed(planOf([entry(more)]))).toBe(`  ~/.claude\n    projects  ${words}\n`);
});

test('where all is on one file system, no space is needed', () => {
  expect(printed(planOf([entry({})]))).not.toContain('space needed');
  expect(printed(planOf([entry({})], { spaceNeeded: 2_500_000 }))).toContain(
    '\n\n  space needed on the other file system: 2.5 MB\n',
  );
});

test.each([
  [50, /^ {4}projects {2}→ .*\n {6}\S/m],
  [70, /^ {4}projects {2}→ .*\n {14}\S/m],
])('in %i columns a long line goes on where there is room', (columns, line) => {
  const files = { ...none, link: 12, couple: 2, same: 7, leave: 3 };

  expect(printed(planOf([entry({ files })]), columns)).toMatch(line);
});

const leftovers = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    path: `/home/me/.claude/projects/${number}`,
    reason: 'dead-cache' as const,
  }));

test('ten of the files that stay behind are named, and the others counted', () => {
  const ten = printed(planOf([], { leftovers: leftovers(10) }));
  const twelve = printed(planOf([], { leftovers: leftovers(12) }));

  expect(ten).toContain(
    '  10 files stays in the originals:\n    ~/.claude/projects/0  dead-cache\n',
  );
  expect(ten).not.toContain('more');
  expect(twelve).toContain(
    '~/.claude/projects/9  dead-cache\n    and 2 more; --json names all of them\n',
  );
  expect(twelve).not.toContain('projects/10');
});
