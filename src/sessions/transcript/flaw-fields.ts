import type { JsonElements, JsonField } from './json-field.ts';

const LIMIT = 256;

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

/** Reading a member of it is an error to the program. */
function isMissing({ kind }: JsonField): boolean {
  return kind === undefined || kind === 'null';
}

function isObject({ kind }: JsonField): boolean {
  return kind === 'object' || kind === 'array';
}
