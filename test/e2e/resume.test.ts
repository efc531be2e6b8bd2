import { readFile } from 'node:fs/promises';
import { inspectAll, validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom } from './support/room.ts';
import {
  answered,
  expectLastRequestToCarry,
  notFound,
  resumeSession,
  startSession,
  theOnly,
} from './support/session.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';
const third = 'Who told you?';

test.each([
  ['with logins', false],
  ['with a key', true],
])(
  'a session of account A resumes under account B as soon as validateAll has linked both, %s',
  async (_, usesKey) => {
    const room = await enterCleanRoom('new', { usesKey });
    const { api, required } = room;
    const [accountA, accountB] = [room.path('account-a'), room.path('account-b')];
    await validateAll([accountA], { required });
    const id = await startSession(room, accountA, first);
    const transcript = theOnly(await room.transcripts());
    expect(transcript.startsWith(room.sharedProjects)).toBe(true);
    const underA = await readFile(transcript);

    expect(await resumeSession(room, accountB, id, second)).toEqual(notFound(id));
    expect(api.conversations).toHaveLength(1);
    expect(await readFile(transcript)).toEqual(underA);

    // The refused start has left a home of its own, but nothing in the place of a link.
    await validateAll([accountA, accountB], { required });

    expect(await resumeSession(room, accountB, id, second)).toEqual(answered(replyTo(2)));
    expectLastRequestToCarry(room, [first, replyTo(1), second]);
    const underB = await readFile(transcript);
    expect(underB.length).toBeGreaterThan(underA.length);
    expect(underB.subarray(0, underA.length)).toEqual(underA);
    expect(await room.transcripts()).toEqual([transcript]);
  },
);

test('a session that account B has gone on with resumes under account A with all that was said', async () => {
  const room = await enterCleanRoom();
  const { required } = room;
  const accountHomes = [room.path('account-a'), room.path('account-b')] as const;
  const [accountA, accountB] = accountHomes;
  await validateAll(accountHomes, { required });
  const id = await startSession(room, accountA, first);
  await resumeSession(room, accountB, id, second);

  expect(await resumeSession(room, accountA, id, third)).toEqual(answered(replyTo(3)));

  expectLastRequestToCarry(room, [first, replyTo(1), second, replyTo(2), third]);
  expect(await room.transcripts()).toHaveLength(1);
});

test('the program replaces none of the links', async () => {
  const room = await enterCleanRoom();
  const { required } = room;
  const accountHomes = [room.path('account-a'), room.path('account-b')] as const;
  const [accountA, accountB] = accountHomes;
  const linked = await validateAll(accountHomes, { required });
  const id = await startSession(room, accountA, first);
  await resumeSession(room, accountB, id, second);

  const reports = await inspectAll(accountHomes, { required });

  expect(reports.map(({ links }) => links)).toEqual(linked.map(({ links }) => links));
  const states = reports.flatMap(({ links }) => links.map(({ state }) => state));
  expect(new Set(states)).toEqual(new Set(['linked']));
});
