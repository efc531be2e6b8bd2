import type { MigrateFs } from '../fs/migrate-fs.ts';
import { nonceFrom } from '../lock/owner.ts';
import type { MigrationPhase, MigrationProgress } from './report.ts';

/** What a run works with. */
export interface Context {
  readonly fs: MigrateFs;
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: MigrationProgress) => void) | undefined;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export function nonceOf({ random }: Pick<Context, 'random'>): string {
  return nonceFrom(random);
}

/** The caller's signal stopped the run. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** Between two steps: ends the run if the caller wants that. */
export function stopIfAborted({ signal }: Pick<Context, 'signal'>): void {
  if (signal?.aborted === true) throw new Aborted('stopped by the signal of the caller');
}

/** Receives files that were processed, and their bytes. */
export type OnFiles = (files: number, bytes: number) => void;

/** Counts one phase for the caller; the numbers only grow, even if files are processed several times. */
export function progressOf(
  { onProgress, signal }: Pick<Context, 'onProgress' | 'signal'>,
  phase: MigrationPhase,
  expected: number,
): OnFiles {
  let [done, bytes] = [0, 0];
  const report = () => onProgress?.({ phase, done, total: Math.max(expected, done), bytes });
  report();
  return (files, moreBytes) => {
    done += files;
    bytes += moreBytes;
    report();
    stopIfAborted({ signal });
  };
}
