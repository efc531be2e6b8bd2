import { readFileSync } from 'node:fs';

/** A session that one writer owns: nobody else writes to it. */
export interface WrittenSession {
  readonly id: string;
  readonly accountHome: string;
  readonly key: string;
  /** Lines 1 to `lines` are there when the writer starts. */
  readonly lines: number;
  /** Whether the writer moves it between projects now and then. */
  readonly moves: boolean;
  /** Whether older generations of it, or copies, are elsewhere. */
  readonly hasCopies: boolean;
}

/** What a writer is asked to do. */
export interface WriterJob {
  readonly writer: number;
  readonly seed: number;
  readonly log: string;
  readonly sessions: readonly WrittenSession[];
  /** The average pause between two batches. */
  readonly pauseMs: number;
  /** Whether the writer is on record as a running session. */
  readonly isRecorded: boolean;
}

/** What a writer has done; times in nanoseconds of the clock that all processes share. */
export interface LoggedStep {
  /** `dropped`: a batch that could not be appended, of which the real program keeps nothing and tells nobody. */
  readonly step: 'append' | 'rewrite-end' | 'replace' | 'move' | 'dropped' | 'failed';
  readonly session: string;
  readonly key: string;
  readonly batch: number;
  /** The lines of an appended batch, by number. */
  readonly from: number;
  readonly to: number;
  /** The line of the batch that stands in it twice, as the real program's do at times; 0 for none. */
  readonly twice: number;
  /** Whether directories had to be made again. */
  readonly recreated: boolean;
  /**
   * Whether somebody else wrote in the middle of it: between reading the end and writing it anew, or while the whole
   * was read to be replaced. Neither is one call, so one line may be torn by it, whoever the other one is.
   */
  readonly collided: boolean;
  readonly start: number;
  readonly end: number;
  readonly why?: string;
}

/** Reads what a writer has logged. */
export function readLog(path: string): readonly LoggedStep[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const step: unknown = JSON.parse(line);
      if (!isLoggedStep(step)) throw new Error(`${path}: ${line}`);
      return step;
    });
}

function isLoggedStep(value: unknown): value is LoggedStep {
  return typeof value === 'object' && value !== null && 'step' in value && 'twice' in value;
}

/** Line `n` of a session. Every line differs from every other. */
export function lineOf(writer: number, session: string, batch: number, n: number): string {
  return `{"w":${writer},"n":${n},"batch":${batch},"session":"${session}","text":"${'x'.repeat(
    lengthOf(n),
  )}"}\n`;
}

/** Mostly short; now and then longer than what is compared, and than what Node writes in one go. */
function lengthOf(n: number): number {
  if (n % 1499 === 0) return 600_000;
  if (n % 499 === 0) return 70_000;
  return (n * 37) % 200;
}
