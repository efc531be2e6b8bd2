import type { MigrationOutcome, MigrationProgress } from '../migrate/index.ts';
import { type AnyProblem, causesOf, tally } from './causes.ts';
import { type CliContext, dryRun, flag } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandLine } from './scope.ts';
import { ProgressDisplay } from './ui/progress.ts';
import { printSteps, type Step, steps } from './ui/steps.ts';

/** The options of every command that shows a plan and asks. */
export const actOptions = {
  yes: flag('-y, --yes', 'do it without asking').conflicts('dryRun'),
  dryRun,
};

/** How a command ended that shows a plan, asks, and acts. */
type Outcome = MigrationOutcome | 'dry-run' | 'declined' | 'not-asked';

interface Ending<Report> {
  readonly exitCode: ExitCode;
  readonly outcome: Outcome;
  readonly reports: readonly Report[];
  readonly next: readonly Step[];
}

interface AnyReport {
  readonly ok: boolean;
  readonly outcome: MigrationOutcome;
}

/** What a run receives, so that it can be watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MigrationProgress) => void;
}

/** A plan that was shown, and how to carry it out. */
interface Act<Target, Report> {
  readonly values: { readonly yes?: true; readonly dryRun?: true };
  /** The command line that shows this plan again. */
  readonly words: readonly string[];
  readonly homes?: readonly string[];
  /** What blocks it, and what can be typed then. */
  readonly blocked?: (() => Promise<readonly Step[]>) | undefined;
  readonly problems: readonly AnyProblem[];
  /** What to say if there is nothing to do. */
  readonly nothing?: string | undefined;
  /** What somebody has to know before answering. */
  readonly notice: string;
  readonly question: string;
  /** Carried out one after the other, until one does not succeed. */
  readonly targets: readonly Target[];
  readonly run: (target: Target, watch: Watch) => Promise<Report>;
  readonly print: (report: Report) => void;
  /** What is better now, and what can be typed next. */
  readonly after: (
    reports: readonly Report[],
  ) => Promise<{ readonly better: string; readonly next: readonly Step[] }>;
  /** What can be typed if the run itself was refused. */
  readonly refused?: (report: Report) => Promise<readonly Step[]>;
}

/** Refuses, asks, and carries out a plan that was shown; says how it ended, and what to type next. */
export async function act<Target, Report extends AnyReport>(
  context: CliContext,
  plan: Act<Target, Report>,
): Promise<Ending<Report>> {
  const { io, scope, out, isJson } = context;
  const { paint, symbols } = out;
  const again = commandLine(io.env, scope, plan.words, plan.homes);
  out.line();
  if (plan.blocked !== undefined) {
    const why = tally(causesOf(plan.problems));
    out.words(paint.red(`${symbols.bad} refused: ${why}; nothing was changed`), 0, 2);
    const next = steps(await plan.blocked());
    printSteps(out, next);
    return { exitCode: EXIT.problems, outcome: 'refused', reports: [], next };
  }
  if (plan.nothing !== undefined) {
    out.words(paint.green(`${symbols.ok} ${plan.nothing}`), 0, 2);
    return { exitCode: EXIT.done, outcome: 'done', reports: [], next: [] };
  }
  out.words(plan.notice, 0);
  const decision = await decide();
  if (decision !== 'go') {
    const command = commandLine(io.env, scope, [...plan.words, '--yes'], plan.homes);
    const step = { command, purpose: 'run it without asking' };
    const next = decision.outcome === 'declined' ? [] : steps([step]);
    out.line();
    out.line('Nothing was changed.');
    if (decision.outcome === 'not-asked') out.line('There is no terminal to ask on.');
    printSteps(out, next);
    return { ...decision, reports: [], next };
  }
  const reports: Report[] = [];
  for (const target of plan.targets) {
    const report = await watched(context, (watch) => plan.run(target, watch));
    reports.push(report);
    if (!isOver(report.outcome)) break;
  }
  const outcome = reports.find(({ ok }) => !ok)?.outcome ?? 'done';
  for (const report of reports) plan.print(report);
  const last = reports.at(-1);
  const { better, next } = isOver(outcome)
    ? await plan.after(reports)
    : {
        better: '',
        next: [
          ...(outcome === 'refused' && last
            ? ((await plan.refused?.(last)) ?? [])
            : [{ command: again, purpose: 'try again, or complete it' }]),
        ],
      };
  printOutcome(context, outcome, again, better);
  if (isOver(outcome) || outcome === 'refused') printSteps(out, steps(next));
  return { exitCode: exitCodeOf(outcome), outcome, reports, next: steps(next) };

  /** Asks a person, unless the command line has decided; where nobody can answer, nothing is done. */
  async function decide(): Promise<
    'go' | { readonly exitCode: ExitCode; readonly outcome: 'dry-run' | 'declined' | 'not-asked' }
  > {
    if (plan.values.dryRun === true) return { exitCode: EXIT.done, outcome: 'dry-run' };
    if (plan.values.yes === true) return 'go';
    if (isJson || io.confirm === undefined) return { exitCode: EXIT.usage, outcome: 'not-asked' };
    const isYes = await io.confirm(plan.question);
    return isYes ? 'go' : { exitCode: EXIT.problems, outcome: 'declined' };
  }
}

