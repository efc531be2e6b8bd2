import {
  type DeletePlan,
  type DeleteReport,
  deleteRestorePoint,
  planDelete,
  type RestorePoint,
} from '../../migrate/index.ts';
import { act, actOptions } from '../act.ts';
import { isError } from '../causes.ts';
import { type CliContext, defineCommand, flagOption, flagsOf, listOption } from '../command.ts';
import { restorePointFor } from '../ids.ts';
import { isInterrupted, restorePointsIn, stepsToComplete } from '../runs.ts';
import { namedLinks, stepFor } from '../scope.ts';
import { bytes, count, moment } from '../ui/amounts.ts';
import type { Output } from '../ui/output.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { type NextStep, printSteps, steps } from '../ui/steps.ts';
import { EXIT, UsageError } from '../exit.ts';
import { inTurn } from '../lists.ts';

export const pruneCommand = defineCommand({
  name: 'prune',
  summary: 'delete restore points',
  description:
    'Shows what will be deleted, asks, and deletes the files that are proved to be in the shared directories. Other files are kept and listed. After that there is no way back.',
  arguments: '[restore-points...]',
  options: {
    ...actOptions,
    all: flagOption('--all', 'every complete or restored restore point of the homes'),
    last: flagOption('--last', 'the last restore point'),
    discard: listOption(
      '--discard <path>',
      'delete this file too, although no other copy is known',
    ),
  },
  needsHomes: ({ all, last }) => all === true || last === true,
  async run(context, values, given) {
    const { scope, out, stderr } = context;
    const { all = false, last = false, discard = [] } = values;
    if ([given.length > 0, all, last].filter(Boolean).length !== 1) {
      throw new UsageError('name the restore points to delete, or use --all or --last');
    }
    const listing = restorePointsIn(scope.homes);
    const listed = await whileWaiting(stderr, 'listing restore points', listing);
    const deletable = listed.restorePoints.filter(isDeletable);
    const chosen = all ? deletable : last ? deletable.slice(-1) : undefined;
    const named =
      chosen?.map(({ path }) => path) ??
      given.map((word) => restorePointFor(context, word, listed.restorePoints));
    const paths = [...new Set(named)];
    const options = { required: namedLinks(scope), discard };
    const planning = inTurn(paths, (path) => planDelete(path, options));
    const plans = await whileWaiting(stderr, 'comparing all files', planning);
    const problems = [
      ...(chosen === undefined ? [] : listed.problems),
      ...plans.flatMap((plan) => plan.problems),
    ];

    out.title('Plan');
    for (const one of plans) {
      const deleted = `${count(one.deletable, 'file')} shared, will be deleted`;
      printFound(out, one, deleted, 'will be kept');
    }
    for (const point of all ? listed.restorePoints : []) {
      if (isDeletable(point)) continue;
      out.line(`  ${out.path(point.path)}`);
      out.words(`not deleted: it is ${point.state}`, 4);
    }
    printProblems(out, problems);
    const { exitCode, ...ending } = await act<string, DeleteReport>(context, {
      values,
      words: ['prune', ...(all ? ['--all'] : paths), ...flagsOf({ discard })],
      problems,
      blocked: problems.some(isError) ? () => [] : undefined,
      nothing: paths.length === 0 ? 'nothing to delete' : undefined,
      notice: "A deleted restore point can't be brought back.",
      question: `Delete ${count(paths.length, 'restore point')}?`,
      targets: paths,
      run: (path, watch) => deleteRestorePoint(path, { ...options, ...watch }),
      print: (report) => {
        out.line();
        printFound(out, report, `${count(report.deleted, 'file')} deleted`, 'kept');
        printProblems(out, report.problems);
      },
      after: (done) => ({
        better: `${count(done.length, 'restore point')} deleted; everything in ${done.length === 1 ? 'it' : 'them'} is shared`,
        next: [],
      }),
    });
    return { exitCode, body: { plan: plans, problems, ...ending } };
  },
});

function isDeletable({ state }: RestorePoint): boolean {
  return state !== 'incomplete' && state !== 'restoring';
}

const MAX_SHOWN = 20;

function printFound(
  out: Output,
  { restorePoint, kept }: Pick<DeletePlan, 'restorePoint' | 'kept'>,
  deleted: string,
  verb: string,
): void {
  out.line(`  ${out.path(restorePoint)}`);
  out.words(deleted, 4);
  if (kept.length === 0) return;
  out.words(
    `${count(kept.length, 'file')} ${verb}: no shared copy is known; --discard <path> deletes one, too`,
    4,
    6,
  );
  out.list(kept, MAX_SHOWN, 6);
}

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
