import type { JsonElements, JsonField } from './json-field.ts';
import type { Lineage } from './lineage.ts';
import type { TranscriptRecord } from './record.ts';

const LIMIT = 256;
/** No program writes so many; what is beyond is hostile, and not worth the memory. */
const MOST = 1000;

/**
 * What the program takes for granted in a line, and is not there:
 *
 * - `line`: 2.1.197 fails wherever the line is
 * - `turn`: it fails where the line is part of the conversation
 * - `snapshot`: every version fails if the message is there to which the last such snapshot belongs
 */
export type Flaw =
  | { readonly in: 'line' | 'turn' }
  | { readonly in: 'snapshot'; readonly messageId: string; readonly isMended: boolean };

/** Where a scanner leaves what is wanted of a line to find its flaw. */
export class FlawFields {
  readonly #message: JsonField;
  readonly #content: JsonField;
  readonly #elements: JsonElements;
  readonly #attachment: JsonField;
  readonly #replacements: JsonField;
  readonly #snapshot: JsonField;
  readonly #messageId: JsonField;

  constructor(root: JsonField, message: JsonField, content: JsonField) {
    this.#message = message;
    this.#content = content;
    this.#elements = content.wantElements();
    this.#attachment = root.member('attachment');
    this.#replacements = root.member('replacements');
    this.#snapshot = root.member('snapshot');
    this.#messageId = root.member('messageId', LIMIT);
  }

  /** Whether the content has elements, and none of them says what it is: to 2.1.329 that is no message. */
  get isUntyped(): boolean {
    const { hasTyped, hasUntyped } = this.#elements;
    return hasUntyped && !hasTyped;
  }

  read(type: string | undefined, isSideChain: boolean): Flaw | undefined {
    switch (type) {
      case 'user':
      case 'assistant':
        return this.#flawOfSaid(type, isSideChain);
      case 'attachment':
        return isObject(this.#attachment) ? undefined : { in: 'turn' };
      case 'content-replacement': {
        const { kind } = this.#replacements;
        return kind === 'array' || kind === 'string' ? undefined : { in: 'line' };
      }
      case 'file-history-snapshot': {
        const messageId = this.#messageId.string;
        if (messageId === undefined) return undefined;
        return { in: 'snapshot', messageId, isMended: !isMissing(this.#snapshot) };
      }
      default:
        return undefined;
    }
  }

  #flawOfSaid(type: 'user' | 'assistant', isSideChain: boolean): Flaw | undefined {
    const { hasNull, hasUntyped } = this.#elements;
    if (isMissing(this.#message) || (type === 'user' && hasNull)) return { in: 'line' };
    const { kind } = this.#content;
    const isFine =
      type === 'user' ? kind === 'string' || kind === 'array' : kind === 'array' && !hasUntyped;
    return isFine || isSideChain ? undefined : { in: 'turn' };
  }
}

/** Gathers the flaws of a transcript. */
export class Flaws {
  /** The lines that are flawed as turns, by their uuids. */
  readonly #turns = new Set<string>();
  readonly #snapshots = new Set<string>();
  #isFatal = false;
  #endsFlawed = false;
  /** When the last flawed turn was taken. */
  #flawedAt = Number.NaN;
  #isSaid = false;

  /** Adds a line that is `null` itself. */
  addNull(): void {
    this.#isFatal = true;
  }

  add(record: TranscriptRecord, lineage: Lineage): void {
    const { flaw, uuid } = record;
    if (this.#isFollowedBy(record, lineage)) this.#isFatal = true;
    switch (flaw?.in) {
      case undefined:
        if (record.kind === 'message' && record.isSaid) {
          this.#isSaid = true;
          this.#endsFlawed = false;
        }
        break;
      case 'line':
        this.#isFatal = true;
        break;
      case 'turn':
        this.#endsFlawed = true;
        this.#flawedAt = Date.parse(record.timestamp ?? '');
        if (uuid !== undefined && this.#turns.size < MOST) this.#turns.add(uuid);
        break;
      case 'snapshot':
        if (flaw.isMended) this.#snapshots.delete(flaw.messageId);
        else if (this.#snapshots.size < MOST) this.#snapshots.add(flaw.messageId);
        break;
    }
  }

  /** Whether 2.1.197 fails. */
  get areFatal(): boolean {
    return this.#isFatal || this.#endsFlawed;
  }

  /** Whether every version fails. */
  areFatalToAll(lineage: Lineage): boolean {
    return [...this.#snapshots].some((messageId) => lineage.has(messageId));
  }

  /** To 2.1.197 a line whose parent is missing follows the one before it, but not where that is the first. */
  #isFollowedBy({ parentUuid, timestamp }: TranscriptRecord, lineage: Lineage): boolean {
    if (parentUuid === undefined) return false;
    if (this.#turns.has(parentUuid)) return true;
    const isNext = this.#endsFlawed && this.#isSaid;
    return isNext && !lineage.has(parentUuid) && Date.parse(timestamp ?? '') >= this.#flawedAt;
  }
}

/** Reading a member of it is an error to the program. */
function isMissing({ kind }: JsonField): boolean {
  return kind === undefined || kind === 'null';
}

function isObject({ kind }: JsonField): boolean {
  return kind === 'object' || kind === 'array';
}
