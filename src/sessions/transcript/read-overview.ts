import { type Result } from '../../core/result.ts';
import { OPEN, readFully, withHandle } from '../../fs/io.ts';
import { toResult } from '../../core/result.ts';
import type { SessionReadFs } from '../../fs/session-fs.ts';
import { overviewOf, type TranscriptOverview } from './overview.ts';

// As much as the Agent SDK 0.3.329 looks at, at either end.
const PART_BYTES = 64 * 1024;

/** An overview of a transcript, and whether all of it was read. */
export interface ReadOverview extends TranscriptOverview {
  readonly isWhole: boolean;
}

/** Reads the beginning and the end of a regular file that had this size; the buffers are used again. */
export class OverviewReader {
  readonly #fs: SessionReadFs;
  readonly #buffers: Uint8Array[] = [];

  constructor(fs: SessionReadFs) {
    this.#fs = fs;
  }

  async read(path: string, size: number): Promise<Result<ReadOverview>> {
    const buffer = this.#buffers.pop() ?? new Uint8Array(2 * PART_BYTES);
    const isWhole = size <= buffer.length;
    const opening = this.#fs.open(path, OPEN.readThroughLinks);
    const read = await toResult(
      withHandle(path, opening, async (handle) => {
        const part = (from: number, to: number, position: number) => {
          const bytes = buffer.subarray(from, to);
          return readFully(handle, bytes, position, path).then((length) =>
            bytes.subarray(0, length),
          );
        };
        if (isWhole) return overviewOf([await part(0, size, 0)]);
        return overviewOf([
          await part(0, PART_BYTES, 0),
          await part(PART_BYTES, buffer.length, size - PART_BYTES),
        ]);
      }),
    );
    this.#buffers.push(buffer);
    return read.ok ? { ok: true, value: { ...read.value, isWhole } } : read;
  }
}
