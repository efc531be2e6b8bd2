import { childOf } from '../../paths.ts';
import { PackedTexts } from '../record/packed-texts.ts';

/** Transcripts by session, of which there may be very many: most have one only. */
export class ListedSessions {
  readonly #sessions = new PackedTexts();
  readonly #keys = new PackedTexts();
  /** By the number of the session: those of its project keys. */
  readonly #keysOf: (number | readonly number[])[] = [];
  readonly #several = new Set<number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(key: string, sessionId: string): void {
    const [row, added] = [this.#sessions.add(sessionId), this.#keys.add(key)];
    const known = this.#keysOf[row];
    this.#keysOf[row] = known === undefined ? added : [known, added].flat();
    if (known !== undefined) this.#several.add(row);
    this.#count += 1;
  }

  has(key: string, sessionId: string): boolean {
    const [row, known] = [this.#sessions.find(sessionId), this.#keys.find(key)];
    return row !== undefined && known !== undefined && this.#rowsOf(row).includes(known);
  }

  /** Where a session has transcripts, relative to `projects`. */
  pathsOf(sessionId: string): readonly string[] {
    const row = this.#sessions.find(sessionId);
    const keys = row === undefined ? [] : this.#rowsOf(row);
    return keys.map((key) => childOf(this.#keys.at(key), `${sessionId}.jsonl`));
  }

  /** Sessions that have more than one. */
  several(): readonly string[] {
    return [...this.#several].map((row) => this.#sessions.at(row));
  }

  #rowsOf(row: number): readonly number[] {
    return [this.#keysOf[row] ?? []].flat();
  }
}
