import { realMigrateDisk } from '../fs/migrate-fs.ts';
import { restore as restoreHome, type RestoreReport } from '../migrate/index.ts';
import { restoreRequest } from '../migrate/restore/restore-request.ts';
import { type SurveyedReturn, surveyReturn } from '../migrate/restore/survey-return.ts';
import {
  decide,
  exitCodeOf,
  exitCodeOfDecision,
  tellNotDone,
  tellOutcome,
  watched,
} from './acting.ts';
import type { RestoreChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { printSteps } from './next-steps.ts';
import { orProblem } from './or-problem.ts';
import { printLeftovers } from './print-plan.ts';
import { printProblems, tally } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { printSessions } from './print-surroundings.ts';
import { commandLine } from './setting.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** What would go back in one home. */
interface HomeReturn {
  readonly accountHome: string;
  readonly found: SurveyedReturn;
}

/** Shows which directories would go back, asks, and gives them back, home by home. */
export async function restore(context: Context, choices: RestoreChoices): Promise<Result> {
  const { io, setting, page, notes } = context;
  const words = ['restore', ...flagsOf(choices)];
  const all = await whileLooking(notes, 'looking at the originals', survey(context, choices));
  // Found homes that were never migrated have nothing to do with it; a given one has.
  const isAsked = ({ found }: HomeReturn) =>
    setting.homesFrom === 'given' || found.problems.every(({ code }) => code !== 'no-originals');
  const meant = all.filter(isAsked);
  const homes = meant.map(({ accountHome }) => accountHome);
  const problems = meant.flatMap(({ found }) => found.problems);
  const body = { plan: meant.map(dataOf), problems: problems.map(asData) };

  printSetting(page, setting);
  page.title('Plan');
  for (const one of meant) printHome(context, one);
  printSessions(
    page,
    meant.flatMap(({ found }) => found.liveSessions),
  );
  printProblems(page, problems);
  if (problems.some(({ severity }) => severity === 'error')) {
    page.line();
    const { paint, symbols } = page;
    page.words(paint.red(`${symbols.bad} refused: ${tally(problems)}; nothing was changed`), 0, 2);
    return {
      exitCode: EXIT.problems,
      body: { ...body, outcome: 'refused', reports: [], next: [] },
    };
  }
  const rest = meant.flatMap(({ found }) => found.names).filter(({ state }) => state !== 'back');
  if (rest.length === 0 && choices.detach !== true) {
    page.line();
    page.line(page.paint.green(`${page.symbols.ok} nothing to give back`));
    return { exitCode: EXIT.done, body: { ...body, outcome: 'done', reports: [], next: [] } };
  }
  const question =
    homes.length === 1
      ? 'Give this home its own directories back?'
      : `Give these ${homes.length} homes their own directories back?`;
  const decision = await decide(context, choices, question);
  if (decision !== 'go') {
    const command = commandLine(io.env, setting, [...words, '--yes'], homes);
    tellNotDone(context, decision, command);
    const next = decision === 'declined' ? [] : [{ command, purpose: 'do it without asking' }];
    const exitCode = exitCodeOfDecision(decision);
    return { exitCode, body: { ...body, outcome: decision, reports: [], next } };
  }
  const reports = await giveBack(context, choices, homes);
  const worst = reports.find(({ ok }) => !ok);
  const outcome = worst?.outcome ?? 'done';
  for (const report of reports) printReport(context, report);
  const isOver = outcome === 'done' || outcome === 'done-with-leftovers';
  const again = commandLine(io.env, setting, words, homes);
  tellOutcome(context, outcome, again);
  const next = isOver
    ? [{ command: commandLine(io.env, setting, ['doctor']), purpose: 'look at all of it' }]
    : [{ command: again, purpose: 'try it again, or complete it' }];
  if (isOver) printSteps(page, next);
  const told = reports.map((report) => ({ ...report, problems: report.problems.map(asData) }));
  const exitCode: ExitCode = exitCodeOf(outcome);
  return { exitCode, body: { ...body, outcome, reports: told, next } };
}

async function survey(
  { setting: { homes, required } }: Context,
  { live }: RestoreChoices,
): Promise<readonly HomeReturn[]> {
  const found: HomeReturn[] = [];
  for (const accountHome of new Set(homes)) {
    const request = restoreRequest(accountHome, { required, live });
    const surveyed = await orProblem(surveyReturn(realMigrateDisk, request), (problem) => {
      return { realHome: accountHome, names: [], problems: [problem], liveSessions: [] };
    });
    found.push({ accountHome, found: surveyed });
  }
  return found;
}

/** One after the other; the first that does not come to its end is the last. */
async function giveBack(
  context: Context,
  { live, detach }: RestoreChoices,
  homes: readonly string[],
): Promise<readonly RestoreReport[]> {
  const { required } = context.setting;
  const reports: RestoreReport[] = [];
  for (const accountHome of homes) {
    const options = { required, live, detach: detach === true };
    const report = await watched(context, (watch) =>
      restoreHome(accountHome, { ...options, ...watch }),
    );
    reports.push(report);
    if (!report.ok && report.outcome !== 'done-with-leftovers') break;
  }
  return reports;
}

function printHome({ page }: Context, { accountHome, found }: HomeReturn): void {
  const { paint, symbols } = page;
  page.line(`  ${page.path(accountHome)}`);
  for (const { name, state, run } of found.names) {
    if (state === 'back') {
      page.line(`    ${name}  ${paint.green(`${symbols.ok} the home's own already`)}`);
    } else {
      const verb = state === 'arrived' ? 'is completed, from' : 'comes back from';
      page.words(
        `${name}  ${paint.yellow(`${symbols.arrow} ${verb}`)} ${page.path(run.path)}`,
        4,
        6,
      );
    }
  }
}

function printReport({ page }: Context, report: RestoreReport): void {
  const { accountHome, restored, problems, leftovers } = report;
  page.line();
  const names = restored.length === 0 ? 'nothing' : restored.join(', ');
  page.words(`${page.path(accountHome)}: ${names} of its own again`, 2, 4);
  printProblems(
    page,
    problems.filter(({ severity }) => severity === 'error'),
  );
  printLeftovers(page, leftovers, 'stays in the originals');
}

function flagsOf({ live, detach }: RestoreChoices): readonly string[] {
  return [
    ...(live === 'merge' ? ['--live', 'merge'] : []),
    ...(detach === true ? ['--detach'] : []),
  ];
}

function dataOf({ accountHome, found: { names, liveSessions } }: HomeReturn) {
  return {
    accountHome,
    names: names.map(({ name, path, target, state, run }) => ({
      name,
      path,
      target,
      state,
      originals: run.path,
    })),
    liveSessions,
  };
}
