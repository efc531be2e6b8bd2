import {
  type AccountReport,
  type InspectionReport,
  inspectAll,
  isSharedStateError,
  type Problem,
  validateAll,
} from '../index.ts';
import { count } from './amounts.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { nextSteps, printSteps } from './next-steps.ts';
import { printLinks } from './print-links.ts';
import { printProblems, tally } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Makes what is missing, and says what it would not touch. */
export async function ensure(
  context: Context,
  { isDryRun }: { isDryRun: boolean },
): Promise<Result> {
  const { io, setting, page, notes } = context;
  const { reports, made, problems } = await whileLooking(
    notes,
    'looking at the homes',
    isDryRun ? foresee(context) : make(context),
  );
  const isOk = reports.every(({ ok }) => ok) || (isDryRun && problems.every(isNoObstacle));
  // What a dry run would make is no problem of it.
  const told = isDryRun ? problems.filter((one) => !isToBeMade(one)) : problems;
  const steps = nextSteps(io.env, setting, problems, []);

  printSetting(page, setting);
  page.line();
  printLinks(page, reports);
  if (made.length > 0) page.title(isDryRun ? 'Would make' : 'Made');
  for (const path of made) {
    page.line(`  ${page.paint.green(page.symbols.make)} ${page.path(path)}`);
  }
  printProblems(page, told);
  page.line();
  printVerdict(context, { isOk, isDryRun, made, told });
  printSteps(page, isOk && !isDryRun ? [] : steps);
  const paths = isDryRun ? { wouldCreate: made } : { created: made };
  return {
    exitCode: isOk ? EXIT.done : EXIT.problems,
    body: {
      dryRun: isDryRun,
      homes: reports.map(({ accountHome, ok, links, problems }) => ({
        accountHome,
        ok,
        links,
        problems: problems.map(asData),
      })),
      ...paths,
      problems: told.map(asData),
      next: steps,
    },
  };
}

interface Outcome {
  readonly reports: readonly AccountReport[];
  readonly made: readonly string[];
  readonly problems: readonly Problem[];
}

async function foresee({ setting: { homes, required } }: Context): Promise<Outcome> {
  const reports: readonly InspectionReport[] = await inspectAll(homes, { required });
  const made = reports.flatMap(({ wouldCreate }) => wouldCreate);
  return { reports, made: [...new Set(made)], problems: problemsOf(reports) };
}

async function make({ setting: { homes, required } }: Context): Promise<Outcome> {
  const reports = await validateAll(homes, { required }).catch((error: unknown) => {
    // Refused arguments have no reports: they are no outcome.
    if (isSharedStateError(error) && error.reports.length > 0) return error.reports;
    throw error;
  });
  const made = reports.flatMap(({ created }) => created);
  return { reports, made: [...new Set(made)], problems: problemsOf(reports) };
}

function problemsOf(reports: readonly AccountReport[]): readonly Problem[] {
  return reports.flatMap(({ problems }) => problems);
}

function isToBeMade({ severity, remedy }: Problem): boolean {
  return severity === 'error' && remedy === 'ensure';
}

function isNoObstacle(problem: Problem): boolean {
  return problem.severity === 'warning' || isToBeMade(problem);
}

function printVerdict(
  { page }: Context,
  {
    isOk,
    isDryRun,
    made,
    told,
  }: {
    readonly isOk: boolean;
    readonly isDryRun: boolean;
    readonly made: readonly string[];
    readonly told: readonly Problem[];
  },
): void {
  const { paint, symbols } = page;
  const what = made.length === 0 ? 'nothing is missing' : count(made.length, 'name');
  const done = isDryRun
    ? 'nothing was changed'
    : made.length === 0
      ? 'nothing to make'
      : `${what} made`;
  if (isOk) {
    const warnings = told.length === 0 ? '' : `; ${tally(told)}`;
    page.line(
      paint.green(`${symbols.ok} ${isDryRun ? `dry run: ${done}` : `done: ${done}`}${warnings}`),
    );
  } else {
    page.line(paint.red(`${symbols.bad} ${tally(told)}; what is wrong was not touched`));
  }
}
