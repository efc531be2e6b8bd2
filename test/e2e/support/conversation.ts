import { readFile } from 'node:fs/promises';
import type { Outcome } from './claude.ts';
import { replyTo } from './messages-api.ts';
import type { Room } from './room.ts';
import { resumeSession } from './session.ts';
import { startTalk, type Talk } from './talk.ts';

/** One turn, with when it began and ended. */
export interface Turn {
  readonly prompt: string;
  readonly reply: string;
  readonly began: number;
  readonly ended: number;
}

/** What a resume came to, and what the model was told in it. */
interface Resumed {
  readonly outcome: Outcome;
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
