import { expect, test } from 'vitest';
import { migrationProblem } from '../../../src/migrate/problems.ts';
import { printProblems } from '../../../src/cli/ui/problems.ts';
import { inWords } from '../support/in-words.ts';
import { paper } from './support/paper.ts';
import { SESSION } from './support/homes.ts';
import { argumentsOf } from './support/shell.ts';

const home = `/home/me/.claude/projects/-it's/${SESSION}.jsonl`;
const shared = `/home/me/.claude-projects-shared/-it's/${SESSION}.jsonl`;

function conflict(path: string) {
  const modifiedAt = new Date('2026-11-20T10:30:00Z');
  return {
    path,
    other: shared,
    sides: [
      {
        path,
        bytes: 2_500_000,
        modifiedAt,
        messages: 120,
        lastMessageAt: new Date('2026-11-21T20:15:00Z'),
      },
      { path: shared, bytes: 900, modifiedAt, messages: 1 },
    ],
    newer: 'home',
    longer: 'home',
  } as const;
}

function printed(problem: Parameters<typeof printProblems>[1][number]): string {
  const sheet = paper();
  printProblems(sheet.out, [problem]);
  return sheet.text;
}

test('a conflict shows both files, and the options that decide it', async () => {
  const diverged = { ...conflict(home), sessionId: SESSION };
  const text = printed(migrationProblem('transcripts-diverge', diverged));

  expect(text)
    .toBe(`  ✗ The session has two transcripts, and neither continues the other [transcripts-diverge]
    session ${SESSION}
    home    ~${home.slice('/home/me'.length)}
            2.5 MB, 120 messages, last at 2026-11-21 20:15 UTC, changed 2026-11-20 10:30 UTC (newer, longer)
    shared  ~${shared.slice('/home/me'.length)}
            900 B, 1 message, changed 2026-11-20 10:30 UTC
      --prefer-home '/home/me/.claude/projects/-it'\\''s/${SESSION}.jsonl'
      --prefer-shared '/home/me/.claude/projects/-it'\\''s/${SESSION}.jsonl'
    Add one of the two options for each; the other file is set aside.
`);
  const [option = ''] = /--prefer-home .*/.exec(text) ?? [];
  expect(await argumentsOf(option)).toEqual(['--prefer-home', home]);
});

test.each(
  inWords([
    [
      migrationProblem('files-differ', conflict(home)),
      'Two files of the same name differ [files-differ]\n',
    ],
    [
      migrationProblem('duplicate-session-id', { ...conflict(home), sessionId: SESSION }),
      `[duplicate-session-id]\n    session ${SESSION}\n`,
    ],
  ]),
)('the headline of a conflict says what is in conflict: %s', (_, problem, words) => {
  expect(printed(problem)).toContain(words);
});

test('a conflict whose path no shell takes has no options', () => {
  const text = printed(migrationProblem('files-differ', conflict('/home/me/a\nb')));

  expect(text).toContain("Its name can't be typed");
  expect(text).not.toContain('--prefer');
});
