import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { SDKMessage, SDKUserMessage } from '@anthropic-ai/claude-agent-sdk';
import type { ResumeUUID } from 'claude-shared-state';
import {
  findLiveSessions,
  resumeCommand,
  sessionIdFromMessage,
} from 'claude-shared-state/sessions';
import { expect, test } from 'vitest';
import { cleanEnvironment, runClaude, type Surroundings } from './support/claude.ts';
import { executableOf } from './support/programs.ts';
import { enterCleanRoom } from './support/room.ts';
import { theOnly } from './support/session.ts';

const absent = '11111111-2222-4333-8444-555555555555';

/** Says one thing after the other through the real Agent SDK; each message is looked at as it comes. */
async function converse(
  surroundings: Surroundings,
  prompts: readonly string[],
  onMessage: (message: SDKMessage) => Promise<void> | void,
  resume?: string,
): Promise<void> {
  const { query } = await import('@anthropic-ai/claude-agent-sdk');
  const answers = new EventEmitter();
  async function* said(): AsyncGenerator<SDKUserMessage> {
    for (const content of prompts) {
      const answered = once(answers, 'answer');
      yield { type: 'user', message: { role: 'user', content }, parent_tool_use_id: null };
      await answered;
    }
  }
  const options = {
    pathToClaudeCodeExecutable: executableOf('new'),
    cwd: surroundings.cwd,
    env: cleanEnvironment(surroundings),
    ...(resume === undefined ? {} : { resume }),
  };
  for await (const message of query({ prompt: said(), options })) {
    await onMessage(message);
    if (message.type === 'result') answers.emit('answer');
  }
}

test('the id follows a /clear in mid-stream, and names transcripts', async () => {
  const room = await enterCleanRoom();
  let id: ResumeUUID | undefined;
  const ids: (ResumeUUID | undefined)[] = [];
  await converse(room.surroundings(room.path('account')), ['One', '/clear', 'Two'], (message) => {
    id = sessionIdFromMessage(message) ?? id;
    if (id !== undefined && id !== ids.at(-1)) ids.push(id);
  });
  expect(ids).toHaveLength(2);
  const transcripts = await room.transcripts();
  for (const one of ids) {
    expect(transcripts).toContainEqual(expect.stringContaining(`${one}.jsonl`));
  }
});

test('a resume that fails gives no id, though its result carries one', async () => {
  const room = await enterCleanRoom();
  const carried: (string | undefined)[] = [];
  const taken: unknown[] = [];
  const surroundings = room.surroundings(room.path('account'));
  const failing = converse(
    surroundings,
    ['One'],
    (message) => {
      carried.push(message.session_id);
      taken.push(sessionIdFromMessage(message));
    },
    absent,
  );
  await expect(failing).rejects.toThrow('No conversation found');
  expect(carried).toEqual([absent]);
  expect(taken).toEqual([undefined]);
});

test('a session is found while it runs, and neither when it has ended nor when it was killed', async () => {
  const room = await enterCleanRoom();
  const accountHome = room.path('account');
  const look = () => findLiveSessions([accountHome]);
  const [ended, killed] = ['ended', 'killed'] as const;
  for (const how of [ended, killed]) {
    let id: ResumeUUID | undefined;
    let seen: Awaited<ReturnType<typeof look>> | undefined;
    const talk = converse(room.surroundings(accountHome), ['One'], async (message) => {
      id = sessionIdFromMessage(message) ?? id;
      if (message.type !== 'result') return;
      seen = await look();
      if (how === killed) process.kill(theOnly(seen.sessions).pid, 'SIGKILL');
    });
    await (how === killed ? talk.catch(() => undefined) : talk);
    expect(seen).toMatchObject({
      sessions: [{ sessionId: id, cwd: room.path('work'), processState: 'running' }],
      problems: [],
    });
    expect(await look()).toEqual({ sessions: [], problems: [] });
  }
  // The record of the killed one is still there.
  expect(await readdir(room.path('account', 'sessions'))).toContainEqual(
    expect.stringMatching(/^\d+\.json$/),
  );
});

test('the line for a shell resumes, and saves what the inherited environment would drop', async () => {
  const room = await enterCleanRoom();
  const accountHome = room.path("account's");
  const surroundings = {
    ...room.surroundings(accountHome),
    environment: { CLAUDE_CODE_SKIP_PROMPT_HISTORY: '1', CLAUDE_CODE_CHILD_SESSION: '1' },
  };
  let id: ResumeUUID | undefined;
  await converse(room.surroundings(accountHome), ['One'], (message) => {
    id = sessionIdFromMessage(message) ?? id;
  });
  if (id === undefined) throw new Error('The Agent SDK gave no id');
  const transcript = theOnly(await room.transcripts());

  await runClaude(['-p', '--resume', id, 'The lost turn'], surroundings);
  expect(await readFile(transcript, 'utf8')).not.toContain('The lost turn');

  const { shell } = resumeCommand(id, {
    accountHome,
    cwd: surroundings.cwd,
    program: executableOf('new'),
    extraArgs: ['-p'],
    prompt: '-- The saved turn: $HOME!',
  });
  // Somewhere else, and under no account, so that the line has to say both.
  const { CLAUDE_CONFIG_DIR: _, ...env } = cleanEnvironment(surroundings);
  const running = promisify(execFile)('sh', ['-c', shell], { cwd: room.path('home'), env });
  running.child.stdin?.end();
  await running;
  expect(await readFile(transcript, 'utf8')).toContain('-- The saved turn: $HOME!');
});
