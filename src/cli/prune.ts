import { isAbsolute } from 'node:path';
import {
  type DeletePlan,
  type DeleteReport,
  deleteRestorePoint,
  planDelete,
  type RestorePoint,
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
import { count, grouped } from './amounts.ts';
import type { PruneChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps, type Step } from './next-steps.ts';
import type { Page } from './page.ts';
import { printProblems, tally } from './print-problems.ts';
import { absolutePath, commandLine, namedLinks, type Setting } from './setting.ts';
import { isUnfinished, restorePointsOf, stepsToComplete } from './unfinished-runs.ts';
import { UsageError } from './usage-error.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Shows what will be deleted, asks, and deletes what is proved to be shared. */
export async function prune(
  context: Context,
  given: readonly string[],
  choices: PruneChoices,
): Promise<Result> {
  const { io, setting, page, notes } = context;
  const { all = false, discard = [] } = choices;
  if (given.length > 0 === all) {
    throw new UsageError('name the restore points to delete, or use --all');
  }
  const named = [...new Set(given.map((path) => absolutePath(path, io)))];
  const planning = look(setting, all ? undefined : named, discard);
  const { paths, left, plans, ...found } = await whileLooking(
    notes,
    'comparing all files',
    planning,
  );
  const problems = [...found.problems, ...plans.flatMap((plan) => plan.problems)];
  const words = ['prune', ...(all ? ['--all'] : paths), ...discardFlags(discard)];
  const body = { plan: plans.map(dataOf), problems: problems.map(asData) };

  page.title('Plan');
  for (const plan of plans) printPlan(page, plan);
  for (const { path, state } of left) {
    page.line(`  ${page.path(path)}`);
    page.words(`not deleted: it is ${state}`, 4);
  }
  printProblems(page, problems);
  page.line();
  const { paint, symbols } = page;
  if (problems.some(({ severity }) => severity === 'error')) {
    page.words(paint.red(`${symbols.bad} refused: ${tally(problems)}; nothing was changed`), 0, 2);
    const next = await stepsAfterRefusal(context, paths);
    printSteps(page, next);
    return { exitCode: EXIT.problems, body: { ...body, outcome: 'refused', reports: [], next } };
  }
  if (paths.length === 0) {
    page.line(paint.green(`${symbols.ok} nothing to delete`));
    return { exitCode: EXIT.done, body: { ...body, outcome: 'done', reports: [], next: [] } };
  }
  page.words('After that there is no way back from the migration.', 0);
  const question = `Delete ${count(paths.length, 'restore point')}?`;
  const decision = await decide(context, choices, question);
  if (decision !== 'go') {
    const command = commandLine(io.env, setting, [...words, '--yes']);
    tellNotDone(context, decision, command);
    const next = decision === 'declined' ? [] : [{ command, purpose: 'run it without asking' }];
    const exitCode = exitCodeOfDecision(decision);
    return { exitCode, body: { ...body, outcome: decision, reports: [], next } };
  }
  const reports = await deleteAll(context, paths, discard);
  const outcome = reports.find(({ ok }) => !ok)?.outcome ?? 'done';
  for (const report of reports) printReport(page, report);
  const again = commandLine(io.env, setting, words);
  tellOutcome(context, outcome, again);
  const next = isOver(outcome)
    ? reports.flatMap((report) => discardStep(context, report))
    : [{ command: again, purpose: 'try again, or complete it' }];
  if (isOver(outcome)) printSteps(page, next);
  return {
    exitCode: exitCodeOf(outcome),
    body: { ...body, outcome, reports: reports.map(dataOf), next },
  };
}

/** A restore point in use has to be completed first. */
async function stepsAfterRefusal(
  { io: { env }, setting }: Context,
  paths: readonly string[],
): Promise<readonly Step[]> {
  const { restorePoints } = await restorePointsOf(setting.homes);
  const runs = restorePoints
    .filter(isUnfinished)
    .filter(({ path, state }) => state !== 'deleting' && paths.includes(path));
  return stepsToComplete(env, setting, runs);
}

/** Plans to delete the named restore points, or all that can be deleted. */
async function look(
  setting: Setting,
  named: readonly string[] | undefined,
  discard: readonly string[],
) {
  const { restorePoints, problems } =
    named === undefined
      ? await restorePointsOf(setting.homes)
      : { restorePoints: [], problems: [] };
  const paths = named ?? restorePoints.filter(isDeletable).map(({ path }) => path);
  const required = namedLinks(setting);
  const plans: DeletePlan[] = [];
  for (const path of paths) plans.push(await planDelete(path, { required, discard }));
  const left = restorePoints.filter((point) => !isDeletable(point));
  return { paths, left, plans, problems };
}

function isDeletable({ state }: RestorePoint): boolean {
  return state !== 'incomplete' && state !== 'restoring';
}

/** One after the other; the first that is not completed is the last. */
async function deleteAll(
  context: Context,
  paths: readonly string[],
  discard: readonly string[],
): Promise<readonly DeleteReport[]> {
  const required = namedLinks(context.setting);
  const reports: DeleteReport[] = [];
  for (const path of paths) {
    const report = await watched(context, (watch) =>
      deleteRestorePoint(path, { required, discard, ...watch }),
    );
    reports.push(report);
    if (!isOver(report.outcome)) break;
  }
  return reports;
}

function printPlan(page: Page, { restorePoint, deletable, kept }: DeletePlan): void {
  page.line(`  ${page.path(restorePoint)}`);
  const verb = deletable === 1 ? 'is' : 'are';
  page.words(`${count(deletable, 'file')} ${verb} shared, and will be deleted`, 4);
  printKept(page, kept, 'will be kept: no shared copy is known');
}

function printReport(page: Page, { restorePoint, deleted, kept, problems }: DeleteReport): void {
  page.line();
  page.line(`  ${page.path(restorePoint)}`);
  page.words(`${count(deleted, 'file')} deleted`, 4);
  printKept(page, kept, 'kept: no shared copy is known');
  printProblems(page, problems);
}

const MAX_SHOWN = 20;

function printKept(page: Page, kept: readonly string[], words: string): void {
  if (kept.length === 0) return;
  page.words(`${count(kept.length, 'file')} ${words}`, 4, 6);
  for (const path of kept.slice(0, MAX_SHOWN)) page.line(`      ${page.path(path)}`);
  if (kept.length > MAX_SHOWN) page.line(`      and ${grouped(kept.length - MAX_SHOWN)} more`);
}

// More have to be looked at one by one.
const MAX_DISCARDED = 5;

function discardStep(
  { io, setting }: Context,
  { restorePoint, kept }: DeleteReport,
): readonly Step[] {
  // With only others left, which are named by their whole path, the restore point itself is gone.
  const isThere = kept.some((path) => !isAbsolute(path));
  if (!isThere || kept.length > MAX_DISCARDED) return [];
  const words = ['prune', restorePoint, ...discardFlags(kept)];
  return [
    {
      command: commandLine(io.env, setting, words),
      purpose: 'once you have looked at them: delete these too',
    },
  ];
}

function discardFlags(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => ['--discard', path]);
}

function dataOf<Any extends DeletePlan | DeleteReport>(found: Any): Any {
  return { ...found, problems: found.problems.map(asData) };
}
