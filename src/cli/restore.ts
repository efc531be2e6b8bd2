import {
  planRestore,
  restore as restoreHome,
  type RestorePlan,
  type RestoreReport,
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
import { bytes, count } from './amounts.ts';
import type { RestoreChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps, type Step } from './next-steps.ts';
import { waysToRestore } from './past-refusal.ts';
import { printSpace, printUnmerged } from './print-plan.ts';
import { printProblems, tally } from './print-problems.ts';
import { printHomes, printShared } from './print-setting.ts';
import { commandLine, namedLinks } from './setting.ts';
import { restorePointsOf } from './unfinished-runs.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Shows which directories come back, asks, and restores them, home by home. */
export async function restore(context: Context, choices: RestoreChoices): Promise<Result> {
  const { io, setting, page, notes } = context;
  const words = [
    'restore',
    ...(choices.acceptOtherTarget === true ? ['--accept-other-target'] : []),
  ];
  const all = await whileLooking(notes, 'comparing all files', planAll(context, choices));
  // A home that was found but never migrated is left out; one that was named is a mistake.
  const plans = all.filter(
    ({ ok, entries, problems }) =>
      (!ok || entries.length > 0) &&
      (setting.homesFrom === 'given' || problems.every(({ code }) => code !== 'no-restore-point')),
  );
  const homes = plans.map(({ accountHome }) => accountHome);
  const problems = plans.flatMap((plan) => plan.problems);
  const body = { plan: plans.map(dataOf), problems: problems.map(asData) };

  printHomes(page, setting);
  if (setting.requiredFrom !== 'home') printShared(page, setting);
  page.title('Plan');
  for (const plan of plans) printHome(context, plan);
  printSpace(
    page,
    plans.reduce((sum, { spaceNeeded }) => sum + spaceNeeded, 0),
  );
  printProblems(page, problems);
  page.line();
  const { paint, symbols } = page;
  if (plans.some(({ ok }) => !ok)) {
    page.words(paint.red(`${symbols.bad} refused: ${tally(problems)}; nothing was changed`), 0, 2);
    const next = await stepsAfterRefusal(context, words, plans);
    printSteps(page, next);
    return { exitCode: EXIT.problems, body: { ...body, outcome: 'refused', reports: [], next } };
  }
  if (plans.length === 0) {
    page.line(paint.green(`${symbols.ok} nothing to restore`));
    return { exitCode: EXIT.done, body: { ...body, outcome: 'done', reports: [], next: [] } };
  }
  page.words(
    'Each link is replaced by a directory of its own. The shared directories keep everything.',
    0,
  );
  const question =
    homes.length === 1
      ? 'Restore the directories of this home?'
      : `Restore the directories of these ${homes.length} homes?`;
  const decision = await decide(context, choices, question);
  if (decision !== 'go') {
    const command = commandLine(io.env, setting, [...words, '--yes'], homes);
    tellNotDone(context, decision, command);
    const next = decision === 'declined' ? [] : [{ command, purpose: 'run it without asking' }];
    const exitCode = exitCodeOfDecision(decision);
    return { exitCode, body: { ...body, outcome: decision, reports: [], next } };
  }
  const reports = await restoreAll(context, choices, homes);
  const outcome = reports.find(({ ok }) => !ok)?.outcome ?? 'done';
  for (const report of reports) printReport(context, report);
  const again = commandLine(io.env, setting, words, homes);
  tellOutcome(context, outcome, again);
  const next = isOver(outcome) ? [] : [{ command: again, purpose: 'try again, or complete it' }];
  return {
    exitCode: exitCodeOf(outcome),
    body: { ...body, outcome, reports: reports.map(dataOf), next },
  };
}

async function planAll(
  { setting }: Context,
  { acceptOtherTarget }: RestoreChoices,
): Promise<readonly RestorePlan[]> {
  const required = namedLinks(setting);
  const plans: RestorePlan[] = [];
  for (const home of new Set(setting.homes)) {
    plans.push(
      await planRestore(home, { required, acceptOtherTarget: acceptOtherTarget === true }),
    );
  }
  return plans;
}

/** One after the other; the first that is not completed is the last. */
async function restoreAll(
  context: Context,
  { acceptOtherTarget }: RestoreChoices,
  homes: readonly string[],
): Promise<readonly RestoreReport[]> {
  const required = namedLinks(context.setting);
  const reports: RestoreReport[] = [];
  for (const home of homes) {
    const report = await watched(context, (watch) =>
      restoreHome(home, { required, acceptOtherTarget: acceptOtherTarget === true, ...watch }),
    );
    reports.push(report);
    if (!isOver(report.outcome)) break;
  }
  return reports;
}

async function stepsAfterRefusal(
  { io, setting }: Context,
  words: readonly string[],
  plans: readonly RestorePlan[],
): Promise<readonly Step[]> {
  const refused = plans.filter(({ ok }) => !ok);
  const { restorePoints } = await restorePointsOf(refused.map(({ accountHome }) => accountHome));
  const problems = refused.flatMap((plan) => plan.problems);
  return waysToRestore(io.env, setting, words, problems, restorePoints);
}

function printHome({ page }: Context, { accountHome, restorePoint, entries }: RestorePlan): void {
  const { paint, symbols } = page;
  page.line(`  ${page.path(accountHome)}`);
  if (restorePoint !== undefined) {
    page.words(paint.dim(`from ${page.path(restorePoint)}`), 4, 6);
  }
  for (const { name, target, copy, copyBytes } of entries) {
    const files = copy === 0 ? '' : `: ${count(copy, 'file')} copied (${bytes(copyBytes)})`;
    const words = `will be restored, with everything in ${page.path(target)}${files}`;
    page.words(`${name}  ${paint.yellow(`${symbols.arrow} ${words}`)}`, 4, 6);
  }
}

function printReport({ page }: Context, report: RestoreReport): void {
  const { accountHome, restored, problems, unmerged } = report;
  page.line();
  const names = restored.length === 0 ? 'nothing' : restored.join(', ');
  page.words(`${page.path(accountHome)}: ${names} restored`, 2, 4);
  printProblems(
    page,
    problems.filter(({ severity }) => severity === 'error'),
  );
  printUnmerged(page, unmerged, 'in the restore point');
}

function dataOf<Any extends RestorePlan | RestoreReport>(found: Any): Any {
  return { ...found, problems: found.problems.map(asData) };
}
