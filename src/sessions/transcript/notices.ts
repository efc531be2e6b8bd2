import type { TranscriptRecord } from './record.ts';

/** No program writes so many; what is beyond is hostile, and not worth the memory. */
const MOST_IDS = 1000;

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
