import {
  archive as archiveShared,
  type ArchiveReport,
  unarchive as unarchiveSession,
  type UnarchiveReport,
} from '../migrate/index.ts';
import { exitCodeOf, isOver, tellOutcome, watched } from './acting.ts';
import { count } from './amounts.ts';
import type { Context, Result } from './context.ts';
import { printSteps, type Step } from './next-steps.ts';
import { printProblems } from './print-problems.ts';
import { printShared } from './print-setting.ts';
import type { ArchiveChoices } from './request.ts';
import { sessionIdFrom } from './session-argument.ts';
import { absolutePath, commandLine } from './setting.ts';
import { asData } from './wording.ts';

/** Adds the shared transcripts to the archive. */
export async function archive(context: Context, choices: ArchiveChoices): Promise<Result> {
  const { io, setting, page } = context;
  const { options, flags } = settingsFor(context, choices);
  printShared(page, setting);
  const report: ArchiveReport = await watched(context, (watch) =>
    archiveShared({ ...options, ...watch }),
  );
  const { outcome, archive: path, added, unchanged, problems } = report;
  page.line();
  page.line(`  ${page.path(path)}`);
  page.words(
    `${count(added, 'transcript')} added or updated, ${count(unchanged, 'transcript')} unchanged`,
    4,
  );
  printProblems(page, problems);
  const again = commandLine(io.env, setting, ['archive', ...flags]);
  tellOutcome(context, outcome, again);
  const next =
    isOver(outcome) || outcome === 'refused'
      ? []
      : [{ command: again, purpose: 'try again, or complete it' }];
  return {
    exitCode: exitCodeOf(outcome),
    body: { outcome, archive: path, added, unchanged, problems: problems.map(asData), next },
  };
}

/** Brings one session back from the archive. */
export async function unarchive(
  context: Context,
  sessionText: string,
  choices: ArchiveChoices,
): Promise<Result> {
  const { io, setting, page } = context;
  const sessionId = sessionIdFrom(sessionText);
  const { options, flags } = settingsFor(context, choices);
  printShared(page, setting);
  const report: UnarchiveReport = await watched(context, (watch) =>
    unarchiveSession(sessionId, { ...options, ...watch }),
  );
  const { outcome, path, problems } = report;
  if (path !== undefined) {
    page.line();
    page.line(`  ${page.path(path)}`);
  }
  printProblems(page, problems);
  const again = commandLine(io.env, setting, ['unarchive', sessionId, ...flags]);
  tellOutcome(context, outcome, again);
  const next = stepsAfter(context, report, again);
  if (isOver(outcome)) printSteps(page, next);
  return {
    exitCode: exitCodeOf(outcome),
    body: {
      outcome,
      sessionId,
      ...(path === undefined ? {} : { path }),
      problems: problems.map(asData),
      next,
    },
  };
}

function stepsAfter(
  { io: { env }, setting }: Context,
  { outcome, sessionId }: UnarchiveReport,
  again: string,
): readonly Step[] {
  if (isOver(outcome)) {
    const command = commandLine(env, setting, ['resume', sessionId]);
    return [{ command, purpose: 'print the command that resumes it' }];
  }
  return outcome === 'refused' ? [] : [{ command: again, purpose: 'try again, or complete it' }];
}

function settingsFor({ io, setting: { required } }: Context, { archive: given }: ArchiveChoices) {
  if (given === undefined) return { options: { required }, flags: [] };
  const path = absolutePath(given, io);
  return { options: { required, archive: path }, flags: ['--archive', path] };
}
