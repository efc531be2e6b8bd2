import type { MigrationOutcome, MigrationProgress } from '../migrate/index.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { ProgressDisplay } from './progress.ts';

/** What becomes of a plan that was shown. */
export type Decision = 'go' | 'dry-run' | 'declined' | 'not-asked';

/** Asks a person, unless that was decided on the command line; where there is nobody, nothing is done. */
export async function decide(
  { io, isJson }: Context,
  { yes = false, dryRun = false }: { readonly yes?: boolean; readonly dryRun?: boolean },
  question: string,
): Promise<Decision> {
  if (dryRun) return 'dry-run';
  if (yes) return 'go';
  if (isJson || io.confirm === undefined) return 'not-asked';
  return (await io.confirm(question)) ? 'go' : 'declined';
}

/** Says that nothing was changed, and how to have it done. */
export function tellNotDone({ page }: Context, decision: Decision, command: string): void {
  page.line();
  page.line('Nothing was changed.');
  if (decision === 'not-asked')
    page.line('There is no terminal to ask on. To do it without asking:');
  if (decision === 'dry-run') page.line('To do it:');
  if (decision !== 'declined') page.command(command, 2);
}

export function exitCodeOfDecision(decision: Exclude<Decision, 'go'>): ExitCode {
  switch (decision) {
    case 'dry-run':
      return EXIT.done;
    case 'declined':
      return EXIT.problems;
    case 'not-asked':
      return EXIT.usage;
    default:
      return decision satisfies never;
  }
}

export function exitCodeOf(outcome: MigrationOutcome): ExitCode {
  switch (outcome) {
    case 'done':
      return EXIT.done;
    case 'done-with-leftovers':
    case 'refused':
    case 'locked':
      return EXIT.problems;
    case 'aborted':
    case 'failed':
      return EXIT.failed;
    default:
      return outcome satisfies never;
  }
}

/** What a run is given, so that it can be watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MigrationProgress) => void;
}

/** Runs something with a progress display; Ctrl-C stops it between two steps. */
export async function watched<Report>(
  { io, notes }: Context,
  run: (watch: Watch) => Promise<Report>,
): Promise<Report> {
  const display = new ProgressDisplay(notes, io.clock);
  const interrupts = io.catchInterrupts();
  const { signal } = interrupts;
  signal.addEventListener('abort', () => {
    notes.line();
    notes.words('Stopping between two steps; nothing is lost. Ctrl-C again ends it at once.', 0);
  });
  try {
    return await run({ signal, onProgress: display.onProgress });
  } finally {
    display.end();
    interrupts.release();
  }
}

/** How a run ended, in a line; and the command that completes it where it did not come to its end. */
export function tellOutcome(
  { page }: Pick<Context, 'page'>,
  outcome: MigrationOutcome,
  again: string,
): void {
  const { paint, symbols } = page;
  page.line();
  switch (outcome) {
    case 'done':
      page.line(paint.green(`${symbols.ok} done`));
      return;
    case 'done-with-leftovers':
      page.words(paint.yellow(`${symbols.warn} done, but something stays in the originals`), 0, 2);
      return;
    case 'refused':
      page.words(paint.red(`${symbols.bad} refused: something stands against it`), 0, 2);
      return;
    case 'locked':
      page.words(paint.red(`${symbols.bad} another process is at it; nothing was touched`), 0, 2);
      return;
    case 'aborted':
      page.words(
        paint.yellow(`${symbols.warn} stopped. Nothing is lost. This completes it:`),
        0,
        2,
      );
      page.command(again, 2);
      return;
    case 'failed':
      page.words(
        paint.red(`${symbols.bad} failed on the way. Nothing is lost. This completes it:`),
        0,
        2,
      );
      page.command(again, 2);
      return;
    default:
      outcome satisfies never;
  }
}
