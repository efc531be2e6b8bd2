import type { MigrationOutcome } from '../migrate/index.ts';
import { type AnyProblem, causesOf, tally } from './causes.ts';
import { type CliContext, dryRun, flagOption, type ValuesOf } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { createFile } from './files.ts';
import { stepFor } from './scope.ts';
import type { Sign } from './ui/output.ts';
import { printProblems } from './ui/problems.ts';
import { type Progress, ProgressDisplay } from './ui/progress.ts';
import { printSteps, type NextStep, steps } from './ui/steps.ts';

/** The options of every command that shows a plan and asks. */
export const actOptions = {
  yes: flagOption('-y, --yes', 'do it without asking').conflicts('dryRun'),
  dryRun,
};
type ActValues = ValuesOf<typeof actOptions>;

/** What a run that did not finish needs. */
const AGAIN = 'try again, or complete it';

/** What a run receives, so that it can be watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Omit<Progress, 'phase'> & Partial<Progress>) => void;
}

type MaybePromise<Value> = Value | Promise<Value>;

/** A plan that was shown, and how to carry it out. */
interface Act<Target, Report> {
  readonly values: ActValues;
  /** The command line that shows this plan again. */
  readonly words: readonly string[];
  readonly homes?: readonly string[];
  readonly problems: readonly AnyProblem[];
  /** What can be typed where something blocks it. */
  readonly blocked?: (() => MaybePromise<readonly NextStep[]>) | undefined;
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
  ) => MaybePromise<{ readonly better: string; readonly next: readonly NextStep[] }>;
  /** What can be typed if the run itself was refused. */
  readonly refused?: (report: Report) => MaybePromise<readonly NextStep[]>;
}

/** Refuses, asks, and carries out a plan that was shown; says how it ended, and what to type next. */
export async function act<
  Target,
  Report extends { readonly ok: boolean; readonly outcome: MigrationOutcome },
>(context: CliContext, plan: Act<Target, Report>) {
  const { scope, out } = context;
  const { words, homes, values, refused = () => [] } = plan;
  const again = stepFor(scope, words, AGAIN, homes);
  const reports: Report[] = [];
  const end = (
    exitCode: ExitCode,
    outcome: MigrationOutcome,
    all: readonly NextStep[],
    isPrinted = true,
  ) => {
    const next = steps(all);
    if (isPrinted) printSteps(out, next);
    return { exitCode, outcome, reports, next };
  };
  out.line();
  if (plan.blocked !== undefined) {
    out.verdict('bad', `refused: ${tally(causesOf(plan.problems))}; nothing was changed`);
    return end(EXIT.problems, 'refused', await plan.blocked());
  }
  if (plan.nothing !== undefined) {
    out.verdict('ok', plan.nothing);
    return end(EXIT.done, 'done', []);
  }
  out.words(plan.notice, 0);
  const refusal = await refusalOf(context, values, plan.question, words, homes);
  if (refusal !== undefined) return { ...refusal, reports };
  for (const target of plan.targets) {
    const report = await watched(context, (watch) => plan.run(target, watch));
    reports.push(report);
    if (!isOver(report.outcome)) break;
  }
  const outcome = reports.find(({ ok }) => !ok)?.outcome ?? 'done';
  for (const report of reports) plan.print(report);
  const stopped = reports.find((report) => !isOver(report.outcome));
  const { better, next } =
    stopped === undefined
      ? await plan.after(reports)
      : { better: '', next: outcome === 'refused' ? await refused(stopped) : [again] };
  printOutcome(context, outcome, again.command, better);
  return end(exitCodeOf(outcome), outcome, next, isOver(outcome) || outcome === 'refused');
}

const decisions = {
  'dry-run': EXIT.done,
  declined: EXIT.problems,
  'not-asked': EXIT.usage,
} as const;

/** Why nothing is done about a plan that was shown. */
export interface Refusal {
  readonly exitCode: ExitCode;
  readonly outcome: keyof typeof decisions;
  readonly next: readonly NextStep[];
}

/**
 * Asks a person, unless the command line has decided; where nobody can answer, nothing is done.
 *
 * @param words - The command line that shows this plan again, if one can.
 * @returns Why nothing is done, which is said already; `undefined` to go on.
 */
