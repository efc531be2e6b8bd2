import { Buffer } from 'node:buffer';
import { isArray, isObject, memberOf, parsedJson } from '../../core/json.ts';
import { recordOf } from './record.ts';
import { ownerIn, type SessionOwner } from './summary.ts';

/** What a session is called, and by whom. */
export interface SessionTitle {
  /** Data: it may have line breaks and escape sequences. */
  readonly text: string;
  /** `custom`: somebody named the session. `generated`: Claude Code did. `prompt`: nobody did, so it is the first prompt. */
  readonly source: 'custom' | 'generated' | 'prompt';
}

/** What the beginning and the end of a transcript say. */
export interface TranscriptOverview {
  readonly title?: SessionTitle;
  /** The first working directory that was recorded. */
  readonly cwd?: string;
  /** The first time that was recorded. */
  readonly createdAt?: Date;
  /** What was said in the main conversation, in what was read; exact if that was all of it. */
  readonly messages: { readonly count: number; readonly isExact: boolean };
  readonly owner?: SessionOwner;
}

const NEWLINE = 10;

/** Reads an overview from the beginning and the end of a transcript, or from a single part that is all of it. */
export function overviewOf(parts: readonly Uint8Array[]): TranscriptOverview {
  const collector = new OverviewCollector();
  for (const [index, part] of parts.entries()) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    if (index === 0) collector.addTime(bytes);
    // Of the line that the cut goes through, the end says nothing.
    let from = index === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    for (let end; (end = bytes.indexOf(NEWLINE, from)) !== -1; from = end + 1) {
      collector.add(bytes, from, end);
    }
    if (from < bytes.length) collector.add(bytes, from, bytes.length);
  }
  return collector.overview(parts.length === 1);
}

class OverviewCollector {
  #custom: string | undefined;
  #generated: string | undefined;
  #prompt: string | undefined;
  #command: string | undefined;
  #cwd: string | undefined;
  #createdAt: Date | undefined;
  #messageCount = 0;
  #owner: SessionOwner | undefined;

  /** Takes the first time in the bytes, whatever line it is in: the first lines may be of any kind. */
  addTime(bytes: Buffer): void {
    const name = '"timestamp":"';
    for (let at = 0; this.#createdAt === undefined;) {
      at = bytes.indexOf(name, at, 'latin1');
      if (at === -1) return;
      at += name.length;
      const time = new Date(bytes.toString('latin1', at, at + TIME_LENGTH));
      if (!Number.isNaN(time.getTime())) this.#createdAt = time;
    }
  }

  /** Parses a line only if it may say what is not known yet: most lines are long, and say nothing new. */
  add(bytes: Buffer, from: number, end: number): void {
    const kind = kindOf(bytes, from, end);
    const isKnown = this.#cwd !== undefined && (kind !== 'user' || this.#prompt !== undefined);
    if (kind === 'irrelevant' || (kind === 'attached' && isKnown)) return;
    if ((kind === 'user' || kind === 'assistant') && isKnown) {
      this.#messageCount += 1;
      return;
    }
    const text = bytes.toString('utf8', from, end);
    const line = parsedJson(text);
    if (isObject(line)) this.#addLine(line);
    else if (kind === 'user') this.#prompt ??= cutPrompt(text);
  }

