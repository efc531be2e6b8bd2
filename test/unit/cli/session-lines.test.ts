import { expect, test } from 'vitest';
import { type ListedSession, parseResumeUUID } from 'claude-shared-state/sessions';
import { sessionDetails, sessionRow } from '../../../src/cli/ui/sessions.ts';
import { SESSION } from './support/homes.ts';
import { paper } from './support/paper.ts';

const sessionId = parseResumeUUID(SESSION);
if (sessionId === undefined) throw new Error('no id');
const { out } = paper();
const bare: ListedSession = {
  sessionId,
  path: `/home/me/.claude/projects/-work/${SESSION}.jsonl`,
  projectKey: '-work',
  modifiedAt: new Date('2026-11-29T20:15:00Z'),
  size: 1200,
  accountHomes: [],
  otherVersions: [],
};

test('of a session of which little is known, only that is told', () => {
  expect(sessionDetails(out, bare, 80)).toBe(
    `(no title)\n2026-11-29 20:15 UTC, 1.2 kB\n${SESSION}`,
  );
});

test('everything that is known of a session is told', () => {
  const known: ListedSession = {
    ...bare,
    title: { text: 'Fix\nthe clock', source: 'custom' },
    cwd: '/home/me/work',
    createdAt: new Date('2026-11-28T10:00:00Z'),
    messages: { count: 7, isExact: false },
    accountHomes: ['/home/me/.claude'],
    owner: { accountUuid: 'me', organizationUuid: 'us', isRestricted: false },
    processState: 'unknown',
    otherVersions: [bare],
    expiresAt: new Date('2026-12-29T20:15:00Z'),
  };

  expect(sessionDetails(out, known, 80).split('\n')).toEqual([
    'Fix the clock',
    'in ~/work',
    '2026-11-28 10:00 to 2026-11-29 20:15 UTC, 1.2 kB, at least 7 messages',
    '~/.claude',
    'account me',
    'maybe running',
    '1 other version',
    'kept until 2026-12-29 20:15 UTC',
    SESSION,
  ]);
  expect(sessionRow(out, known, 80)).toContain('[maybe running, 1 other version] Fix the clock');
});
