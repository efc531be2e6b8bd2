import type { MigrateFs } from '../fs/migrate-fs.ts';
import { nonceFrom } from './owner-token.ts';
import type { MigrationPhase, MigrationProgress } from './report.ts';

/** The signal of the caller has stopped the run. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** What a run works with. */
export interface Tools {
  readonly fs: MigrateFs;
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether Claude Code may be writing meanwhile. */
  readonly isLive: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: MigrationProgress) => void) | undefined;
  /** Lets a time pass, in milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

export function nonceOf({ random }: Tools): string {
  return nonceFrom(random);
}

/** Between two steps: ends the run where the caller wants that. */
export function stopIfAborted({ signal }: Tools): void {
  if (signal?.aborted === true) throw new Aborted('stopped by the signal of the caller');
}

/** Counts what a phase is through with, and tells the caller. */
export class Progress {
  readonly #tools: Tools;
  readonly #phase: MigrationPhase;
  readonly #total: number;
  #done = 0;
  #bytes = 0;

  constructor(tools: Tools, phase: MigrationPhase, total: number) {
    this.#tools = tools;
    this.#phase = phase;
    this.#total = total;
    this.#tell();
  }

  /** Tells of some more files. */
  add(files: number, bytes: number): void {
    this.#done += files;
    this.#bytes += bytes;
    this.#tell();
  }

  #tell(): void {
    // Files may have come since they were counted.
    const total = Math.max(this.#total, this.#done);
    const { onProgress } = this.#tools;
    onProgress?.({ phase: this.#phase, done: this.#done, total, bytes: this.#bytes });
  }
}
