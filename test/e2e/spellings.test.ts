import { mkdir, readlink, symlink } from 'node:fs/promises';
import { validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom, type Room } from './support/room.ts';
import {
  answered,
  expectLastRequestToCarry,
  resumeSession,
  startSession,
} from './support/session.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';

test.each<[how: string, spell: (room: Room) => string | Promise<string>]>([
  ['a relative link', () => '../.claude-projects-shared'],
  ['a link with a trailing slash', ({ sharedProjects }) => `${sharedProjects}/`],
  [
    'a link through another link',
    async ({ path, sharedProjects }) => {
      await symlink(sharedProjects, path('detour'));
      return path('detour');
    },
  ],
])('a session resumes through %s, which is left as it is', async (_, spell) => {
  const room = await enterCleanRoom();
  const { required } = room;
  const [accountA, accountB] = [room.path('account-a'), room.path('account-b')];
  await validateAll([accountA], { required });
  const id = await startSession(room, accountA, first);
  const link = room.path('account-b', 'projects');
  const spelling = await spell(room);
  await mkdir(accountB);
  await symlink(spelling, link);

  const [, report] = await validateAll([accountA, accountB], { required });

  expect(report?.links).toContainEqual(
    expect.objectContaining({ path: link, state: 'equivalent', storedTarget: spelling }),
  );
  expect(await resumeSession(room, accountB, id, second)).toEqual(answered(replyTo(2)));
  expectLastRequestToCarry(room, [first, replyTo(1), second]);
  expect(await readlink(link)).toBe(spelling);
  expect(await room.transcripts()).toHaveLength(1);
});

test('a session resumes in an account home that is itself a link', async () => {
  const room = await enterCleanRoom();
  const { required } = room;
  const [accountA, accountB] = [room.path('account-a'), room.path('account-b')];
  await mkdir(room.path('elsewhere', 'account-b'), { recursive: true });
  await symlink(room.path('elsewhere', 'account-b'), accountB);
  await validateAll([accountA, accountB], { required });
  const id = await startSession(room, accountA, first);

  expect(await resumeSession(room, accountB, id, second)).toEqual(answered(replyTo(2)));

  expectLastRequestToCarry(room, [first, replyTo(1), second]);
  expect(await readlink(accountB)).toBe(room.path('elsewhere', 'account-b'));
  expect(await room.transcripts()).toHaveLength(1);
});
