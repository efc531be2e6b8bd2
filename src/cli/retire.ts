import { realMigrateDisk } from '../fs/migrate-fs.ts';
import { type Originals, retireOriginals, type RetireReport } from '../migrate/index.ts';
import { type SurveyedRetirement, surveyRetirement } from '../migrate/retire/survey-retire.ts';
import {
  decide,
  exitCodeOf,
  exitCodeOfDecision,
  tellNotDone,
  tellOutcome,
  watched,
} from './acting.ts';
import { count, grouped } from './amounts.ts';
import type { RetireChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { printSteps, type Step } from './next-steps.ts';
import { listAll, printOriginals } from './originals.ts';
import { orProblem } from './or-problem.ts';
import { printProblems, tally } from './print-problems.ts';
import { absolutePath, commandLine } from './setting.ts';
import { UsageError } from './usage-error.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Shows the originals, asks, and removes what is proved to be shared. */
export async function retire(
  context: Context,
  given: readonly string[],
  choices: RetireChoices,
): Promise<Result> {
  const { io, setting, page, notes } = context;
  if (given.length > 0 === (choices.all === true)) {
    throw new UsageError('name the originals to remove, or all of them with --all');
  }
  const named = [...new Set(given.map((path) => absolutePath(path, io)))];
  const looking = look(setting.homes, choices.all === true ? undefined : named);
  const { paths, plan, problems } = await whileLooking(notes, 'counting the originals', looking);
  const words = ['retire', ...(choices.all === true ? ['--all'] : paths), ...discards(choices)];
  const body = { plan, problems: problems.map(asData) };

  page.title('Plan: remove these originals');
  for (const one of plan) printOriginals(page, one);
  printProblems(page, problems);
  page.line();
  const { paint, symbols } = page;
  if (problems.some(({ severity }) => severity === 'error')) {
    page.words(paint.red(`${symbols.bad} refused: ${tally(problems)}; nothing was changed`), 0, 2);
    return {
      exitCode: EXIT.problems,
      body: { ...body, outcome: 'refused', reports: [], next: [] },
    };
  }
  if (paths.length === 0) {
    page.line(paint.green(`${symbols.ok} nothing to remove`));
    return { exitCode: EXIT.done, body: { ...body, outcome: 'done', reports: [], next: [] } };
  }
  page.words(
    'Removed is only what is proved, byte for byte, to be in the shared place; the rest is named, and stays. After that there is no way back.',
    0,
  );
  const question = `Remove ${count(paths.length, 'directory', 'directories')} of originals?`;
  const decision = await decide(context, choices, question);
  if (decision !== 'go') {
    const command = commandLine(io.env, setting, [...words, '--yes']);
    tellNotDone(context, decision, command);
    const next = decision === 'declined' ? [] : [{ command, purpose: 'do it without asking' }];
    const exitCode = exitCodeOfDecision(decision);
    return { exitCode, body: { ...body, outcome: decision, reports: [], next } };
  }
  const reports = await removeAll(context, paths, choices.discard ?? []);
  const outcome = reports.find(({ ok }) => !ok)?.outcome ?? 'done';
  for (const report of reports) printReport(context, report);
  tellOutcome(context, outcome, commandLine(io.env, setting, words));
  const next = reports.flatMap((report) => discardStep(context, report));
  printSteps(page, next);
  const told = reports.map((report) => ({ ...report, problems: report.problems.map(asData) }));
  return { exitCode: exitCodeOf(outcome), body: { ...body, outcome, reports: told, next } };
}

/** What is to be removed, and what stands against it; all that can be removed unless some are named. */
async function look(homes: readonly string[], named: readonly string[] | undefined) {
  const all = named === undefined ? await listAll(homes) : { found: [], problems: [] };
  const paths = named ?? removable(all.found);
  const surveys = await Promise.all(paths.map(survey));
  const places = surveys.flatMap(({ realHome }) => (realHome === '' ? [] : [realHome]));
  const listed = await listAll(places);
  const isMeant = ({ path }: Originals) => surveys.some(({ found }) => found?.run.path === path);
  return {
    paths,
    plan: listed.found.filter(isMeant),
    problems: [...all.problems, ...surveys.flatMap((survey) => survey.problems)],
  };
}

async function survey(path: string): Promise<SurveyedRetirement> {
  return await orProblem(surveyRetirement(realMigrateDisk, path), (problem) => {
    return { realHome: '', path, found: undefined, problems: [problem] };
  });
}

function removable(found: readonly Originals[]): readonly string[] {
  return found
    .filter(({ state }) => state === 'sealed' || state === 'retiring')
    .map(({ path }) => path);
}

/** One after the other; the first that does not come to its end is the last. */
async function removeAll(context: Context, paths: readonly string[], discard: readonly string[]) {
  const reports: RetireReport[] = [];
  for (const path of paths) {
    const report = await watched(context, (watch) => retireOriginals(path, { discard, ...watch }));
    reports.push(report);
    if (!report.ok && report.outcome !== 'done-with-leftovers') break;
  }
  return reports;
}

const MOST_SHOWN = 20;

function printReport({ page }: Context, { originals, removed, kept, problems }: RetireReport) {
  page.line();
  page.line(`  ${page.path(originals)}`);
  page.words(`${count(removed, 'file')} removed`, 4);
  if (kept.length > 0) page.words(`${count(kept.length, 'file')} only there, and kept:`, 4, 6);
  for (const path of kept.slice(0, MOST_SHOWN)) page.line(`      ${page.path(path)}`);
  if (kept.length > MOST_SHOWN) page.line(`      and ${grouped(kept.length - MOST_SHOWN)} more`);
  printProblems(page, problems);
}

/** Only where few were kept: the others are to be looked at one by one. */
function discardStep({ io, setting }: Context, { originals, kept }: RetireReport): readonly Step[] {
  if (kept.length === 0 || kept.length > 5) return [];
  const words = ['retire', originals, ...kept.flatMap((path) => ['--discard', path])];
  return [
    {
      command: commandLine(io.env, setting, words),
      purpose: 'once you have looked at them: remove these, too',
    },
  ];
}

function discards({ discard = [] }: RetireChoices): readonly string[] {
  return discard.flatMap((path) => ['--discard', path]);
}