interface End {
  readonly exitCode: ExitCode;
  readonly colour: 'green' | 'yellow' | 'red';
  readonly symbol: 'ok' | 'warn' | 'bad';
  readonly text: string;
}
const [ok, warn, bad] = [
  { colour: 'green', symbol: 'ok' },
  { colour: 'yellow', symbol: 'warn' },
  { colour: 'red', symbol: 'bad' },
] as const;
const { problems, failed } = EXIT;

/** How each outcome ends; with exit code 3 the same command completes it. */
const ends: Readonly<Record<MigrationOutcome, End>> = {
  done: { exitCode: EXIT.done, ...ok, text: 'done' },
  partial: { exitCode: problems, ...warn, text: 'done, except for the files listed above' },
  refused: { exitCode: problems, ...bad, text: 'refused: see the problems above' },
  locked: { exitCode: problems, ...bad, text: 'another process is at work; nothing was changed' },
  aborted: { exitCode: failed, ...warn, text: 'stopped. Nothing is lost. To complete it:' },
  failed: {
    exitCode: failed,
    ...bad,
    text: 'failed. Nothing is lost. To complete it, once the problem above is solved:',
  },
};

export const exitCodeOf = (outcome: MigrationOutcome): ExitCode => ends[outcome].exitCode;

/** Whether a run did what was asked for. */
export function isOver(outcome: MigrationOutcome): boolean {
  return outcome === 'done' || outcome === 'partial';
}

/** Runs something with a progress display; Ctrl-C stops it between two steps. */
export async function watched<Report>(
  { io, stderr }: CliContext,
  run: (watch: Watch) => Promise<Report>,
): Promise<Report> {
  const display = new ProgressDisplay(stderr, io.clock);
  const { signal, release } = io.catchInterrupts();
  signal.addEventListener('abort', () => {
    stderr.line();
    stderr.words(
      'Stopping after the current step; nothing is lost. Press Ctrl-C again to stop at once.',
      0,
    );
  });
  try {
    return await run({ signal, onProgress: display.onProgress });
  } finally {
    display.end();
    release();
  }
}

/** Prints how a run ended: what is better now, or the command that completes it. */
export function printOutcome(
  { out }: Pick<CliContext, 'out'>,
  outcome: MigrationOutcome,
  again: string,
  better = '',
): void {
  const { exitCode, colour, symbol, text } = ends[outcome];
  const more = outcome === 'done' && better !== '' ? `: ${better}` : '';
  out.line();
  out.words(out.paint[colour](`${out.symbols[symbol]} ${text}${more}`), 0, 2);
  if (exitCode === EXIT.failed) out.command(again);
}
