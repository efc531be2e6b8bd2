import { sep } from 'node:path';
import { archive as archiveShared, unarchive as unarchiveSession } from '../../migrate/index.ts';
import { listSessions } from '../../sessions/index.ts';
import { exitCodeOf, isOver, printOutcome, watched } from '../act.ts';
import { asData } from '../causes.ts';
import { type CliContext, defineCommand, textOption } from '../command.ts';
import { last, sessionFor } from '../ids.ts';
import { absolutePath, commandLine } from '../scope.ts';
import { count } from '../ui/amounts.ts';
import { printProblems } from '../ui/problems.ts';
import { printShared } from '../ui/scope.ts';
import { printSteps } from '../ui/steps.ts';

const archiveOption = textOption(
  '--archive <directory>',
  'the archive; by default .claude-shared-state/archive under the shared root',
);
const AGAIN = 'try again, or complete it';

export const archive = defineCommand({
  name: 'archive',
  summary: 'keep shared transcripts beyond their retention period',
  description:
    'Adds the shared transcripts to an archive that Claude Code never cleans up. They are linked, not copied, so this is cheap enough to run daily.',
  options: { archive: archiveOption },
  needsHomes: () => false,
  async run(context, values) {
    const { io, scope, out } = context;
    const { options, flags } = optionsFor(context, values.archive);
    printShared(out, scope);
    const report = await watched(context, (watch) => archiveShared({ ...options, ...watch }));
    const { outcome, archive: place, added, unchanged } = report;
    out.line();
    out.line(`  ${out.path(place)}`);
    out.words(
      `${count(added, 'transcript')} added or updated, ${count(unchanged, 'transcript')} unchanged`,
      4,
    );
    printProblems(out, report.problems);
    const again = commandLine(io.env, scope, ['archive', ...flags]);
    const kept = count(added + unchanged, 'conversation');
    printOutcome(
      context,
      outcome,
      again,
      `${kept} ${added + unchanged === 1 ? 'is' : 'are'} safe from clean-up`,
    );
    const next =
      isOver(outcome) || outcome === 'refused' ? [] : [{ command: again, purpose: AGAIN }];
    const problems = report.problems.map(asData);
    return {
      exitCode: exitCodeOf(outcome),
      body: { outcome, archive: place, added, unchanged, problems, next },
    };
  },
});

export const unarchive = defineCommand({
  name: 'unarchive',
  summary: 'bring a session back from the archive',
  description:
    'Brings the transcript of one session back to its project, with a fresh time. It refuses if a different transcript of the session is there.',
  arguments: '[session-id]',
  options: { archive: archiveOption, last },
  needsHomes: () => false,
  async run(context, values, words) {
    const { io, scope, out } = context;
    const { options, flags } = optionsFor(context, values.archive);
    const sessionId = await sessionFor(context, words, values.last, () =>
      archivedSessions(context, values.archive),
    );
    printShared(out, scope);
    const report = await watched(context, (watch) =>
      unarchiveSession(sessionId, { ...options, ...watch }),
    );
    const { outcome } = report;
    if (report.path !== undefined) {
      out.line();
      out.line(`  ${out.path(report.path)}`);
    }
    printProblems(out, report.problems);
    const again = commandLine(io.env, scope, ['unarchive', sessionId, ...flags]);
    printOutcome(context, outcome, again, 'the session can be resumed again');
    const resume = commandLine(io.env, scope, ['resume', sessionId]);
    const next = isOver(outcome)
      ? [{ command: resume, purpose: 'print the command that resumes it' }]
      : outcome === 'refused'
        ? []
        : [{ command: again, purpose: AGAIN }];
    if (isOver(outcome)) printSteps(out, next);
    const problems = report.problems.map(asData);
    const where = report.path === undefined ? {} : { path: report.path };
    return {
      exitCode: exitCodeOf(outcome),
      body: { outcome, sessionId, ...where, problems, next },
    };
  },
});

function optionsFor({ io, scope: { required } }: CliContext, given: string | undefined) {
  if (given === undefined) return { options: { required }, flags: [] };
  const archive = absolutePath(given, io);
  return { options: { required, archive }, flags: ['--archive', archive] };
}

async function archivedSessions({ io, scope }: CliContext, given: string | undefined) {
  const [shared] = scope.required.flatMap(({ name, target }) =>
    name === 'projects' ? [target] : [],
  );
  const root = (shared ?? io.home).split(sep).slice(0, -1).join(sep);
  const archive =
    given === undefined ? `${root}/.claude-shared-state/archive` : absolutePath(given, io);
  return await listSessions([], {
    required: [{ name: 'projects', target: `${archive}/projects` }],
  });
}
