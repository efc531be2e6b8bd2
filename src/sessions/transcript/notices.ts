import type { JsonField } from './json-field.ts';
import type { TranscriptRecord } from './record.ts';

const LIMIT = 256;
/** No program writes so many; what is beyond is hostile, and not worth the memory. */
const MOST_IDS = 1000;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What a line that is no message says of the whole conversation. */
export type Notice =
  | { readonly about: 'organization'; readonly organization: string }
  | { readonly about: 'end' }
  | { readonly about: 'rewinding'; readonly toNothing: boolean }
  | { readonly about: 'title'; readonly isOdd: boolean }
  | { readonly about: 'code-mode'; readonly isOn: boolean };

/** Where a scanner leaves what is wanted of such a line. */
export class NoticeFields {
  readonly #organization: JsonField;
  readonly #leafUuid: JsonField;
  readonly #explicit: JsonField;
  readonly #replMode: JsonField;
  readonly #customTitle: JsonField;

  constructor(root: JsonField) {
    this.#organization = root.member('organizationUuid', LIMIT);
    this.#leafUuid = root.member('leafUuid', LIMIT);
    this.#explicit = root.member('explicit');
    this.#customTitle = root.member('customTitle', LIMIT);
    this.#replMode = root.member('replMode');
  }

  read(type: string | undefined): Notice | undefined {
    switch (type) {
      case 'hybrid-organization': {
        const organization = this.#organization.string?.toLowerCase() ?? '';
        return UUID.test(organization) ? { about: 'organization', organization } : undefined;
      }
      case 'ended-by-model':
        return { about: 'end' };
      case 'last-prompt':
        return this.#readLastPrompt();
      case 'custom-title': {
        const isOdd = this.#customTitle.kind !== 'string' && this.#customTitle.isTruthy;
        return { about: 'title', isOdd };
      }
      case 'repl-mode': {
        const { kind } = this.#replMode;
        const isBoolean = kind === 'true' || kind === 'false';
        return isBoolean ? { about: 'code-mode', isOn: kind === 'true' } : undefined;
      }
      default:
        return undefined;
    }
  }

  #readLastPrompt(): Notice | undefined {
    if (this.#leafUuid.kind === 'string') return { about: 'rewinding', toNothing: false };
    const toNothing = this.#leafUuid.kind === 'null' && this.#explicit.kind === 'true';
    return toNothing ? { about: 'rewinding', toNothing } : undefined;
  }
}

/** Gathers what lines that are no messages say of the whole conversation. */
export class Notices {
  readonly #organizations = new Set<string>();
  /** The sessions whose last title is no text. */
  readonly #oddlyTitled = new Set<string>();
  readonly #ended = new Set<string>();
  /** Whether sessions are in Code Mode; those that are not here are as the last line without an id says. */
  readonly #codeModes = new Map<string, boolean>();
  #otherCodeMode = false;
  /** Of the last message. */
  #sessionId: string | undefined;
  #isRewound = false;

  add(record: TranscriptRecord): void {
    const { notice, sessionId } = record;
    if (record.goesOn) this.#isRewound = false;
    if (record.kind === 'message' && record.isSaid) this.#sessionId = sessionId;
    switch (notice?.about) {
      case undefined:
        break;
      case 'organization':
        // Two are as bad as more.
        if (this.#organizations.size < 2) this.#organizations.add(notice.organization);
        break;
      case 'end':
        if (sessionId !== undefined && this.#ended.size < MOST_IDS) this.#ended.add(sessionId);
        break;
      case 'rewinding':
        this.#isRewound = notice.toNothing;
        break;
      case 'title':
        this.#setTitle(sessionId, notice.isOdd);
        break;
      case 'code-mode':
        this.#setCodeMode(sessionId, notice.isOn);
        break;
    }
  }

  /** Two at most. */
  get organizations(): readonly string[] {
    return [...this.#organizations];
  }

  get isEnded(): boolean {
    return this.#sessionId !== undefined && this.#ended.has(this.#sessionId);
  }

  get hasOddTitle(): boolean {
    return this.#sessionId !== undefined && this.#oddlyTitled.has(this.#sessionId);
  }

  get isCodeMode(): boolean {
    return this.#codeModes.get(this.#sessionId ?? '') ?? this.#otherCodeMode;
  }

  get isRewound(): boolean {
    return this.#isRewound;
  }

  #setTitle(sessionId: string | undefined, isOdd: boolean): void {
    if (sessionId === undefined) return;
    if (!isOdd) this.#oddlyTitled.delete(sessionId);
    else if (this.#oddlyTitled.size < MOST_IDS) this.#oddlyTitled.add(sessionId);
  }

  #setCodeMode(sessionId: string | undefined, isOn: boolean): void {
    if (sessionId === undefined) {
      this.#codeModes.clear();
      this.#otherCodeMode = isOn;
    } else if (this.#codeModes.size < MOST_IDS) {
      this.#codeModes.set(sessionId, isOn);
    }
  }
}
