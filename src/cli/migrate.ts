import {
  migrate as migrateHomes,
  type MigrationPlan,
  type MigrationProblem,
  type MigrationReport,
  planMigration,
} from '../migrate/index.ts';
import {
  decide,
  exitCodeOf,
  exitCodeOfDecision,
  isOver,
  tellNotDone,
  tellOutcome,
  watched,
} from './acting.ts';
import { count } from './amounts.ts';
import type { MigrateChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps, type Step } from './next-steps.ts';
import { waysToMigrate } from './past-refusal.ts';
import { printPlan, printUnmerged } from './print-plan.ts';
import { printProblems, tally } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { printSessions } from './print-surroundings.ts';
import { absolutePath, commandLine } from './setting.ts';
import { restorePointsOf } from './unfinished-runs.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Shows what will be migrated, asks, and migrates it. */
export async function migrate(context: Context, choices: MigrateChoices): Promise<Result> {
  const { io, setting, page, notes } = context;
  const { homes, otherHomes, required } = setting;
  const { live, acceptRetention = false } = choices;
  const absolute = (paths: readonly string[] = []) => paths.map((path) => absolutePath(path, io));
  const preferShared = absolute(choices.preferShared);
  const preferHome = absolute(choices.preferHome);
  const options = { required, live, acceptRetention, preferShared, preferHome, otherHomes };
  const plan = await whileLooking(notes, 'comparing all files', planMigration(homes, options));
  const words = [
    'migrate',
    ...(live === 'merge' ? ['--live', 'merge'] : []),
    ...(acceptRetention ? ['--accept-retention'] : []),
    ...preferShared.flatMap((path) => ['--prefer-shared', path]),
    ...preferHome.flatMap((path) => ['--prefer-home', path]),
  ];
  const body = { plan: dataOf(plan) };

  printSetting(page, setting);
  page.title('Plan');
  printPlan(page, plan);
  printSessions(page, plan.liveSessions);
  printProblems(page, plan.problems);
  page.line();
  const { paint, symbols } = page;
  const has = (code: MigrationProblem['code']) => plan.problems.some((it) => it.code === code);
  // A half-done run is completed first, whatever blocks the rest.
  const isHalfDone = has('earlier-run-incomplete') && !has('earlier-run-other-target');
  if (!plan.ok && !isHalfDone) {
    const next = await stepsAfterRefusal(context, words, plan.problems);
    page.words(
      paint.red(`${symbols.bad} refused: ${tally(plan.problems)}; nothing was changed`),
      0,
      2,
    );
    printSteps(page, next, 'one of these');
    return { exitCode: EXIT.problems, body: { ...body, outcome: 'refused', next } };
  }
  if (plan.ok && (await isNothingToDo(plan))) {
    page.line(paint.green(`${symbols.ok} nothing to do: everything is shared`));
    return { exitCode: EXIT.done, body: { ...body, outcome: 'done', next: [] } };
  }
  page.words(
    'Each directory is set aside in a restore point of its home, and a link takes its place. A restore point is a way back, not a backup.',
    0,
  );
  const question = `Migrate ${count(new Set(homes).size, 'home')} to the shared directories?`;
  const decision = await decide(context, choices, question);
  if (decision !== 'go') {
    const command = commandLine(io.env, setting, [...words, '--yes']);
    tellNotDone(context, decision, command);
    const next = decision === 'declined' ? [] : [{ command, purpose: 'run it without asking' }];
    return { exitCode: exitCodeOfDecision(decision), body: { ...body, outcome: decision, next } };
  }

  const report = await watched(context, (watch) => migrateHomes(homes, { ...options, ...watch }));
  const { outcome } = report;
  printReport(context, report);
  const again = commandLine(io.env, setting, words);
  tellOutcome(context, outcome, again);
  const next = await stepsAfter(context, words, report);
  if (isOver(outcome) || outcome === 'refused') printSteps(page, next, 'one of these');
  return {
    exitCode: exitCodeOf(outcome),
    body: { ...body, outcome, report: dataOf(report), next },
  };
}

async function stepsAfter(
  context: Context,
  words: readonly string[],
  { outcome, problems }: MigrationReport,
): Promise<readonly Step[]> {
  const { io, setting } = context;
  if (outcome === 'refused') return await stepsAfterRefusal(context, words, problems);
  return isOver(outcome)
    ? [{ command: commandLine(io.env, setting, ['doctor']), purpose: 'check everything' }]
    : [
        {
          command: commandLine(io.env, setting, words),
          purpose: 'try again, or complete it',
        },
      ];
}

async function stepsAfterRefusal(
  { io, setting }: Context,
  words: readonly string[],
  problems: readonly MigrationProblem[],
): Promise<readonly Step[]> {
  const { restorePoints } = await restorePointsOf(setting.homes);
  return waysToMigrate(io.env, setting, words, problems, restorePoints);
}

function printReport({ page }: Context, report: MigrationReport): void {
  const { outcome, problems, restorePoints, unmerged } = report;
  // The plan has shown the warnings.
  const isError = ({ severity }: (typeof problems)[number]) => severity === 'error';
  printProblems(page, isOver(outcome) ? problems.filter(isError) : problems);
  if (restorePoints.length > 0) page.title('Restore points');
  for (const path of restorePoints) page.line(`  ${page.path(path)}`);
  printUnmerged(page, unmerged);
}

async function isNothingToDo({ homes }: MigrationPlan): Promise<boolean> {
  if (homes.some(({ entries }) => entries.some(({ action }) => action !== 'none'))) return false;
  // A run that died early has left an empty restore point.
  const { restorePoints } = await restorePointsOf(homes.map(({ accountHome }) => accountHome));
  return restorePoints.every(({ state }) => state !== 'incomplete');
}

function dataOf<Any extends MigrationPlan | MigrationReport>(found: Any): Any {
  return { ...found, problems: found.problems.map(asData) };
}
