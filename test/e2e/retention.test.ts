import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { validateAll } from 'claude-shared-state';
import { inspectRetention } from 'claude-shared-state/retention';
import { archive, unarchive } from 'claude-shared-state/migrate';
import { diagnoseResume } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { needs, whyNot } from '../unit/support/required-here.ts';
import { runClaude } from './support/claude.ts';
import { Conversation } from './support/conversation.ts';
import { expectToResume } from './support/expect-conversation.ts';
import { programs } from './support/programs.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import { notFound, resumeSession, startSession, theOnly } from './support/session.ts';

// The program deletes five seconds after its start; it has to live that long.
const LONG_ENOUGH_MS = 9000;
const DAY_MS = 86_400_000;

const ids = {
  older: '11111111-1111-4111-8111-111111111111',
  younger: '22222222-2222-4222-8222-222222222222',
} as const;

/** Two linked homes, with two transcripts of these ages in days in the shared place. */
async function withTranscripts(room: Room, older: number, younger: number) {
  const homes = [room.path('a'), room.path('b')] as const;
  await validateAll(homes, { required: room.required });
  const pathOf = (id: string) => join(room.sharedProjects, '-elsewhere', `${id}.jsonl`);
  const transcripts = { older: pathOf(ids.older), younger: pathOf(ids.younger) };
  mkdirSync(dirname(transcripts.older));
  for (const path of Object.values(transcripts)) writeFileSync(path, '{}');
  makeOld(transcripts.older, older);
  makeOld(transcripts.younger, younger);
  return { homes, transcripts };
}

function makeOld(path: string, days: number): void {
  const time = new Date(Date.now() - days * DAY_MS);
  utimesSync(path, time, time);
}

function setPeriod(home: string, cleanupPeriodDays: unknown): void {
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ cleanupPeriodDays }));
}

/** Lets the program live under a home until it has deleted what it wants to. */
async function liveUnder(
  room: Room,
  home: string,
  args: readonly string[] = [],
  within: readonly string[] = [],
): Promise<void> {
  room.api.takeTime(LONG_ENOUGH_MS);
  const { exitCode } = await runClaude(['-p', ...args, 'Hello.'], {
    ...room.surroundings(home),
    within,
    patienceMs: 60_000,
  });
  expect(exitCode).toBe(0);
}

describe.each(programs)('Claude Code $version', ({ name }) => {
  test.each([
    ['deletes what is older than 30 days', undefined, 31, 29, 'deleted'],
    ['deletes by the period of its home', 10, 11, 9, 'deleted'],
    ['deletes nothing where the period is not a whole number', 0.5, 400, 40, 'kept'],
  ] as const)('%s, as inspectRetention says', async (_, period, older, younger, outcome) => {
    const room = await enterCleanRoom(name);
    const { homes, transcripts } = await withTranscripts(room, older, younger);
    // The one home rules what all share.
    setPeriod(homes[1], 1000);
    if (period !== undefined) setPeriod(homes[0], period);
    const report = await inspectRetention(homes, { required: room.required });
    expect(report.transcripts?.expiredCount).toBe(outcome === 'deleted' ? 1 : 0);

    await liveUnder(room, homes[0]);

    expect(existsSync(transcripts.older)).toBe(outcome === 'kept');
    expect(existsSync(transcripts.younger)).toBe(true);
  });

  test('deletes by the managed period, though its home has a longer one', async (context) => {
    needs(context, whyNot('no mount namespace can be made here', 'unshare', '-m', 'true'));
    const room = await enterCleanRoom(name);
    const { homes, transcripts } = await withTranscripts(room, 11, 9);
    for (const home of homes) setPeriod(home, 1000);
    const managedSettings = room.path('etc', 'claude-code');
    mkdirSync(join(managedSettings, 'managed-settings.d'), { recursive: true });
    const files = { 'managed-settings.json': 500, 'managed-settings.d/10-period.json': 10 };
    for (const [file, cleanupPeriodDays] of Object.entries(files)) {
      writeFileSync(join(managedSettings, file), JSON.stringify({ cleanupPeriodDays }));
    }
    const report = await inspectRetention(homes, { required: room.required, managedSettings });
    expect(report.transcripts?.expiredCount).toBe(1);
    expect(report.homes[0]).toMatchObject({ periodDays: 10, source: 'managed' });

    // Read only, over the real directory, and only for this process.
    const mount = 'mount -t overlay overlay -o "lowerdir=$0:/etc" /etc && exec "$@"';
    await liveUnder(room, homes[0], [], ['unshare', '-m', 'sh', '-c', mount, room.path('etc')]);

    expect([transcripts.older, transcripts.younger].map(existsSync)).toEqual([false, true]);
  });

  test('deletes the file history of an old session it resumes, as was warned', async () => {
    const room = await enterCleanRoom(name);
    const { homes } = await withTranscripts(room, 1, 1);
    const id = await startSession(room, homes[0], 'Hello.');
    const history = room.path('.claude-file-history-shared', id);
    mkdirSync(history);
    makeOld(history, 40);
    const { problems } = await diagnoseResume(id, {
      accountHome: homes[1],
      cwd: room.path('work'),
      required: room.required,
      interactive: false,
    });
    expect(problems.map(({ code }) => code)).toEqual(['about-to-expire']);

    await liveUnder(room, homes[1], ['--resume', id]);

    expect(existsSync(history)).toBe(false);
  });

  test('a session that it deleted resumes after unarchive, and is not deleted again', async () => {
    const room = await enterCleanRoom(name);
    const { required } = room;
    const { homes } = await withTranscripts(room, 40, 1);
    const conversation = new Conversation(room, 'archived');
    await conversation.begin(homes[0]);
    await conversation.end();
    const { sessionId } = conversation;
    const isIts = (path: string) => path.endsWith(`${sessionId}.jsonl`);
    const transcript = theOnly((await room.transcripts()).filter(isIts));
    expect(await archive({ required })).toMatchObject({ outcome: 'done', added: 3, problems: [] });
    makeOld(transcript, 31);

    await liveUnder(room, homes[1]);

    expect(existsSync(transcript)).toBe(false);
    room.api.takeTime(0);
    expect(await resumeSession(room, homes[0], sessionId, 'Hello?')).toEqual(notFound(sessionId));
    expect(await unarchive(sessionId, { required })).toMatchObject({
      outcome: 'done',
      path: transcript,
      problems: [],
    });
    // Only the session that lived long enough to delete is new.
    expect(await archive({ required })).toMatchObject({ outcome: 'done', added: 1, problems: [] });
    // By a home whose last clean-up was not today.
    await liveUnder(room, homes[0]);
    room.api.takeTime(0);
    await expectToResume(conversation, homes[1]);
  });
});
