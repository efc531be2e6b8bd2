import { Buffer } from 'node:buffer';
import type { MigrateReadHandle } from '../../fs/migrate-fs.ts';
import { linesIn } from '../disk/lines.ts';

/** The whole lines that a file has gained, less those that are found in another one. */
export class MissingLines {
  readonly #gained: (readonly [text: string, line: Uint8Array])[] = [];
  readonly #wanted = new Map<string, number>();

  /**
   * Takes in what a file has between two places.
   *
   * @returns Up to where that is whole lines.
   */
  async gain(handle: MigrateReadHandle, from: number, to: number, path: string): Promise<number> {
    let upTo = from;
    for await (const line of linesIn(handle, from, to, path)) {
      const text = textOf(line);
      this.#gained.push([text, line]);
      this.#wanted.set(text, (this.#wanted.get(text) ?? 0) + 1);
      upTo += line.length;
    }
    return upTo;
  }

  /**
   * Strikes what another file has between two places: not by the order, because what several files have gained may
   * have been added in another one.
   *
   * @returns Up to where it has been looked at: the end of its last whole line.
   */
  async strike(handle: MigrateReadHandle, from: number, to: number, path: string): Promise<number> {
    let upTo = from;
    for await (const line of linesIn(handle, from, to, path)) {
      const text = textOf(line);
      const count = this.#wanted.get(text);
      if (count !== undefined) this.#wanted.set(text, count - 1);
      upTo += line.length;
    }
    return upTo;
  }

  /** What is left. A line that occurs several times is there as often as it was found: the first ones are. */
  left(): readonly Uint8Array[] {
    const wanted = new Map(this.#wanted);
    const lines: Uint8Array[] = [];
    for (const [text, line] of this.#gained.toReversed()) {
      const count = wanted.get(text) ?? 0;
      if (count > 0) lines.push(line);
      wanted.set(text, count - 1);
    }
    return lines.toReversed();
  }
}

/** The bytes one by one, so that equal texts are equal lines. */
function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('latin1');
}
