import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ListTree {
  readonly projects: number;
  readonly transcripts: number;
  /** The size of all transcripts together. */
  readonly bytes: number;
}

/** What only every hundredth transcript has, late in the file. */
export const RARE_WORD = 'hippopotamus';
export const EVERY = 100;

/** Fills a `projects` directory with transcripts as Claude Code writes them: a few long lines among many short ones. */
export function fillForList(directory: string, { projects, transcripts, bytes }: ListTree): void {
  for (let number = 0; number < transcripts; number += 1) {
    const project = join(directory, `-home-me-work-${number % projects}`);
    if (number < projects) mkdirSync(project, { recursive: true });
    // From a fifth of the average to nearly twice as much.
    const size = (bytes / transcripts) * (0.2 + (1.6 * (number % 17)) / 16);
    writeFileSync(join(project, `${uuidOf(number)}.jsonl`), transcript(number, size));
  }
}

function transcript(number: number, size: number): string {
  const sessionId = uuidOf(number);
  const common = { cwd: `/home/me/work/${number}`, sessionId, version: '2.1.332' };
  const prompt = { role: 'user', content: `Please look at issue ${number}.\nThen fix it.` };
  const lines = [
    { type: 'mode', mode: 'normal', sessionId },
    { ...head(0), promptId: uuidOf(1), type: 'user', message: prompt, ...tail(0), ...common },
  ].map((line) => JSON.stringify(line));
  let length = 0;
  for (let turn = 1; length < size; turn += 1) {
    const text = WORDS.slice(0, turn % 10 === 0 ? 20_000 : 200 + (turn % 7) * 300);
    const message = { role: 'assistant', content: [{ type: 'text', text }] };
    const line = { ...head(turn), message, type: 'assistant', ...tail(turn), ...common };
    length += lines[lines.push(JSON.stringify(line)) - 1]?.length ?? 0;
  }
  if (number % EVERY === 0) {
    const message = { role: 'assistant', content: [{ type: 'text', text: `A ${RARE_WORD}.` }] };
    lines.push(JSON.stringify({ ...head(0), message, type: 'assistant', ...tail(0), ...common }));
  }
  if (number % 3 === 0) {
    lines.push(JSON.stringify({ type: 'custom-title', customTitle: `Issue ${number}`, sessionId }));
  }
  lines.push(JSON.stringify({ type: 'last-prompt', lastPrompt: 'Then fix it.', sessionId }));
  return `${lines.join('\n')}\n`;
}

const WORDS = 'Some "quoted" words of a reply, and a line.\n'.repeat(500);

function head(turn: number) {
  return { parentUuid: turn === 0 ? null : uuidOf(turn - 1), isSidechain: false };
}

function tail(turn: number) {
  const timestamp = new Date(1_790_000_000_000 + turn * 1000).toISOString();
  return { uuid: uuidOf(turn), timestamp, userType: 'external' };
}

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
