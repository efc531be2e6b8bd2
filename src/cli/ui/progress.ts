import { present } from '../lists.ts';
import { bytes, count, duration, grouped } from './amounts.ts';
import type { Output } from './output.ts';
import { fitted } from './sessions.ts';

/** How far a run is: one of `migrate`, or one between the pool and a store. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

const MIN_SAMPLE = 1000;
const DRAW_EVERY = 80;
const PATIENCE = 400;
const PRINT_EVERY = 10_000;
const CLEAR_TO_END = '\u001B[K';

/** Shows the progress of a run: a line that is drawn over where that is possible, otherwise a line now and then. */
export class ProgressDisplay {
  readonly #output: Output;
  readonly #clock: () => number;
  #phase: { readonly name: string; readonly start: number } | undefined;
  #last: Progress | undefined;
  #shownAt = -Infinity;

  constructor(output: Output, clock: () => number) {
    this.#output = output;
    this.#clock = clock;
  }

  readonly onProgress = (progress: Progress): void => {
    const now = this.#clock();
    if (this.#phase?.name !== progress.phase) {
      this.#endPhase(now);
      this.#phase = { name: progress.phase, start: now };
      this.#shownAt = -Infinity;
    }
    this.#last = progress;
    const { hasCursor, symbols } = this.#output;
    if (now - this.#shownAt < (hasCursor ? DRAW_EVERY : PRINT_EVERY)) return;
    if (hasCursor) {
      this.#output.write(
        `\r${progressLine(this.#output, progress, now - this.#phase.start)}${CLEAR_TO_END}`,
      );
    } else {
      // The first line says only that the phase has begun.
      const amount = progress.done === 0 ? '' : ` ${amountOf(progress)}`;
      this.#output.line(`${progress.phase}${amount} ${symbols.dots}`);
    }
    this.#shownAt = now;
  };

  /** Ends the display, also of a run that was stopped. */
  end(): void {
    this.#endPhase(this.#clock());
    this.#phase = undefined;
  }

  #endPhase(now: number): void {
    if (this.#phase === undefined || this.#last === undefined) return;
    const { name, start } = this.#phase;
    const { hasCursor } = this.#output;
    const isComplete = this.#last.done >= this.#last.total;
    const sign = this.#output.signed(isComplete ? 'ok' : 'warn');
    const text = `${sign} ${name}: ${amountOf(this.#last)} in ${duration(now - start)}`;
    this.#output.line(hasCursor ? `\r${text}${CLEAR_TO_END}` : text);
  }
}

function amountOf({ phase, done, bytes: size }: Progress): string {
  const what = phase === 'cut-over' ? count(done, 'directory', 'directories') : count(done, 'file');
  return size > 0 ? `${what}, ${bytes(size)}` : what;
}

/**
 * One line, never wider than the screen.
 *
 * @param elapsed - Milliseconds since the phase began.
 */
export function progressLine(
  output: Output,
  { phase, done, total, bytes: size }: Progress,
  elapsed: number,
): string {
  if (total === 0) return `${phase} ${output.symbols.dots}`;
  const isKnown = elapsed >= MIN_SAMPLE && done > 0;
  const parts = present(
    `${phase} ${Math.floor(Math.min(1, done / total) * 100)}%`,
    isKnown && `${duration((elapsed * (total - done)) / done)} left`,
    `${grouped(done)} of ${grouped(total)}`,
    size > 0 && bytes(size),
  );
  // The last column stays free: some terminals wrap there.
  return fitted(output, parts.join(', '), output.width - 1);
}

/** Says on a terminal, on a line that is drawn over and erased, what takes long. */
export class StatusLine {
  text: string;
  readonly #output: Output;
  readonly #timer: NodeJS.Timeout | undefined;
  #shown = '';

  constructor(output: Output, text = '') {
    this.text = text;
    this.#output = output;
    // What is over soon is not worth a word.
    this.#timer = output.hasCursor ? setInterval(() => this.#show(), PATIENCE).unref() : undefined;
  }

  #show(): void {
    if (this.#shown === this.text) return;
    this.#shown = this.text;
    this.#output.write(`\r${this.#output.paint.dim(this.text)}${CLEAR_TO_END}`);
  }

  /** Makes room for other lines. */
  erase(): void {
    if (this.#shown !== '') this.#output.write(`\r${CLEAR_TO_END}`);
    this.#shown = '';
  }

  end(): void {
    clearInterval(this.#timer);
    this.erase();
  }
}

export async function whileWaiting<Value>(
  output: Output,
  what: string,
  pending: Promise<Value>,
): Promise<Value> {
  const status = new StatusLine(output, `${what} ${output.symbols.dots}`);
  try {
    return await pending;
  } finally {
    status.end();
  }
}
