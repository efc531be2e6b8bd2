import type { MigrateFs } from '../fs/migrate-fs.ts';
import { nonceFrom } from '../lock/owner-token.ts';
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

/** Is told of files that have been gone through. */
export type OnFiles = (files: number, bytes: number) => void;

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

  get done(): number {
    return this.#done;
  }

  /** Tells of some more files. */
  add(files: number, bytes: number): void {
    this.#done += files;
    this.#bytes += bytes;
    this.#tell();
  }

  /**
   * Counts files that are gone through several times, each but once; `passOf` tells which time it is. What is looked
   * at again is told of all the same: the caller may want to stop there.
   */
  overPasses(passOf: () => number): OnFiles {
    let pass = passOf();
    let seen = { files: 0, bytes: 0 };
    const most = { files: 0, bytes: 0 };
    return (files, bytes) => {
      if (passOf() !== pass) seen = { files: 0, bytes: 0 };
      pass = passOf();
      seen.files += files;
      seen.bytes += bytes;
      const newFiles = Math.max(seen.files - most.files, 0);
      // What the same files have grown by is not of more files.
      const newBytes = newFiles === 0 ? 0 : Math.max(seen.bytes - most.bytes, 0);
      most.files += newFiles;
      most.bytes += newBytes;
      this.add(newFiles, newBytes);
    };
  }

  #tell(): void {
    // Files may have come since they were counted.
    const total = Math.max(this.#total, this.#done);
    const { onProgress } = this.#tools;
    onProgress?.({ phase: this.#phase, done: this.#done, total, bytes: this.#bytes });
  }
}
