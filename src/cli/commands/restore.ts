import { planRestore, restore, type RestorePlan, type RestoreReport } from '../../migrate/index.ts';
import { act, actOptions } from '../act.ts';
import { isError } from '../causes.ts';
import { type CliContext, defineCommand, flagOption, flagsOf } from '../command.ts';
import { inTurn } from '../lists.ts';
import { stepsPastRefusedRestore } from '../next-steps.ts';
import { restorePointsIn } from '../runs.ts';
import { homesToLink, namedLinks, stepFor } from '../scope.ts';
import { bytes, count } from '../ui/amounts.ts';
import { printSpace, printUnmerged } from '../ui/plan.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printHomes, printShared } from '../ui/scope.ts';

export const restoreCommand = defineCommand({
  name: 'restore',
  summary: 'give homes their own directories back',
  description:
    'Shows which directories come back, asks, and replaces the links of each home by directories of its own, with everything that is shared by now. The shared directories keep everything.',
  options: {
    ...actOptions,
    acceptOtherTarget: flagOption(
      '--accept-other-target',
      'the shared directory was moved or copied since the migration',
    ),
  },
  async run(context, values) {
    const { scope, out, stderr } = context;
    const options = {
      required: namedLinks(scope),
      acceptOtherTarget: values.acceptOtherTarget ?? false,
    };
    const words = ['restore', ...flagsOf({ acceptOtherTarget: values.acceptOtherTarget })];
    const planning = inTurn(homesToLink(scope), (home) => planRestore(home, options));
    const all = await whileWaiting(stderr, 'comparing all files', planning);
    // A home that was found but never migrated is left out; one that was named is a mistake.
    const plans = all.filter(
      ({ ok, entries, problems }) =>
        (!ok || entries.length > 0) &&
        (scope.homesFrom === 'given' || problems.every(({ code }) => code !== 'no-restore-point')),
    );
    const homes = plans.map(({ accountHome }) => accountHome);
    const found = plans.flatMap((plan) => plan.problems);
    const refused = plans.filter(({ ok }) => !ok);

    printHomes(out, scope);
    if (options.required !== undefined) printShared(out, scope);
    out.title('Plan');
    for (const plan of plans) printPlan(context, plan);
    printSpace(
      out,
      plans.reduce((sum, { spaceNeeded }) => sum + spaceNeeded, 0),
    );
    printProblems(out, found);
    const { exitCode, ...ending } = await act<string, RestoreReport>(context, {
      values,
      words,
      homes,
      problems: found,
      blocked:
        refused.length === 0
          ? undefined
          : async () => {
              const refusing = refused.map(({ accountHome }) => accountHome);
              const { restorePoints } = await restorePointsIn(refusing);
              return stepsPastRefusedRestore(scope, words, found, restorePoints);
            },
      nothing: plans.length === 0 ? 'nothing to restore' : undefined,
      notice:
        'Each link is replaced by a directory of its own. The shared directories keep everything.',
      question:
        homes.length === 1
          ? 'Restore the directories of this home?'
          : `Restore the directories of these ${homes.length} homes?`,
      targets: homes,
      run: (home, watch) => restore(home, { ...options, ...watch }),
      print: (report) => printReport(context, report),
      after: (done) => {
        const verb =
          done.length === 1 ? 'has directories of its own' : 'have directories of their own';
        return {
          better: `${count(done.length, 'home')} ${verb} again`,
          next: [stepFor(scope, ['doctor'], 'check everything')],
        };
      },
    });
    return { exitCode, body: { plan: plans, problems: found, ...ending } };
  },
});

function printPlan({ out }: CliContext, { accountHome, restorePoint, entries }: RestorePlan): void {
  const { paint, symbols } = out;
  out.line(`  ${out.path(accountHome)}`);
  if (restorePoint !== undefined) out.line(paint.dim(`    from ${out.path(restorePoint)}`));
  for (const { name, target, copy, copyBytes } of entries) {
    const files = copy === 0 ? '' : `: ${count(copy, 'file')} copied (${bytes(copyBytes)})`;
    const words = `will be restored, with everything in ${out.path(target)}${files}`;
    out.words(`${name}  ${paint.yellow(`${symbols.arrow} ${words}`)}`, 4, 6);
  }
}

function printReport({ out }: CliContext, report: RestoreReport): void {
  const { accountHome, restored, problems, unmerged } = report;
  out.line();
  const names = restored.length === 0 ? 'nothing' : restored.join(', ');
  out.words(`${out.path(accountHome)}: ${names} restored`, 2, 4);
  printProblems(out, problems.filter(isError));
  printUnmerged(out, unmerged, 'in the restore point');
}
