import { inspectAll, isValidResumeUUID, validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import { askThroughSdk } from './support/agent-sdk.ts';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom } from './support/room.ts';
import { expectLastRequestToCarry } from './support/session.ts';

const first = 'The password is swordfish.';
const second = 'What is the password?';

test('a session that the Agent SDK started under account A resumes under account B after validateAll', async () => {
  const room = await enterCleanRoom();
  const { api, required } = room;
  const [accountA, accountB] = [room.path('account-a'), room.path('account-b')];
  await validateAll([accountA], { required });
  const { sessionId } = await askThroughSdk(first, room.surroundings(accountA));
  expect(isValidResumeUUID(sessionId)).toBe(true);

  await expect(
    askThroughSdk(second, room.surroundings(accountB), { resume: sessionId }),
  ).rejects.toThrow(`No conversation found with session ID: ${sessionId}`);
  expect(api.conversations).toHaveLength(1);

  await validateAll([accountA, accountB], { required });

  expect(await askThroughSdk(second, room.surroundings(accountB), { resume: sessionId })).toEqual({
    sessionId,
    reply: replyTo(2),
  });
  expectLastRequestToCarry(room, [first, replyTo(1), second]);
  expect(await room.transcripts()).toEqual([expect.stringContaining(sessionId)]);
  const reports = await inspectAll([accountA, accountB], { required });
  expect(reports.map(({ ok }) => ok)).toEqual([true, true]);
});
