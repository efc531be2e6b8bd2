import { readFile } from 'node:fs/promises';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Ending } from '../../package/support/run.ts';
import { cleanEnvironment, type Surroundings } from './claude.ts';
import { replyTo } from './messages-api.ts';
import type { Room } from './room.ts';
import { resumeSession } from './session.ts';
import { memberOf } from '../../../src/core/json.ts';
import { executableOf } from './programs.ts';

/** A running program to which one thing is said after the other. */
interface Talk {
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
async function startTalk(
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
    if (memberOf(message, 'type') !== 'result') continue;
    const [reply, sessionId] = [memberOf(message, 'result'), memberOf(message, 'session_id')];
    if (typeof reply !== 'string' || typeof sessionId !== 'string') {
      throw new Error(`The program gave another result: ${line.value}`);
    }
    return { reply, sessionId };
  }
}

/** One turn, with when it began and ended. */
export interface Turn {
  readonly prompt: string;
  readonly reply: string;
  readonly began: number;
  readonly ended: number;
}

/** What a resume came to, and what the model was told in it. */
interface Resumed {
  readonly outcome: Ending;
  readonly reply: string;
  readonly told: readonly string[];
}

// In print mode the program keeps earlier versions of files only when it is told to.
const environment = { CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: '1' };
const options = ['--permission-mode', 'acceptEdits', '--allowedTools', 'Bash'];

/** A session, and everything that was ever said in it. */
export class Conversation {
  readonly name: string;
  readonly turns: Turn[] = [];
  /** What its tools have put into its file, one after the other. */
  readonly written: string[] = [];
  readonly #room: Room;
  #talk: Talk | undefined;
  #sessionId = '';

  constructor(room: Room, name: string) {
    this.#room = room;
    this.name = name;
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  /** The process that runs it now. */
  get pid(): number | undefined {
    return this.#talk?.pid;
  }

  get said(): readonly string[] {
    return this.turns.flatMap(({ prompt, reply }) => [prompt, reply]);
  }

  /** Starts the program, or resumes in it; it goes on to run until {@link end}. */
  async begin(accountHome: string): Promise<void> {
    const surroundings = { ...this.#room.surroundings(accountHome), environment };
    const resume = this.#sessionId === '' ? [] : ['--resume', this.#sessionId];
    await this.#record(async (prompt) => {
      const { talk, reply } = await startTalk(surroundings, prompt, [...options, ...resume]);
      this.#talk = talk;
      this.#sessionId = talk.sessionId;
      return reply;
    });
  }

  /** Takes a turn in the running program, with tools that change a file if `notes` names one. */
  async say(notes?: string): Promise<void> {
    await this.#record(async (prompt) => {
      const text = `${prompt}\n`;
      if (notes !== undefined) {
        this.#room.api.callToolsWhenTold(
          prompt,
          // The program writes over nothing that it has not read.
          { name: 'Read', input: { file_path: notes } },
          { name: 'Write', input: { file_path: notes, content: text } },
          { name: 'Bash', input: { command: 'true' } },
        );
      }
      const reply = await this.#talk?.say(prompt);
      if (reply === undefined) throw new Error(`${this.name} is not running`);
      if (notes !== undefined) {
        const found = await readFile(notes, 'utf8');
        if (found !== text) throw new Error(`${notes} was not written: ${found}`);
        this.written.push(text);
      }
      return reply;
    });
  }

  async end(): Promise<void> {
    const ended = await this.#talk?.end();
    this.#talk = undefined;
    if (ended?.exitCode !== 0 || ended.stderr !== '') {
      throw new Error(`${this.name} ended with ${ended?.exitCode}: ${ended?.stderr}`);
    }
  }

  /** Takes a turn from a home in a program of its own. */
  async resumeFrom(accountHome: string): Promise<Resumed> {
    let resumed: Resumed | undefined;
    await this.#record(async (prompt) => {
      const outcome = await resumeSession(this.#room, accountHome, this.#sessionId, prompt);
      const { conversations } = this.#room.api;
      const request = conversations.findLastIndex((texts) => texts.includes(prompt));
      const known = new Set([...this.said, prompt]);
      const told = (conversations[request] ?? []).filter((text) => known.has(text));
      resumed = { outcome, reply: replyTo(request + 1), told };
      return resumed.reply;
    });
    if (resumed === undefined) throw new Error(`${this.name} was not resumed`);
    return resumed;
  }

  async #record(take: (prompt: string) => Promise<string>): Promise<void> {
    const prompt = `This is turn ${this.turns.length + 1} of ${this.name}.`;
    const began = performance.now();
    const reply = await take(prompt);
    this.turns.push({ prompt, reply, began, ended: performance.now() });
  }
}
