import type { TranscriptRecord } from './record.ts';
import { UuidTable } from './uuid-table.ts';

const FIRST_SIZE = 2 ** 10;
/** The parent of a record that has only been named as a parent. */
const NOT_SEEN = 2 ** 32 - 1;

/**
 * Who follows whom in a transcript, with 24 bytes for each record, and for a million of them at most.
 *
 * What is counted are replies that no other reply follows, whatever else does. Counting records that
 * no record follows would take every second transcript for a fork: of the results of parallel tool
 * calls only one has a successor, and often it belongs to an earlier call than the last record of
 * the same reply. A prompt without a reply is not counted. (Seen on 2.1.329 and 2.1.197.)
 */
export class Lineage {
  readonly #table = new UuidTable();
  #parents = new Uint32Array(FIRST_SIZE);
  /** The number of the reply to which a record belongs; 0 for all that nobody replied. */
  #replies = new Uint32Array(FIRST_SIZE);
  #compacted = 0;
  #isComplete = true;

  /** Adds a record, if it has a uuid; of several with the same one, the last counts. */
  add({ uuid, parentUuid, isReply, replyId }: TranscriptRecord): void {
    if (uuid === undefined) return;
    const record = this.#numberOf(uuid);
    const parent = parentUuid === undefined ? 0 : this.#numberOf(parentUuid);
    // An id of a reply is not the uuid of a record.
    const reply = replyId === undefined ? record : this.#numberOf(`reply ${replyId}`);
    if (record === 0) return;
    this.#parents[record] = parent;
    this.#replies[record] = isReply ? reply : 0;
  }

  /** Notes that a record is there which is no part of what is counted, such as one of a side chain. */
  addAside({ uuid }: TranscriptRecord): void {
    const record = uuid === undefined ? 0 : this.#numberOf(uuid);
    if (record !== 0 && this.#parents[record] === NOT_SEEN) this.#parents[record] = 0;
  }

  /** Forgets that earlier replies may have no follower: after a compaction they are history. */
  compact(): void {
    this.#compacted = this.#table.last;
  }

  /** Whether a record of this uuid has been added. */
  has(uuid: string): boolean {
    const record = this.#numberOf(uuid);
    return record !== 0 && this.#parents[record] !== NOT_SEEN;
  }

  /** The number of replies that no reply follows; `undefined` where there were too many records. */
  leaves(): number | undefined {
    if (!this.#isComplete) return undefined;
    const { last } = this.#table;
    // 1 for a reply, 2 for one that another one follows.
    const standing = new Uint8Array(last + 1);
    for (let record = 1; record <= last; record += 1) {
      const reply = this.#replies[record] ?? 0;
      if (reply > this.#compacted) standing[reply] = 1;
    }
    for (let record = 1; record <= last; record += 1) {
      const reply = this.#replies[record] ?? 0;
      if (reply === 0) continue;
      const before = this.#replies[this.#replyAbove(record)] ?? 0;
      if (before !== reply) standing[before] = 2;
    }
    return standing.filter((it) => it === 1).length;
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
    const parent = this.#parents[record] ?? 0;
    return parent === NOT_SEEN || this.#replies[record] !== 0 ? record : parent;
  }

  #numberOf(text: string): number {
    const before = this.#table.last;
    const number = this.#table.numberOf(text);
    if (number === 0) this.#isComplete = false;
    if (number > before) {
      if (number === this.#parents.length) {
        this.#parents = doubled(this.#parents);
        this.#replies = doubled(this.#replies);
      }
      this.#parents[number] = NOT_SEEN;
    }
    return number;
  }
}

function doubled(numbers: Uint32Array) {
  const more = new Uint32Array(numbers.length * 2);
  more.set(numbers);
  return more;
}
