import { Buffer } from 'node:buffer';
import { type Result, toResult } from '../../core/result.ts';
import { OPEN, readFully, withHandle } from '../../fs/io.ts';
import type { ReadHandle, SessionReadFs } from '../../fs/session-fs.ts';
import { find, type FoundText, type Needle } from './find-text.ts';
import { overviewOf, type TranscriptOverview } from './overview.ts';

// As much as the Agent SDK 0.3.332 and the picker of the program look at, at either end.
const END_BYTES = 64 * 1024;

/** What reading a transcript for a list gives. */
export interface ReadOverview {
  readonly overview: TranscriptOverview;
  readonly match: FoundText | undefined;
}

/** Both ends of a file; one part if that is all of it. */
type Ends = readonly Uint8Array[];

/** Reads what a list says of transcripts, and uses its buffers again. */
export class TranscriptReader {
  readonly #fs: SessionReadFs;
  readonly #buffers: Uint8Array[] = [];

  constructor(fs: SessionReadFs) {
    this.#fs = fs;
  }

  /**
   * Reads a regular file that had this size; with a text to look for, all of it.
   *
   * @returns `undefined` if it lacks the text.
   */
  async read(
    path: string,
    size: number,
    needle?: Needle,
    signal?: AbortSignal,
  ): Promise<Result<ReadOverview | undefined>> {
    return await this.#open(path, async (handle, buffer) => {
      const match = needle && (await find(handle, path, size, needle, buffer, signal));
      if (needle !== undefined && match === undefined) return undefined;
      const ends = await readEnds(handle, path, size, buffer);
      return { overview: overviewOf(ends), match };
    });
  }

  /** Whether two files of this size begin and end with the same bytes. */
  async haveSameEnds(first: string, second: string, size: number): Promise<boolean> {
    const same = await this.#open(first, async (handle, buffer) => {
      const ends = await readEnds(handle, first, size, buffer);
      return await this.#open(second, async (other, otherBuffer) => {
        const others = await readEnds(other, second, size, otherBuffer);
        return ends.every((part, index) => isEqual(part, others[index]));
      });
    });
    return same.ok && same.value.ok && same.value.value;
  }

  async #open<Value>(
    path: string,
    use: (handle: ReadHandle, buffer: Uint8Array) => Promise<Value>,
  ): Promise<Result<Value>> {
    const buffer = this.#buffers.pop() ?? new Uint8Array(2 * END_BYTES);
    const opening = this.#fs.open(path, OPEN.readThroughLinks);
    const result = await toResult(withHandle(path, opening, (handle) => use(handle, buffer)));
    this.#buffers.push(buffer);
    return result;
  }
}

async function readEnds(
  handle: ReadHandle,
  path: string,
  size: number,
  buffer: Uint8Array,
): Promise<Ends> {
  if (size <= buffer.length) {
    const whole = buffer.subarray(0, size);
    return [whole.subarray(0, await readFully(handle, whole, 0, path))];
  }
  const [beginning, end] = [buffer.subarray(0, END_BYTES), buffer.subarray(END_BYTES)];
  const first = await readFully(handle, beginning, 0, path);
  const last = await readFully(handle, end, size - END_BYTES, path);
  return [beginning.subarray(0, first), end.subarray(0, last)];
}

function isEqual(bytes: Uint8Array, others: Uint8Array | undefined): boolean {
  return others !== undefined && Buffer.from(bytes).equals(others);
}
