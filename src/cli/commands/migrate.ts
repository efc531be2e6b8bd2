import {
  migrate,
  type MigrationPlan,
  type MigrationReport,
  planMigration,
} from '../../migrate/index.ts';
import { listSessions } from '../../sessions/index.ts';
import { act, actOptions, isOver } from '../act.ts';
import { type AnyProblem, isError } from '../causes.ts';
import {
  type CliContext,
  choiceOption,
  defineCommand,
  flagOption,
  flagsOf,
  listOption,
} from '../command.ts';
import { freeBytesAt } from '../files.ts';
import { stepsPastRefusal } from '../next-steps.ts';
import { restorePointsIn } from '../runs.ts';
import { absolutePath, homesToLink, requireOneGroup, stepFor } from '../scope.ts';
import { count } from '../ui/amounts.ts';
import { printPlan, printSessions, printUnmerged } from '../ui/plan.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';

export const migrateCommand = defineCommand({
  name: 'migrate',
  summary: 'move the state of the homes to the shared directories',
  description:
    'Shows what will happen to every directory, asks, moves its content to the shared directory and puts a link in its place. Nothing is lost, and the same command completes a run that was stopped.',
  options: {
    ...actOptions,
    live: choiceOption('--live <choice>', 'what to do if sessions are running', [
      'refuse',
      'merge',
    ]),
    acceptRetention: flagOption(
      '--accept-retention',
      'share files even if the shortest retention deletes them at once',
    ),
    preferShared: listOption(
      '--prefer-shared <path>',
      "in a conflict: share the other side, not the home's",
    ),
    preferHome: listOption('--prefer-home <path>', "in a conflict: share the home's side"),
  },
  async run(context, values) {
    const { io, scope, out, stderr } = context;
    const { live = 'refuse', acceptRetention = false } = values;
    const absolute = (paths: readonly string[] = []) => paths.map((path) => absolutePath(path, io));
    const [preferShared, preferHome] = [absolute(values.preferShared), absolute(values.preferHome)];
    requireOneGroup(scope);
    const { required, primary } = scope;
    const homes = homesToLink(scope);
    const otherHomes = [...scope.otherHomes, ...(primary === undefined ? [] : [primary])];
    const options = { required, live, acceptRetention, preferShared, preferHome, otherHomes };
    const accepted = {
      live: live === 'merge' ? live : undefined,
      acceptRetention: values.acceptRetention,
    };
    const words = ['migrate', ...flagsOf({ ...accepted, preferShared, preferHome })];
    const found = await whileWaiting(stderr, 'comparing all files', planMigration(homes, options));
    const { restorePoints } = await restorePointsIn(homes);
    const waysOn = (all: readonly AnyProblem[]) =>
      stepsPastRefusal(scope, words, all, restorePoints);

    printScope(out, scope);
    out.title('Plan');
    const free = await Promise.all(required.map(({ target }) => freeBytesAt(target)));
    printPlan(out, found, Math.min(...free));
    printSessions(out, found.liveSessions);
    printProblems(out, found.problems);
    const { reports, exitCode, ...ending } = await act<readonly string[], MigrationReport>(
      context,
      {
        values,
        words,
        problems: found.problems,
        blocked: isBlocked(found) ? () => waysOn(found.problems) : undefined,
        nothing:
          found.ok &&
          found.homes.every(({ entries }) => entries.every(({ action }) => action === 'none')) &&
          !restorePoints.some(({ state }) => state === 'incomplete')
            ? 'nothing to do: everything is shared'
            : undefined,
        notice:
          'Each directory is set aside in a restore point of its home, and a link takes its place. A restore point is a way back, not a backup.',
        question: `Migrate ${count(homes.length, 'home')} to the shared directories?`,
        targets: [homes],
        run: (all, watch) => migrate(all, { ...options, ...watch }),
        print: (report) => printReport(context, report),
        after: () => afterwards(context),
        refused: (report) => waysOn(report.problems),
      },
    );
    return { exitCode, body: { plan: found, ...ending, report: reports.at(-1) } };
  },
});

/** A run that did not finish is completed first, whatever blocks the rest. */
function isBlocked({ ok, problems }: MigrationPlan): boolean {
  const has = (wanted: AnyProblem['code']) => problems.some(({ code }) => code === wanted);
  return !ok && (!has('earlier-run-incomplete') || has('earlier-run-other-target'));
}

/** What the accounts gained, and how to try it. */
async function afterwards({ scope }: CliContext) {
  const doctor = stepFor(scope, ['doctor'], 'check everything');
  let sessions = 0;
  for await (const { size } of listSessions([], { required: scope.required, details: false })) {
    if (size > 0) sessions += 1;
  }
  const { length } = scope.homes;
  const accounts = count(length, 'account');
  if (sessions === 0) {
    const verb = length === 1 ? 'uses' : 'use';
    return { better: `${accounts} ${verb} the shared directories now`, next: [doctor] };
  }
  const better = `${count(sessions, 'conversation')} can now be resumed from ${accounts}`;
  const account = length === 1 ? undefined : scope.homes.at(-1);
  const words = ['resume', '--last', ...flagsOf({ account })];
  const purpose = 'try it: print the command that resumes the last one';
  return { better, next: [stepFor(scope, words, purpose), doctor] };
}

function printReport(
  { out }: CliContext,
  { outcome, problems, restorePoints, unmerged }: MigrationReport,
): void {
  // The plan has shown the warnings.
  printProblems(out, isOver(outcome) ? problems.filter(isError) : problems);
  if (restorePoints.length > 0) out.title('Restore points');
  for (const path of restorePoints) out.line(`  ${out.path(path)}`);
  printUnmerged(out, unmerged);
}
