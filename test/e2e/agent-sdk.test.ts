import { inspectAll, isValidResumeUUID, validateAll } from 'claude-shared-state';
import { expect, test } from 'vitest';
import type { Options } from '@anthropic-ai/claude-agent-sdk';
import { replyTo } from './support/messages-api.ts';
import { enterCleanRoom } from './support/room.ts';
import { expectLastRequestToCarry } from './support/session.ts';
import { cleanEnvironment, type Surroundings } from './support/claude.ts';
import { executableOf } from './support/programs.ts';

/** What the SDK told at the end of a question. */
interface SdkAnswer {
  readonly sessionId: string;
  readonly reply: string;
}

const RUN_LIMIT_MS = 30_000;

/** Asks one question through the real Agent SDK. */
async function askThroughSdk(
  prompt: string,
  surroundings: Surroundings,
  options: Pick<Options, 'resume'> = {},
): Promise<SdkAnswer> {
  // First, because it says what to do where nothing is installed. The SDK ships the new one.
  const pathToClaudeCodeExecutable = executableOf('new');
  const { query } = await import('@anthropic-ai/claude-agent-sdk');
  const { cwd } = surroundings;
  const env = cleanEnvironment(surroundings);
  const abortController = new AbortController();
  const limit = setTimeout(() => abortController.abort(), RUN_LIMIT_MS);
  let answer: SdkAnswer | undefined;
  try {
    // To its end, not only to the answer: leaving the loop stops the program, which may be writing.
    for await (const message of query({
      prompt,
      options: { ...options, pathToClaudeCodeExecutable, abortController, cwd, env },
    })) {
      if (message.type === 'result' && message.subtype === 'success') {
        answer = { sessionId: message.session_id, reply: message.result };
      }
    }
  } finally {
    clearTimeout(limit);
  }
  if (answer === undefined) throw new Error('The Agent SDK gave no result');
  return answer;
}

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
