import type { MigrationPhase, MigrationProgress } from '../migrate/index.ts';
import { bytes, count, duration, grouped } from './amounts.ts';
import { Pace } from './pace.ts';
import type { Page } from './page.ts';

const DRAW_EVERY = 80;
const TELL_EVERY = 10_000;
const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;

/** Shows how far a run is: a bar where a line can be drawn over, otherwise a line now and then. */
export class ProgressDisplay {
  readonly #page: Page;
  readonly #clock: () => number;
  #phase:
    | { readonly name: MigrationPhase; readonly began: number; readonly pace: Pace }
    | undefined;
  #last: MigrationProgress | undefined;
  #shownAt = -Infinity;

  constructor(page: Page, clock: () => number) {
    this.#page = page;
    this.#clock = clock;
  }

  readonly onProgress = (progress: MigrationProgress): void => {
    const now = this.#clock();
    if (this.#phase?.name !== progress.phase) {
      this.#endPhase(now);
      this.#phase = { name: progress.phase, began: now, pace: new Pace() };
      this.#shownAt = -Infinity;
    }
    this.#last = progress;
    const { pace } = this.#phase;
    pace.note(now, progress.done);
    if (this.#page.hasCursor) {
      if (now - this.#shownAt < DRAW_EVERY) return;
      this.#page.write(`\r${barLine(this.#page, progress, pace)}\u001B[K`);
    } else {
      // The first line says only that the phase has begun.
      if (now - this.#shownAt < TELL_EVERY) return;
      const amount = progress.done === 0 ? '' : ` ${amountOf(progress)}`;
      this.#page.line(`${progress.phase}${amount} ${this.#page.symbols.dots}`);
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
    const { name, began } = this.#phase;
    const { paint, symbols, hasCursor } = this.#page;
    const isComplete = this.#last.done >= this.#last.total;
    const sign = isComplete ? paint.green(symbols.ok) : paint.yellow(symbols.warn);
    const text = `${sign} ${name}: ${amountOf(this.#last)} in ${duration(now - began)}`;
    if (hasCursor) this.#page.line(`\r${text}\u001B[K`);
    else this.#page.line(text);
  }
}

function amountOf({ phase, done, bytes: size }: MigrationProgress): string {
  const what = phase === 'cut-over' ? count(done, 'directory', 'directories') : count(done, 'file');
  return size > 0 ? `${what}, ${bytes(size)}` : what;
}

/** One line, never wider than the screen: what says least is left out first. */
export function barLine(page: Page, progress: MigrationProgress, pace: Pace): string {
  const { phase, done, total } = progress;
  if (total === 0) return `${phase} ${page.symbols.dots}`;
  const part = Math.min(1, done / total);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  const left = pace.remaining(total - done);
  const rate = pace.perSecond;
  const remaining = left === undefined ? '' : `${duration(left)} left`;
  const extras = [
    remaining,
    `${grouped(done)}/${grouped(total)}`,
    rate === undefined ? '' : `${grouped(Math.round(rate))}/s`,
    progress.bytes > 0 ? bytes(progress.bytes) : '',
  ].filter((text) => text !== '');
  // The last column stays free: some terminals break the line there.
  const room = page.width - 1;
  const head = `${phase.padEnd(8)} `;
  const shown: string[] = [];
  let used = head.length + NARROWEST_BAR + percent.length;
  for (const text of extras) {
    if (used + 2 + text.length > room) break;
    shown.push(text);
    used += 2 + text.length;
  }
  const width = Math.max(3, Math.min(WIDEST_BAR, room - used + NARROWEST_BAR));
  const filled = Math.round(part * width);
  const { paint, symbols } = page;
  const bar =
    paint.green(symbols.full.repeat(filled)) + paint.dim(symbols.empty.repeat(width - filled));
  return `${head}${bar}${percent}${shown.map((text) => `  ${text}`).join('')}`;
}
