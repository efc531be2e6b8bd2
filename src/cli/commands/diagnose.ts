import { inspectAll } from '../../index.ts';
import { type AnyProblem, causesOf, isError } from '../causes.ts';
import { type CliContext, defineCommand } from '../command.ts';
import { diagnoseAll, type HomeDiagnosis, resumeOptions } from '../diagnoses.ts';
import { EXIT } from '../exit.ts';
import { last, sessionFor } from '../ids.ts';
import { nextSteps } from '../next-steps.ts';
import { homesToLink, stepFor } from '../scope.ts';
import { count, moment } from '../ui/amounts.ts';
import { escapeControl, type Output } from '../ui/output.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printScope } from '../ui/scope.ts';
import { printSteps, type NextStep, steps } from '../ui/steps.ts';

export const diagnoseCommand = defineCommand({
  name: 'diagnose',
  aliases: ['why'],
  summary: "explain why a session can or can't be resumed",
  description:
    'Says, for each home or for the one named by --account, whether Claude Code would resume the session, and if not, why not. The beginning of the id is enough.',
  arguments: '[session-id]',
  options: { last, ...resumeOptions },
  async run(context, values, words) {
    const { scope, out, stderr } = context;
    const sessionId = await sessionFor(context, words, values.last);
    const looking = diagnoseAll(context, sessionId, values, context.io.env);
    const diagnoses = await whileWaiting(stderr, 'looking for the session', looking);
    const reports = await inspectAll(homesToLink(scope), { required: scope.required });
    const links = reports.flatMap(({ problems }) => problems.filter(isError));
    const next = stepsAfter(context, sessionId, diagnoses, links);
    const [first] = diagnoses;
    const cwd = first?.cwd ?? context.io.cwd;

    printScope(out, scope);
    out.words(`${out.paint.bold('resuming')} ${sessionId} in ${out.path(cwd)}`, 0, 2);
    for (const diagnosis of diagnoses) printDiagnosis(out, diagnosis, cwd);
    printSteps(out, next);
    const isOk = diagnoses.every(({ verdict }) => verdict !== 'not-resumable');
    return {
      exitCode: isOk ? EXIT.done : EXIT.problems,
      body: { sessionId, cwd, homes: diagnoses, next },
    };
  },
});

function printDiagnosis(out: Output, diagnosis: HomeDiagnosis, commonCwd: string): void {
  const { accountHome, verdict, transcript, problems, cwd } = diagnosis;
  out.line();
  const elsewhere = cwd === commonCwd ? '' : ` in ${out.path(cwd)}`;
  const [sign, words] = verdicts[verdict];
  out.words(`${out.signed(sign, words)}  ${out.path(accountHome)}${elsewhere}`, 0, 2);
  if (transcript !== undefined) {
    out.line(`  ${out.path(transcript.path)}`);
    const { messages, lastTimestamp } = transcript.content;
    const last = lastTimestamp === undefined ? '' : `, the last at ${timeOf(lastTimestamp)}`;
    out.words(out.paint.dim(`${count(messages, 'message')}${last}`), 2, 4);
  }
  printProblems(out, problems);
}

/** It is data: it may be no time. */
function timeOf(timestamp: string): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? escapeControl(timestamp) : moment(date);
}

const verdicts = {
  resumable: ['ok', 'resumable'],
  'resumable-with-warnings': ['warn', 'resumable, with warnings'],
  'not-resumable': ['bad', 'not resumable'],
} as const;

function stepsAfter(
  { scope }: CliContext,
  sessionId: string,
  diagnoses: readonly HomeDiagnosis[],
  links: readonly AnyProblem[],
): readonly NextStep[] {
  const errors = diagnoses.flatMap(({ problems }) => problems.filter(isError));
  const recorded = diagnoses.map(({ recordedCwd }) => recordedCwd).find((cwd) => cwd !== undefined);
  const isElsewhere = errors.some(({ code }) => code === 'wrong-working-directory');
  const able = diagnoses.find(({ verdict }) => verdict !== 'not-resumable');
  const all: NextStep[] = [];
  // What was asked for comes first; repairs can wait until the session goes on.
  if (able !== undefined) {
    const words = ['resume', sessionId, '--account', able.accountHome];
    all.push(stepFor(scope, words, 'print the command that resumes it'));
  }
  if (errors.some(({ code }) => isAboutSharing(code))) {
    all.push(...nextSteps(scope, causesOf(links), []));
  }
  if (isElsewhere && recorded !== undefined) {
    const words = ['diagnose', sessionId, '--cwd', recorded];
    all.push(stepFor(scope, words, 'ask about its own working directory'));
  }
  return steps(all);
}

/** Whether the links of the homes keep the session from being found. */
function isAboutSharing(code: string): boolean {
  return code.startsWith('projects-') || code === 'transcript-not-shared';
}
