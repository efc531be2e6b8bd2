import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { cleanEnvironment, type Surroundings } from './claude.ts';
import { field } from './json.ts';
import { executableOf } from './programs.ts';

/** A running program to which one thing is said after the other. */
export interface Talk {
  readonly pid: number;
  /** Known as soon as the first thing has been said. */
  readonly sessionId: string;
  /** Takes a turn, and tells what the program gave as its result. */
  say(prompt: string): Promise<string>;
  /** Says that nothing more comes, and waits for the end. */
  end(): Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
}

// It goes on while others are begun, and while homes are migrated.
const TALK_LIMIT_MS = 300_000;

const streaming = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];

/** Starts the real program in its streaming mode, and says the first thing. */
export async function startTalk(
  surroundings: Surroundings,
  firstPrompt: string,
  options: readonly string[] = [],
): Promise<{ readonly talk: Talk; readonly reply: string }> {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    executableOf(surroundings.program),
    ['-p', ...streaming, ...options],
    {
      cwd: surroundings.cwd,
      env: cleanEnvironment(surroundings),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: surroundings.patienceMs ?? TALK_LIMIT_MS,
      killSignal: 'SIGKILL',
    },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const complaints = text(child.stderr);
  const messages = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exchange = async (prompt: string) => {
    const message = { role: 'user', content: prompt };
    child.stdin.write(`${JSON.stringify({ type: 'user', message, parent_tool_use_id: null })}\n`);
    return await nextResult(messages, complaints);
  };
  const { reply, sessionId } = await exchange(firstPrompt);
  const talk: Talk = {
    pid: child.pid ?? 0,
    sessionId,
    say: async (prompt) => (await exchange(prompt)).reply,
    end: async () => {
      child.stdin.end();
      return { exitCode: await ended, stderr: await complaints };
    },
  };
  return { talk, reply };
}

async function nextResult(
  messages: AsyncIterator<string>,
  complaints: Promise<string>,
): Promise<{ readonly reply: string; readonly sessionId: string }> {
  for (;;) {
    const line = await messages.next();
    if (line.done === true) throw new Error(`The program has ended: ${await complaints}`);
    const message: unknown = JSON.parse(line.value);
    if (field(message, 'type') !== 'result') continue;
    const [reply, sessionId] = [field(message, 'result'), field(message, 'session_id')];
    if (typeof reply !== 'string' || typeof sessionId !== 'string') {
      throw new Error(`The program gave another result: ${line.value}`);
    }
    return { reply, sessionId };
  }
}