  overview(isWhole: boolean): TranscriptOverview {
    const title =
      titled(this.#custom, 'custom') ??
      titled(this.#generated, 'generated') ??
      titled(this.#prompt ?? this.#command, 'prompt');
    return {
      ...(title === undefined ? {} : { title }),
      ...(this.#cwd === undefined ? {} : { cwd: this.#cwd }),
      ...(this.#createdAt === undefined ? {} : { createdAt: this.#createdAt }),
      messages: { count: this.#messageCount, isExact: isWhole },
      ...(this.#owner === undefined ? {} : { owner: this.#owner }),
    };
  }

  #addLine(line: object): void {
    const { type, cwd, continues, isSpoken, isSidechain } = recordOf(line);
    this.#cwd ??= cwd;
    if (continues && isSpoken) this.#messageCount += 1;
    switch (type) {
      case 'user':
        if (!isSidechain && this.#prompt === undefined) this.#addPrompt(line);
        break;
      case 'custom-title':
        // An empty one takes the name away.
        this.#custom = textIn(line, 'customTitle') ?? this.#custom;
        break;
      case 'ai-title':
        this.#generated = textIn(line, 'aiTitle') ?? this.#generated;
        break;
      case 'session-owner':
        this.#owner = ownerIn(line) ?? this.#owner;
        break;
      default:
        break;
    }
  }

  /** Takes what the user typed, by the rules of the Agent SDK 0.3.332; a command only if there is nothing else. */
  #addPrompt(line: object): void {
    if (memberOf(line, 'isMeta') === true || memberOf(line, 'isCompactSummary') === true) return;
    const content = memberOf(memberOf(line, 'message'), 'content');
    const blocks = isArray(content) ? content : [{ type: 'text', text: content }];
    if (blocks.some((block) => memberOf(block, 'type') === 'tool_result')) return;
    for (const block of blocks) {
      const text = memberOf(block, 'text');
      if (typeof text !== 'string') continue;
      this.#command ??= /<command-name>(.*?)<\/command-name>/.exec(text)?.[1];
      const shell = /<bash-input>([^]*?)<\/bash-input>/.exec(text)?.[1];
      const prompt = shell === undefined ? text.trim() : `! ${shell.trim()}`;
      if (prompt === '' || NOT_TYPED.test(prompt)) continue;
      this.#prompt = prompt;
      return;
    }
  }
}

const TIME_LENGTH = '2026-11-30T02:14:07.138Z'.length;

/** What a line is, as far as its first bytes tell; `unknown` if its members are in another order, or it is of a side chain. */
type LineKind = 'user' | 'assistant' | 'attached' | 'irrelevant' | 'wanted' | 'unknown';

const [QUOTE, LETTER_A, LETTER_M, LETTER_N, LETTER_P, LETTER_S, LETTER_T, LETTER_U] = [
  0x22, 0x61, 0x6d, 0x6e, 0x70, 0x73, 0x74, 0x75,
];
const TYPE = '{"type":"'.length;
const PARENT = '{"parentUuid":'.length;
const AFTER_NULL = '{"parentUuid":null,"isSidechain":false,'.length;
const AFTER_UUID = AFTER_NULL + 34;

/** Tells lines apart by bytes at fixed places, because strings of all lines would double the time of a list. */
function kindOf(bytes: Buffer, from: number, end: number): LineKind {
  // `{"type":` and `{"parentUuid":` differ in it.
  const third = bytes[from + 2];
  if (third === LETTER_T) {
    const start = bytes.toString('latin1', from + TYPE, Math.min(end, from + TYPE + 15));
    return TYPES[start.slice(0, start.indexOf('"'))] ?? 'irrelevant';
  }
  if (third !== LETTER_P) return 'unknown';
  const at = from + (bytes[from + PARENT] === LETTER_N ? AFTER_NULL : AFTER_UUID);
  if (bytes[at] !== QUOTE) return 'unknown';
  // What 2.1.197 and 2.1.332 write after the parent.
  switch (bytes[at + 1]) {
    case LETTER_P: // promptId
      return 'user';
    case LETTER_M: // message
      return 'assistant';
    case LETTER_A: // attachment
      return 'attached';
    case LETTER_T: {
      const type = bytes[at + TYPE - 1];
      return type === LETTER_U ? 'user' : type === LETTER_S ? 'attached' : 'unknown';
    }
    default:
      return 'unknown';
  }
}

/** The types that may come first in a line. */
const TYPES: Readonly<Record<string, LineKind>> = {
  user: 'user',
  assistant: 'assistant',
  'custom-title': 'wanted',
  'ai-title': 'wanted',
  'session-owner': 'wanted',
};

/** What the program says in the name of the user. */
const NOT_TYPED = /^(?:<[a-z][\w-]*[\s>]|\[Request interrupted by user)/;

function textIn(line: object, name: string): string | undefined {
  const text = memberOf(line, name);
  return typeof text === 'string' ? text : undefined;
}

/** The beginning of a prompt that is too long for what was read. */
function cutPrompt(line: string): string | undefined {
  const content =
    /"content":(?:\[\{"type":"text","text":)?("(?:[^"\\]|\\(?:u[\da-f]{4}|[^u])){1,1000})/i.exec(
      line,
    )?.[1];
  const text = content === undefined ? undefined : parsedJson(`${content}"`);
  return typeof text === 'string' && !NOT_TYPED.test(text) ? text : undefined;
}

// As the Agent SDK 0.3.332 cuts prompts.
const MAX_TITLE = 200;

function titled(
  text: string | undefined,
  source: SessionTitle['source'],
): SessionTitle | undefined {
  const title = source === 'prompt' ? text?.replaceAll(/\s+/g, ' ').trim() : text?.trim();
  if (title === undefined || title === '') return undefined;
  if (source !== 'prompt' || title.length <= MAX_TITLE) return { text: title, source };
  // Not through the middle of a character.
  return {
    text: `${title
      .slice(0, MAX_TITLE)
      .replace(/[\ud800-\udbff]$/, '')
      .trimEnd()}…`,
    source,
  };
}