export async function refusalOf(
  { io, scope, out, isJson }: CliContext,
  { yes, dryRun: isDryRun }: ActValues,
  question: string,
  words: readonly string[] = [],
  homes?: readonly string[],
): Promise<Refusal | undefined> {
  const decide = async (): Promise<Refusal['outcome'] | undefined> => {
    if (isDryRun === true) return 'dry-run';
    if (yes === true) return undefined;
    if (isJson || io.confirm === undefined) return 'not-asked';
    return (await io.confirm(question)) ? undefined : 'declined';
  };
  const outcome = await decide();
  if (outcome === undefined) return undefined;
  out.line();
  out.line('Nothing was changed.');
  const isProposed = outcome !== 'declined' && words.length > 0;
  const hint = isProposed ? '' : ': add --yes';
  if (outcome === 'not-asked') out.line(`There is no terminal to ask on${hint}.`);
  const step = stepFor(scope, [...words, '--yes'], 'run it without asking', homes);
  const next = isProposed ? steps([step]) : [];
  printSteps(out, next);
  return { exitCode: decisions[outcome], outcome, next };
}

/** Shows the text of a new file, asks, and writes it. */
export async function offerFile(
  context: CliContext,
  values: ActValues,
  { path, text, words, after = [] }: OfferedFile,
) {
  const { out } = context;
  out.words(out.paint.bold(out.path(path)), 0, 2);
  for (const line of text.trimEnd().split('\n')) out.line(`  ${line}`.trimEnd());
  const refusal = await refusalOf(context, values, 'Write it?', words);
  if (refusal !== undefined) return { ...refusal, written: false };
  await createFile(path, text);
  out.line();
  out.verdict('ok', 'written');
  printSteps(out, after);
  return { exitCode: EXIT.done, outcome: 'done', next: after, written: true } as const;
}

interface OfferedFile {
  readonly path: string;
  readonly text: string;
  /** The command line that shows it again, if one can. */
  readonly words?: readonly string[];
  /** What to type once it is written. */
  readonly after?: readonly NextStep[];
}

const { done, problems, failed } = EXIT;
const TO_COMPLETE = 'Nothing is lost. To complete it';
type End = readonly [exitCode: ExitCode, sign: Sign, text: string];

/** How each outcome ends; with exit code 3 the same command completes it. */
const ends: Readonly<Record<MigrationOutcome, End>> = {
  done: [done, 'ok', 'done'],
  partial: [problems, 'warn', 'done, except for the files listed above'],
  refused: [problems, 'bad', 'refused: see the problems above'],
  locked: [problems, 'bad', 'another process is at work; nothing was changed'],
  aborted: [failed, 'warn', `stopped. ${TO_COMPLETE}:`],
  failed: [failed, 'bad', `failed. ${TO_COMPLETE}, once the problem above is solved:`],
};

export const exitCodeOf = (outcome: MigrationOutcome): ExitCode => ends[outcome][0];

/** Whether a run did what was asked for. */
export function isOver(outcome: MigrationOutcome): boolean {
  return outcome === 'done' || outcome === 'partial';
}

/** Runs something with a progress display; Ctrl-C stops it between two steps. `phase` names the only one it has. */
export async function watched<Report>(
  { io, stderr }: CliContext,
  run: (watch: Watch) => Promise<Report>,
  phase = '',
): Promise<Report> {
  const display = new ProgressDisplay(stderr, io.clock);
  const { signal, release } = io.catchInterrupts();
  signal.addEventListener('abort', () => {
    stderr.line();
    const text = 'Stopping after the current step; nothing is lost.';
    stderr.words(`${text} Press Ctrl-C again to stop at once.`, 0);
  });
  try {
    return await run({
      signal,
      onProgress: (progress) => display.onProgress({ phase, ...progress }),
    });
  } finally {
    display.end();
    release();
  }
}

/** Prints how a run without a plan ended, and what to type next: one that did not finish can be completed. */
export function printEnding<Outcome extends MigrationOutcome, Problem extends AnyProblem>(
  context: CliContext,
  report: { readonly outcome: Outcome; readonly problems: readonly Problem[] },
  words: readonly string[],
  better: string,
  after: readonly NextStep[] = [],
) {
  const { outcome, problems } = report;
  const again = stepFor(context.scope, words, AGAIN);
  const next = isOver(outcome) ? after : outcome === 'refused' ? [] : [again];
  printProblems(context.out, problems);
  printOutcome(context, outcome, again.command, better);
  if (isOver(outcome)) printSteps(context.out, next);
  return { exitCode: exitCodeOf(outcome), body: { outcome, problems, next } };
}

/** Prints how a run ended: what is better now, or the command that completes it. */
export function printOutcome(
  { out }: Pick<CliContext, 'out'>,
  outcome: MigrationOutcome,
  again: string,
  better = '',
): void {
  const [exitCode, sign, text] = ends[outcome];
  const more = outcome === 'done' && better !== '' ? `: ${better}` : '';
  out.line();
  out.verdict(sign, text + more);
  if (exitCode === EXIT.failed) out.command(again);
}
