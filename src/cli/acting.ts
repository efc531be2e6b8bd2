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
    page.line('There is no terminal to ask on. To run it without asking:');
  if (decision === 'dry-run') page.line('To run it:');
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
    case 'partial':
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

/** Whether a run did what was asked for. */
export function isOver(outcome: MigrationOutcome): boolean {
  return outcome === 'done' || outcome === 'partial';
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
    notes.words(
      'Stopping after the current step; nothing is lost. Press Ctrl-C again to stop at once.',
      0,
    );
  });
  try {
    return await run({ signal, onProgress: display.onProgress });
  } finally {
    display.end();
    interrupts.release();
  }
}

/** Prints how a run ended, and the command that completes it if it was interrupted. */
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
    case 'partial':
      page.words(paint.yellow(`${symbols.warn} done, except for the files listed above`), 0, 2);
      return;
    case 'refused':
      page.words(paint.red(`${symbols.bad} refused: see the problems above`), 0, 2);
      return;
    case 'locked':
      page.words(paint.red(`${symbols.bad} another process is at work; nothing was changed`), 0, 2);
      return;
    case 'aborted':
      page.words(paint.yellow(`${symbols.warn} stopped. Nothing is lost. To complete it:`), 0, 2);
      page.command(again, 2);
      return;
    case 'failed':
      page.words(
        paint.red(
          `${symbols.bad} failed. Nothing is lost. To complete it, once the problem above is solved:`,
        ),
        0,
        2,
      );
      page.command(again, 2);
      return;
    default:
      outcome satisfies never;
  }
}
