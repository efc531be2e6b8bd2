import type { Options, SDKSessionInfo } from '@anthropic-ai/claude-agent-sdk';
import { cleanEnvironment, type Surroundings } from './claude.ts';
import { executableOf } from './programs.ts';

/** What the SDK told at the end of a question. */
export interface SdkAnswer {
  readonly sessionId: string;
  readonly reply: string;
}

const RUN_LIMIT_MS = 30_000;

/** Every message that the SDK gives for a question, also where it throws in the end. */
export async function messagesFromSdk(
  prompt: string,
  surroundings: Surroundings,
): Promise<readonly unknown[]> {
  const pathToClaudeCodeExecutable = executableOf('new');
  const { query } = await import('@anthropic-ai/claude-agent-sdk');
  const { cwd } = surroundings;
  const env = cleanEnvironment(surroundings);
  const messages: unknown[] = [];
  try {
    for await (const message of query({
      prompt,
      options: { pathToClaudeCodeExecutable, cwd, env },
    })) {
      messages.push(message);
    }
  } catch (error) {
    // After a result that is an error, it throws what the result said.
    if (messages.length === 0) throw error;
  }
  return messages;
}

/** Asks one question through the real Agent SDK. */
export async function askThroughSdk(
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

/** What the SDK lists of a home, by the ids of the sessions. */
export async function listThroughSdk(
  accountHome: string,
): Promise<ReadonlyMap<string, Partial<SDKSessionInfo>>> {
  const { listSessions } = await import('@anthropic-ai/claude-agent-sdk');
  const before = process.env['CLAUDE_CONFIG_DIR'];
  // It takes the home from there only.
  process.env['CLAUDE_CONFIG_DIR'] = accountHome;
  try {
    const sessions = await listSessions();
    return new Map(sessions.map((session) => [session.sessionId, session]));
  } finally {
    if (before === undefined) delete process.env['CLAUDE_CONFIG_DIR'];
    else process.env['CLAUDE_CONFIG_DIR'] = before;
  }
}
