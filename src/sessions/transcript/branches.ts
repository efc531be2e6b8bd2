import type { TranscriptRecord } from './record.ts';

/** What is beyond is not counted, so that no file can fill the memory. */
const MAX_IDS = 2 ** 20;

/**
 * Counts the branches of a conversation: replies that no other reply follows.
 *
 * Records that no record follows would not do: of the results of parallel tool calls only one has a successor, and often
 * it belongs to an earlier call than the last record of the same reply. A prompt without a reply is no branch. (Seen on
 * 2.1.329 and 2.1.197.)
 */
export class Branches {
  readonly #numbers = new Map<string, number>();
  /** By the number of a record; 0 means no parent, or one that isn't here. */
  readonly #parents = [0];
  /** The number of the reply that a record belongs to; 0 if it belongs to none. */
  readonly #replies = [0];
  #compacted = 0;
  #isComplete = true;

  /** Adds a record of the main conversation, if it has a uuid; of several with the same one, the last counts. */
  add({ uuid, parentUuid, replyId, isSidechain }: TranscriptRecord): void {
    if (uuid === undefined || isSidechain) return;
    const record = this.#numberOf(uuid);
    const parent = parentUuid === undefined ? 0 : this.#numberOf(parentUuid);
    // An id of a reply is not the uuid of a record.
    const reply = replyId === undefined ? 0 : this.#numberOf(`reply ${replyId}`);
    if (record === 0) return;
    this.#parents[record] = parent;
    this.#replies[record] = reply;
  }

  /** Stops counting earlier replies: a compaction has made them history. */
  compact(): void {
    this.#compacted = this.#numbers.size;
  }

  /** The number of branches since the last compaction; `undefined` if there were too many records. */
  count(): number | undefined {
    if (!this.#isComplete) return undefined;
    const followed = new Set<number>();
    for (const [record, reply] of this.#replies.entries()) {
      const before = reply === 0 ? 0 : (this.#replies[this.#replyAbove(record)] ?? 0);
      if (before !== reply) followed.add(before);
    }
    const replies = new Set(this.#replies.filter((reply) => reply > this.#compacted));
    return [...replies].filter((reply) => !followed.has(reply)).length;
  }

  /** The nearest record above that belongs to a reply; if there is none, one that does not. */
  #replyAbove(record: number): number {
    let at = this.#parents[record] ?? 0;
    for (;;) {
      const parent = this.#towardsReply(at);
      if (parent === at) return at;
      // Shortens the way for the others, and ends every circle.
      const further = this.#towardsReply(parent);
      this.#parents[at] = further;
      at = further;
    }
  }

  #towardsReply(record: number): number {
    return this.#replies[record] === 0 ? (this.#parents[record] ?? 0) : record;
  }

  /** The number of an id, or 0 if there are too many. */
  #numberOf(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    if (this.#numbers.size === MAX_IDS) {
      this.#isComplete = false;
      return 0;
    }
    const number = this.#parents.push(0) - 1;
    this.#replies.push(0);
    this.#numbers.set(id, number);
    return number;
  }
}
