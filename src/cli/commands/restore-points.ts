import type { RestorePoint } from '../../migrate/index.ts';
import { asData } from '../causes.ts';
import { type CliContext, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { isUnfinished, restorePointsOf, stepsToComplete } from '../runs.ts';
import { commandLine } from '../scope.ts';
import { bytes, count, moment } from '../ui/amounts.ts';
import type { Output } from '../ui/output.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { printSteps, type Step, steps } from '../ui/steps.ts';

export const restorePoints = defineCommand({
  name: 'restore-points',
  summary: 'list what migrations set aside',
  description:
    'Lists the restore points: the directories that migrations set aside in the homes. They are a way back, not a backup.',
  async run(context) {
    const { scope, out, stderr } = context;
    const listing = restorePointsOf(scope.homes, true);
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
      body: { restorePoints: found, problems: problems.map(asData), next },
    };
  },
});

function waysOn(
  { io: { env }, scope }: CliContext,
  points: readonly RestorePoint[],
): readonly Step[] {
  if (points.length === 0) return [];
  const unfinished = points.filter(isUnfinished);
  if (unfinished.length > 0) return steps(stepsToComplete(env, scope, unfinished));
  const isUsed = points.every(({ state }) => state === 'restored');
  const restore: Step = {
    command: commandLine(env, scope, ['restore']),
    purpose: 'if not: go back; shows what will be restored, and asks',
    or: true,
  };
  const prune = {
    command: commandLine(env, scope, ['prune', '--all']),
    purpose: 'once everything works: show what can be deleted, and ask',
  };
  return steps(isUsed ? [prune] : [prune, restore]);
}

function printRestorePoint(out: Output, point: RestorePoint): void {
  const { path, state, createdAt, names, files = 0, bytes: size = 0 } = point;
  const colour = isUnfinished(point) ? out.paint.yellow : out.paint.green;
  const list = names.map((name) => out.path(name)).join(', ') || 'no directories';
  out.line(`  ${out.path(path)}`);
  out.words(`${colour(states[state])}, ${moment(createdAt)}: ${list}`, 4);
  out.words(out.paint.dim(`${count(files, 'file')}, ${bytes(size)}`), 4);
}

const states: Readonly<Record<RestorePoint['state'], string>> = {
  complete: 'complete',
  incomplete: 'incomplete (migrate completes it)',
  restoring: 'being restored (restore completes it)',
  restored: 'restored',
  deleting: 'being deleted (prune completes it)',
};
