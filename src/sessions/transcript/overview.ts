import { Buffer } from 'node:buffer';
import { isArray, isObject, memberOf, parsedJson } from '../../core/json.ts';
import { ownerIn, type SessionOwner } from './summary.ts';
import { recordOf } from './record.ts';

/** What a session is called, and by whom. */
export interface SessionTitle {
  readonly text: string;
  /** `custom`: its user named it. `generated`: Claude Code did. `prompt`: nobody did, so it is the first prompt. */
  readonly source: 'custom' | 'generated' | 'prompt';
}

/** What the beginning and the end of a transcript say. */
export interface TranscriptOverview {
  readonly title: SessionTitle | undefined;
  /** The first working directory that was recorded. */
  readonly cwd: string | undefined;
  /** The first time that was recorded. */
  readonly createdAt: Date | undefined;
  /** Messages of the main conversation in what was read. */
  readonly messages: number;
  readonly owner: SessionOwner | undefined;
}

const NEWLINE = 10;
// Enough to tell what a line is, by the order in which the program writes the members.
const START = 100;
const MAX_TITLE = 1000;

/** Reads an overview from the beginning and the end of a transcript: one buffer if that is all of it. */
export function overviewOf(parts: readonly Uint8Array[]): TranscriptOverview {
  const overview = new Overview();
  for (const [index, part] of parts.entries()) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    // The line that the cut went through is whole in neither part.
    let from = index === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    for (let end; (end = bytes.indexOf(NEWLINE, from)) !== -1; from = end + 1) {
      overview.add(bytes, from, end);
    }
    if (index === parts.length - 1) overview.add(bytes, from, bytes.length);
  }
  return overview.result();
}

class Overview {
  #custom: string | undefined;
  #generated: string | undefined;
  #prompt: string | undefined;
  #cwd: string | undefined;
  #createdAt: Date | undefined;
  #messages = 0;
  #owner: SessionOwner | undefined;

  add(bytes: Buffer, from: number, end: number): void {
    if (end === from) return;
    const start = bytes.toString('latin1', from, Math.min(end, from + START));
    const type = /^\{"type":"([a-z-]+)"/.exec(start)?.[1];
    const isMessage = start.startsWith('{"parentUuid":');
    if (isMessage && this.#isBegun()) {
      if (!start.includes('"isSidechain":true')) this.#messages += 1;
      return;
    }
    if (type !== undefined && IGNORED.has(type)) return;
    const line = parsedJson(bytes.toString('utf8', from, end));
    if (isObject(line)) this.#addLine(line);
  }

  result(): TranscriptOverview {
    return {
      title:
        titled(this.#custom, 'custom') ??
        titled(this.#generated, 'generated') ??
        titled(this.#prompt, 'prompt'),
      cwd: this.#cwd,
      createdAt: this.#createdAt,
      messages: this.#messages,
      owner: this.#owner,
    };
  }

  /** Whether everything is known that the first messages tell. */
  #isBegun(): boolean {
    return this.#prompt !== undefined && this.#cwd !== undefined && this.#createdAt !== undefined;
  }

  #addLine(line: object): void {
    const record = recordOf(line);
    this.#cwd ??= record.cwd;
    if (this.#createdAt === undefined && record.timestamp !== undefined) {
      const time = new Date(record.timestamp);
      if (!Number.isNaN(time.getTime())) this.#createdAt = time;
    }
    if (record.continues) this.#messages += 1;
    if (record.type === 'user' && !record.isSidechain) this.#prompt ??= promptIn(line);
    switch (record.type) {
      case 'custom-title':
        this.#custom = titleIn(line, 'customTitle') ?? this.#custom;
        break;
      case 'ai-title':
        this.#generated = titleIn(line, 'aiTitle') ?? this.#generated;
        break;
      case 'session-owner':
        this.#owner = ownerIn(line) ?? this.#owner;
        break;
      default:
        break;
    }
  }
}

function titled(
  text: string | undefined,
  source: SessionTitle['source'],
): SessionTitle | undefined {
  return text === undefined ? undefined : { text, source };
}

/** Lines that say nothing that is wanted here, and may be long. */
const IGNORED: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'file-history-snapshot',
  'progress',
  'attribution-snapshot',
]);

function titleIn(line: object, name: string): string | undefined {
  const title = memberOf(line, name);
  return typeof title === 'string' && title.trim() !== '' ? title.slice(0, MAX_TITLE) : undefined;
}

/** What a user has typed; `undefined` for results of tools and for what the program says in the name of the user. */
function promptIn(line: object): string | undefined {
  if (memberOf(line, 'isMeta') === true || memberOf(line, 'isCompactSummary') === true) {
    return undefined;
  }
  const content = memberOf(memberOf(line, 'message'), 'content');
  const blocks = isArray(content) ? content.map((block) => memberOf(block, 'text')) : [content];
  const text = blocks.find((block) => typeof block === 'string' && block.trim() !== '');
  if (typeof text !== 'string' || text.startsWith('<')) return undefined;
  return text.trim().slice(0, MAX_TITLE);
}
