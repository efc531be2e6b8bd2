import { readFile } from 'node:fs/promises';
import { isSharedStateError, validateAll } from 'claude-shared-state';
import { assert, expect, test } from 'vitest';
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

test('a projects directory that account A made itself is refused, and its transcript stays as it is', async () => {
  const room = await enterCleanRoom();
  const { required } = room;
  const [accountA, accountB] = [room.path('account-a'), room.path('account-b')];
  const id = await startSession(room, accountA, first);
  const transcript = theOnly(await room.transcripts());
  expect(transcript.startsWith(room.path('account-a', 'projects'))).toBe(true);
  const before = await readFile(transcript);

  const error: unknown = await validateAll([accountA, accountB], { required }).catch(
    (reason: unknown) => reason,
  );

  assert(isSharedStateError(error));
  expect(error.errors).toMatchObject([
    { code: 'not-a-symlink', remedy: 'migrate', path: room.path('account-a', 'projects') },
  ]);
  expect(error.reports.map(({ ok }) => ok)).toEqual([false, true]);
  expect(await room.transcripts()).toEqual([transcript]);
  expect(await readFile(transcript)).toEqual(before);

  // Refused means what it says: only under its own account does the session go on.
  expect(await resumeSession(room, accountB, id, second)).toEqual(notFound(id));
  expect(await resumeSession(room, accountA, id, second)).toEqual(answered(replyTo(2)));
  expectLastRequestToCarry(room, [first, replyTo(1), second]);
});
