import { migrate as migrateHomes, type MigrationPlan, planMigration } from '../migrate/index.ts';
import {
  decide,
  exitCodeOf,
  exitCodeOfDecision,
  tellNotDone,
  tellOutcome,
  watched,
} from './acting.ts';
import { count } from './amounts.ts';
import type { MigrateChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps } from './next-steps.ts';
import { ways } from './past-refusal.ts';
import { printLeftovers, printPlan } from './print-plan.ts';
import { printProblems, tally } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { printSessions } from './print-surroundings.ts';
import { absolutePath, commandLine } from './setting.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Shows what would be brought into the shared place, asks, and brings it in. */
export async function migrate(context: Context, choices: MigrateChoices): Promise<Result> {
  const { io, setting, page, notes } = context;
  const { homes, required } = setting;
  const { live, acceptRetention = false } = choices;
  const keepBoth = (choices.keepBoth ?? []).map((path) => absolutePath(path, io));
  const options = { required, live, acceptRetention, keepBoth };
  const plan = await whileLooking(notes, 'comparing all files', planMigration(homes, options));
  const words = ['migrate', ...flagsOf(choices, keepBoth)];
  const again = commandLine(io.env, setting, words);
  const body = { plan: dataOf(plan) };

  printSetting(page, setting);
  page.title('Plan');
  printPlan(page, plan);
  printSessions(page, plan.liveSessions);
  printProblems(page, plan.problems);
  // A run that ended half-way is completed first, whatever stands against what would come then.
  const isPending = plan.problems.some(({ code }) => code === 'earlier-run-pending');
  if (!plan.ok && !isPending) {
    const next = ways(io.env, setting, words, plan.problems);
    page.line();
    const { paint, symbols } = page;
    page.words(
      paint.red(`${symbols.bad} refused: ${tally(plan.problems)}; nothing was changed`),
      0,
      2,
    );
    printSteps(page, next);
    return { exitCode: EXIT.problems, body: { ...body, outcome: 'refused', next } };
  }
  if (!isPending && isNothingToDo(plan)) {
    page.line();
    page.line(page.paint.green(`${page.symbols.ok} nothing to do: all of it is shared`));
    return { exitCode: EXIT.done, body: { ...body, outcome: 'done', next: [] } };
  }
  page.line();
  page.words(
    'Each directory is moved aside into the originals of its home, and a link is put in its place. That is a way back, and no backup.',
    0,
  );
  const question = `Bring ${count(new Set(homes).size, 'home')} into the shared place?`;
  const decision = await decide(context, choices, question);
  if (decision !== 'go') {
    const command = commandLine(io.env, setting, [...words, '--yes']);
    tellNotDone(context, decision, command);
    const next = decision === 'declined' ? [] : [{ command, purpose: 'do it without asking' }];
    return { exitCode: exitCodeOfDecision(decision), body: { ...body, outcome: decision, next } };
  }

  const report = await watched(context, (watch) => migrateHomes(homes, { ...options, ...watch }));
  const { outcome, problems, originals, leftovers } = report;
  const isOver = outcome === 'done' || outcome === 'done-with-leftovers';
  printProblems(page, isOver ? problems.filter(({ severity }) => severity === 'error') : problems);
  if (originals.length > 0) page.title('The way back: originals');
  for (const path of originals) page.line(`  ${page.path(path)}`);
  if (outcome === 'done-with-leftovers') printLeftovers(page, leftovers, 'could not be merged');
  tellOutcome(context, outcome, again);
  const next = isOver
    ? [{ command: commandLine(io.env, setting, ['doctor']), purpose: 'look at all of it' }]
    : [{ command: again, purpose: 'try it again, or complete it' }];
  if (isOver) printSteps(page, next);
  const told = { ...report, problems: problems.map(asData) };
  return { exitCode: exitCodeOf(outcome), body: { ...body, outcome, report: told, next } };
}

/** The choices as they were typed. */
function flagsOf({ live, acceptRetention }: MigrateChoices, keepBoth: readonly string[]) {
  return [
    ...(live === 'merge' ? ['--live', 'merge'] : []),
    ...(acceptRetention === true ? ['--accept-retention'] : []),
    ...keepBoth.flatMap((path) => ['--keep-both', path]),
  ];
}

function isNothingToDo({ homes }: MigrationPlan): boolean {
  return homes.every(({ entries }) => entries.every(({ action }) => action === 'none'));
}

function dataOf(plan: MigrationPlan): MigrationPlan {
  return { ...plan, problems: plan.problems.map(asData) };
}
