import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect } from 'vitest';
import { field, items } from './json.ts';
import { replyTo } from './messages-api.ts';
import type { Room } from './room.ts';
import { resumeSession, theOnly } from './session.ts';
import { startTalk, type Talk } from './talk.ts';

/** One turn, with when it began and ended. */
interface Turn {
  readonly prompt: string;
  readonly reply: string;
  readonly began: number;
  readonly ended: number;
}

/** A session, and everything that was ever said in it. */
export class Conversation {
  readonly turns: Turn[] = [];
  readonly name: string;
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

  /** Starts the program; it goes on to run until {@link end}. */
  async begin(accountHome: string): Promise<void> {
    await this.#record(async (prompt) => {
      const { talk, reply } = await startTalk(this.#surroundings(accountHome), prompt, [
        '--permission-mode',
        'acceptEdits',
        '--allowedTools',
        'Bash',
        ...(this.#sessionId === '' ? [] : ['--resume', this.#sessionId]),
      ]);
      this.#talk = talk;
      this.#sessionId = talk.sessionId;
      return reply;
    });
  }

  /** Takes a turn in the running program, with a tool that changes a file if `notes` names one. */
  async say(notes?: string): Promise<void> {
    await this.#record(async (prompt) => {
      if (notes !== undefined) {
        this.#room.api.callToolsWhenTold(
          prompt,
          { name: 'Read', input: { file_path: notes } },
          { name: 'Write', input: { file_path: notes, content: `${prompt}\n` } },
          { name: 'Bash', input: { command: `test "$(cat '${notes}')" = '${prompt}'` } },
        );
      }
      const reply = await this.#talk?.say(prompt);
      if (reply === undefined) throw new Error(`${this.name} is not running`);
      if (notes !== undefined) expect(await readFile(notes, 'utf8')).toBe(`${prompt}\n`);
      return reply;
    });
  }

  async end(): Promise<void> {
    expect(await this.#talk?.end()).toEqual({ exitCode: 0, stderr: '' });
    this.#talk = undefined;
  }

  /** Resumes it from a home, and checks that the model is told all that was said before. */
  async resumeFrom(accountHome: string): Promise<void> {
    const before = this.#said();
    await this.#record(async (prompt) => {
      const outcome = await resumeSession(this.#room, accountHome, this.#sessionId, prompt);
      const { conversations } = this.#room.api;
      const request = conversations.findLastIndex((texts) => texts.includes(prompt));
      const reply = replyTo(request + 1);
      expect(outcome).toEqual({ exitCode: 0, stdout: `${reply}\n`, stderr: '' });
      const carried = conversations[request] ?? [];
      const known = new Set([...before, prompt]);
      expect(carried.filter((text) => known.has(text))).toEqual([...before, prompt]);
      return reply;
    });
  }

  /** Checks that everything that was said stands exactly once in the one transcript in a directory. */
  async expectOnceIn(directory: string): Promise<void> {
    const transcripts = await this.#room.transcripts();
    const own = transcripts.filter(
      (path) => path.startsWith(`${directory}/`) && basename(path) === `${this.#sessionId}.jsonl`,
    );
    const lines = (await readFile(theOnly(own), 'utf8')).trimEnd().split('\n');
    const records = lines.map((line): unknown => JSON.parse(line));
    const texts = records.flatMap(textsIn);
    const said = new Set(this.#said());
    expect(texts.filter((text) => said.has(text)).toSorted()).toEqual([...said].toSorted());
    const ids = records.map((record) => field(record, 'uuid')).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
  }

  #said(): readonly string[] {
    return this.turns.flatMap(({ prompt, reply }) => [prompt, reply]);
  }

  #surroundings(accountHome: string) {
    // In print mode the program keeps earlier versions of files only when it is told to.
    const environment = { CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: '1' };
    return { ...this.#room.surroundings(accountHome), environment };
  }

  async #record(take: (prompt: string) => Promise<string>): Promise<void> {
    const prompt = `This is turn ${this.turns.length + 1} of ${this.name}.`;
    const began = performance.now();
    const reply = await take(prompt);
    this.turns.push({ prompt, reply, began, ended: performance.now() });
  }
}

/** What was said in a turn; the program records it elsewhere, too, and more than once. */
function textsIn(record: unknown): readonly unknown[] {
  const type = field(record, 'type');
  if (type !== 'user' && type !== 'assistant') return [];
  const content = field(field(record, 'message'), 'content');
  return typeof content === 'string' ? [content] : items(content).map((it) => field(it, 'text'));
}
