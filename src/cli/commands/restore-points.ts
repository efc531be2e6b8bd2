import type { RestorePoint } from '../../migrate/index.ts';
import { type CliContext, defineCommand } from '../command.ts';
import { EXIT } from '../exit.ts';
import { isInterrupted, restorePointsIn, stepsToComplete } from '../runs.ts';
import { stepFor } from '../scope.ts';
import { bytes, count, moment } from '../ui/amounts.ts';
import type { Output } from '../ui/output.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { printSteps, type NextStep, steps } from '../ui/steps.ts';

export const restorePointsCommand = defineCommand({
  name: 'restore-points',
  summary: 'list what migrations set aside',
  description:
    'Lists the restore points: the directories that migrations set aside in the homes. They are a way back, not a backup.',
  async run(context) {
    const { scope, out, stderr } = context;
    const listing = restorePointsIn(scope.homes, true);
    const { restorePoints: found, problems } = await whileWaiting(
      stderr,
      'listing restore points',
      listing,
    );
    const next = waysOn(context, found);
    printScope(out, scope);
    out.line();
    if (found.length === 0) out.line('no restore points');
    for (const point of found) printRestorePoint(out, point);
    printProblems(out, problems);
    printSteps(out, next);
    return {
      exitCode: problems.length > 0 ? EXIT.problems : EXIT.done,
      body: { restorePoints: found, problems, next },
    };
  },
});

function waysOn({ scope }: CliContext, points: readonly RestorePoint[]): readonly NextStep[] {
  if (points.length === 0) return [];
  const unfinished = points.filter(isInterrupted);
  if (unfinished.length > 0) return steps(stepsToComplete(scope, unfinished));
  const isUsed = points.every(({ state }) => state === 'restored');
  const prune = stepFor(
    scope,
    ['prune', '--all'],
    'once everything works: show what can be deleted, and ask',
  );
  const purpose = 'if not: go back; shows what will be restored, and asks';
  return steps(isUsed ? [prune] : [prune, { ...stepFor(scope, ['restore'], purpose), or: true }]);
}

function printRestorePoint(out: Output, point: RestorePoint): void {
  const { path, state, createdAt, names, files = 0, bytes: size = 0 } = point;
  const color = isInterrupted(point) ? out.paint.yellow : out.paint.green;
  const list = names.map((name) => out.path(name)).join(', ') || 'no directories';
  out.line(`  ${out.path(path)}`);
  out.words(`${color(states[state])}, ${moment(createdAt)}: ${list}`, 4);
  out.words(out.paint.dim(`${count(files, 'file')}, ${bytes(size)}`), 4);
}

const states: Readonly<Record<RestorePoint['state'], string>> = {
  complete: 'complete',
  incomplete: 'incomplete (migrate completes it)',
  restoring: 'being restored (restore completes it)',
  restored: 'restored',
  deleting: 'being deleted (prune completes it)',
};
