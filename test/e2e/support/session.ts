import { expect } from 'vitest';
import type { Ending } from '../../package/support/run.ts';
import { runClaude } from './claude.ts';
import { memberOf } from '../../../src/core/json.ts';
import type { Room } from './room.ts';

/** Starts a session under an account with a first prompt, and tells its id as the program prints it. */
export async function startSession(
  room: Room,
  accountHome: string | undefined,
  prompt: string,
  options: readonly string[] = [],
): Promise<string> {
  const args = ['-p', prompt, '--output-format', 'json', ...options];
  const { exitCode, stdout, stderr } = await runClaude(args, room.surroundings(accountHome));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const sessionId = memberOf(JSON.parse(stdout), 'session_id');
  if (typeof sessionId !== 'string') throw new Error(`The program printed no id: ${stdout}`);
  return sessionId;
}

/** Runs `claude -p --resume` under an account. */
export function resumeSession(
  room: Room,
  accountHome: string | undefined,
  sessionId: string,
  prompt: string,
): Promise<Ending> {
  return runClaude(['-p', '--resume', sessionId, prompt], room.surroundings(accountHome));
}

/** Checks that the last request to the API carried these texts, in this order. */
export function expectLastRequestToCarry({ api }: Room, texts: readonly string[]): void {
  // The program adds texts of its own, which differ from version to version.
  const carried = api.conversations.at(-1) ?? [];
  expect(carried.filter((text) => texts.includes(text))).toEqual(texts);
}

export function answered(reply: string): Ending {
  return { exitCode: 0, stdout: `${reply}\n`, stderr: '' };
}

export function notFound(sessionId: string): Ending {
  return {
    exitCode: 1,
    stdout: '',
    stderr: `No conversation found with session ID: ${sessionId}\n`,
  };
}

/** The one thing that must be in a list. */
export function theOnly<Item>(items: readonly Item[]): Item {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) {
    throw new Error(`Exactly one was expected, here are ${items.length}: ${items.join(', ')}`);
  }
  return item;
}
