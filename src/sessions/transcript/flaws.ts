import type { Lineage } from './lineage.ts';
import type { TranscriptRecord } from './record.ts';

/** No program writes so many; what is beyond is hostile, and not worth the memory. */
const MOST = 1000;

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
