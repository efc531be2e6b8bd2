import { expect, test } from 'vitest';
import type { EntryPlan, MigrationPlan, UnmergedFile } from 'claude-shared-state/migrate';
import { printPlan } from '../../../src/cli/ui/plan.ts';
import { inWords } from '../support/in-words.ts';
import { paper } from './support/paper.ts';

const none = { link: 0, copy: 0, merged: 0, identical: 0, skipped: 0 };

function entry(more: Partial<EntryPlan>): EntryPlan {
  const [path, target] = ['/home/me/.claude/projects', '/home/me/.claude-projects-shared'];
  return { name: 'projects', path, target, action: 'merge', files: none, copyBytes: 0, ...more };
}

function planOf(entries: readonly EntryPlan[], more: Partial<MigrationPlan> = {}): MigrationPlan {
  const homes = [{ accountHome: '/home/me/.claude', entries }];
  const nothing = { problems: [], liveSessions: [], spaceNeeded: 0, unmerged: [] };
  return { ok: true, homes, ...nothing, ...more };
}

function printed(plan: MigrationPlan, columns?: number): string {
  const sheet = paper(columns);
  printPlan(sheet.out, plan);
  return sheet.text;
}

test('the space that is needed is printed with what is free, if that is not enough', () => {
  const sheet = paper(80);
  for (const free of [999, 1500]) printPlan(sheet.out, planOf([], { spaceNeeded: 1500 }), free);
  const [short, enough] = sheet.text.split('\n').filter((line) => line.includes('space'));
  expect(short).toBe('  ✗ space needed: 1.5 kB; only 999 B are free');
  expect(enough).toBe('  space needed: 1.5 kB');
});

test.each(
  inWords<readonly [Partial<EntryPlan>, string]>([
    [{ action: 'none' }, '✓ linked, nothing to do'],
    [{ action: 'link' }, '+ will be linked'],
    [{ action: 'complete' }, '→ an interrupted migration will be completed'],
    [{ action: 'refuse' }, "✗ can't be migrated"],
    [{}, '→ empty, will be linked'],
    [{ files: { ...none, link: 1000 } }, '→ 1,000 transcripts linked'],
    [{ files: { ...none, copy: 1 }, copyBytes: 1500 }, '→ 1 file copied (1.5 kB)'],
    [{ files: { ...none, merged: 2 } }, '→ 2 files merged'],
    [
      { files: { ...none, identical: 1, skipped: 3 } },
      '→ 1 file already shared, 3 files left in the restore point',
    ],
  ]),
)('a directory whose plan is %s has a line that says so', (_, more, words) => {
  expect(printed(planOf([entry(more)]))).toBe(`  ~/.claude\n    projects  ${words}\n`);
});

test('space is mentioned only if files are copied', () => {
  expect(printed(planOf([entry({})]))).not.toContain('space needed');
  expect(printed(planOf([entry({})], { spaceNeeded: 2_500_000 }))).toContain(
    '\n\n  space needed: 2.5 MB\n',
  );
});

test.each([
  [50, /^ {4}projects {2}→ .*\n {6}\S/m],
  [70, /^ {4}projects {2}→ .*\n {14}\S/m],
])('in %i columns a long line goes on where there is room', (columns, line) => {
  const files = { ...none, link: 12, merged: 2, identical: 7, skipped: 3 };

  expect(printed(planOf([entry({ files })]), columns)).toMatch(line);
});

const unmerged = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    path: `/home/me/.claude/projects/${number}`,
    reason: 'obsolete-cache' as const,
  }));

test('the first ten files that stay outside are named, the others counted', () => {
  const ten = printed(planOf([], { unmerged: unmerged(10) }));
  const twelve = printed(planOf([], { unmerged: unmerged(12) }));

  expect(ten).toContain(
    '  10 files stay outside the shared directories:\n    ~/.claude/projects/0  a cache that is no longer read\n',
  );
  expect(ten).not.toContain('more');
  expect(twelve).toContain(
    '~/.claude/projects/9  a cache that is no longer read\n    and 2 more; --json lists them all\n',
  );
  expect(twelve).not.toContain('projects/10');
});

test.each<[UnmergedFile['reason'], string]>([
  ['kept-aside', 'the side of a conflict that was not chosen'],
  ['replaced', 'an older version'],
  ['partial-line', 'ends in half a line'],
  ['conflict', 'changed since the plan, in conflict now'],
  ['duplicate-session-id', 'the session has another transcript in another project'],
  ['moved', 'the session moved to another project meanwhile'],
  ['changed', 'written to after it was set aside'],
])('the reason %s is printed in words', (reason, words) => {
  expect(printed(planOf([], { unmerged: [{ path: '/x', reason }] }))).toContain(
    `  1 file stays outside the shared directories:\n    /x  ${words}\n`,
  );
});
