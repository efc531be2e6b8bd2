import {
  type AccountReport,
  type InspectionReport,
  inspectAll,
  isSharedStateError,
  validateAll,
} from '../../index.ts';
import { type AnyProblem, causesOf, isError, tally } from '../causes.ts';
import { defineCommand, dryRun } from '../command.ts';
import { EXIT } from '../exit.ts';
import { nextSteps } from '../next-steps.ts';
import { homesToLink, requireOneGroup, type Scope } from '../scope.ts';
import { count } from '../ui/amounts.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { printSteps } from '../ui/steps.ts';

export const ensureCommand = defineCommand({
  name: 'ensure',
  summary: 'create missing links and directories',
  description:
    'Creates the links and directories that are missing, and refuses what is wrong. It never removes, moves or replaces anything.',
  options: { dryRun },
  async run(context, { dryRun: isDryRun = false }) {
    const { scope, out, stderr } = context;
    requireOneGroup(scope);
    const reports = await whileWaiting(stderr, 'looking at the homes', reportsOn(scope, isDryRun));
    const created = [
      ...new Set(
        reports.flatMap((report) =>
          'wouldCreate' in report ? report.wouldCreate : report.created,
        ),
      ),
    ];
    const found = reports.flatMap(({ problems }) => problems);
    // What a dry run would create is not a problem.
    const shown = isDryRun ? found.filter((problem) => !isToBeCreated(problem)) : found;
    const isOk = reports.every(({ ok }) => ok) || (isDryRun && !shown.some(isError));
    const next = nextSteps(scope, causesOf(found), []);

    printScope(out, scope);
    if (created.length > 0) out.title(isDryRun ? 'Would create' : 'Created');
    for (const name of created) {
      out.line(`  ${out.paint.green(out.symbols.make)} ${out.path(name)}`);
    }
    printProblems(out, shown);
    out.line();
    if (isOk) {
      const warnings = shown.length === 0 ? '' : `; ${tally(causesOf(shown))}`;
      const what = isDryRun ? 'dry run: nothing was changed' : `done: ${better(reports, created)}`;
      out.verdict('ok', what + warnings);
    } else {
      out.verdict('bad', `${tally(causesOf(shown))}; existing files were left alone`);
    }
    if (!isOk || isDryRun) printSteps(out, next);
    return {
      exitCode: isOk ? EXIT.done : EXIT.problems,
      body: {
        dryRun: isDryRun,
        homes: reports,
        ...(isDryRun ? { wouldCreate: created } : { created }),
        problems: shown,
        next,
      },
    };
  },
});

function better(reports: readonly AccountReport[], created: readonly string[]): string {
  if (created.length === 0) return 'nothing was missing';
  const what = `${count(created.length, 'link or directory', 'links and directories')} created`;
  return reports.length < 2 ? what : `${what}; ${reports.length} homes share their sessions`;
}

async function reportsOn(
  scope: Scope,
  isDryRun: boolean,
): Promise<readonly (AccountReport | InspectionReport)[]> {
  const [homes, { required }] = [homesToLink(scope), scope];
  if (isDryRun) return await inspectAll(homes, { required });
  return await validateAll(homes, { required }).catch((error: unknown) => {
    // Bad arguments have no reports.
    if (isSharedStateError(error) && error.reports.length > 0) return error.reports;
    throw error;
  });
}

function isToBeCreated({ severity, remedy }: AnyProblem): boolean {
  return severity === 'error' && remedy === 'ensure';
}
