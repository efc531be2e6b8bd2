import type { RestorePoint } from '../migrate/index.ts';
import { bytes, count, moment } from './amounts.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { printSteps, type Step } from './next-steps.ts';
import type { Page } from './page.ts';
import { printProblems } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { commandLine, type Setting } from './setting.ts';
import { isUnfinished, restorePointsOf, stepsToComplete } from './unfinished-runs.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Lists what migrations set aside. */
export async function restorePoints({ io, setting, page, notes }: Context): Promise<Result> {
  const listing = restorePointsOf(setting.homes, true);
  const { restorePoints: found, problems } = await whileLooking(
    notes,
    'listing restore points',
    listing,
  );
  const unfinished = found.filter(isUnfinished);
  const next =
    unfinished.length > 0
      ? stepsToComplete(io.env, setting, unfinished)
      : waysOn(io.env, setting, found);
  printSetting(page, setting);
  page.line();
  if (found.length === 0) page.line('no restore points');
  for (const point of found) printRestorePoint(page, point);
  printProblems(page, problems);
  printSteps(page, next, unfinished.length > 0 ? 'in this order' : 'one of these');
  return {
    exitCode: problems.length > 0 ? EXIT.problems : EXIT.done,
    body: { restorePoints: found, problems: problems.map(asData), next },
  };
}

function waysOn(
  env: Io['env'],
  setting: Setting,
  points: readonly RestorePoint[],
): readonly Step[] {
  const restore = {
    command: commandLine(env, setting, ['restore']),
    purpose: 'go back: show what will be restored, and ask',
  };
  const prune = {
    command: commandLine(env, setting, ['prune', '--all']),
    purpose: 'once everything works: show what can be deleted, and ask',
  };
  if (points.length === 0) return [];
  return points.some(({ state }) => state === 'complete') ? [restore, prune] : [prune];
}

function printRestorePoint(page: Page, point: RestorePoint): void {
  const { path, state, createdAt, names, files = 0, bytes: size = 0 } = point;
  const { paint } = page;
  const colour = isUnfinished(point) ? paint.yellow : paint.green;
  page.line(`  ${page.path(path)}`);
  page.words(
    `${colour(stateInWords(state))}, ${moment(createdAt)}: ${names.map((name) => page.path(name)).join(', ') || 'no directories'}`,
    4,
  );
  page.words(paint.dim(`${count(files, 'file')}, ${bytes(size)}`), 4);
}

function stateInWords(state: RestorePoint['state']): string {
  switch (state) {
    case 'complete':
      return 'complete';
    case 'incomplete':
      return 'incomplete (migrate completes it)';
    case 'restoring':
      return 'being restored (restore completes it)';
    case 'restored':
      return 'restored';
    case 'deleting':
      return 'being deleted (prune completes it)';
    default:
      return state satisfies never;
  }
}
