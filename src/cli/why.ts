import { inspectAll, type Problem } from '../index.ts';
import { escapeControl } from '../core/paths.ts';
import { isTypeable } from '../sessions/shell-quote.ts';
import { count } from './amounts.ts';
import type { ResumeChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { diagnoseAll, type HomeDiagnosis, recordedCwd } from './diagnoses.ts';
import { EXIT } from './exit-codes.ts';
import { nextSteps, printSteps, type Step } from './next-steps.ts';
import { printProblems } from './print-problems.ts';
import { printSetting } from './print-setting.ts';
import { sessionIdFrom } from './session-argument.ts';
import { absolutePath, commandLine } from './setting.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Says under which homes a session can be resumed, and why not under the others. */
export async function why(
  context: Context,
  sessionText: string,
  choices: ResumeChoices,
): Promise<Result> {
  const { io, setting, page, notes } = context;
  const sessionId = sessionIdFrom(sessionText);
  const cwd = choices.cwd === undefined ? io.cwd : absolutePath(choices.cwd, io);
  const looking = diagnoseAll(io, setting, sessionId, choices, cwd);
  const diagnoses = await whileLooking(notes, 'looking for the session', looking);
  const reports = await inspectAll(setting.homes, { required: setting.required });
  const links = reports.flatMap(({ problems }) => problems.filter(isError));
  const next = stepsAfter(context, sessionId, diagnoses, links);

  printSetting(page, setting);
  page.words(`${page.paint.bold('resuming in')} ${page.path(cwd)}`, 0, 2);
  for (const diagnosis of diagnoses) printDiagnosis(context, diagnosis);
  printSteps(page, next);
  const isOk = diagnoses.every(({ verdict }) => verdict !== 'not-resumable');
  return {
    exitCode: isOk ? EXIT.done : EXIT.problems,
    body: {
      sessionId,
      cwd,
      homes: diagnoses.map(({ accountHome, verdict, transcript, problems }) => ({
        accountHome,
        verdict,
        ...(transcript === undefined ? {} : { transcript }),
        problems: problems.map(asData),
      })),
      next,
    },
  };
}

function printDiagnosis({ page }: Context, diagnosis: HomeDiagnosis): void {
  const { accountHome, verdict, transcript, problems } = diagnosis;
  page.line();
  page.words(`${verdictInWords(page, verdict)}  ${page.path(accountHome)}`, 0, 2);
  if (transcript !== undefined) {
    page.line(`  ${page.path(transcript.path)}`);
    const { messages, lastTimestamp } = transcript.content;
    const last = lastTimestamp === undefined ? '' : `, the last of ${escapeControl(lastTimestamp)}`;
    page.words(page.paint.dim(`${count(messages, 'message')}${last}`), 2, 4);
  }
  printProblems(page, problems);
}

function verdictInWords(
  { paint, symbols }: Context['page'],
  verdict: HomeDiagnosis['verdict'],
): string {
  switch (verdict) {
    case 'resumable':
      return paint.green(`${symbols.ok} resumable`);
    case 'resumable-with-warnings':
      return paint.yellow(`${symbols.warn} resumable, with warnings`);
    case 'not-resumable':
      return paint.red(`${symbols.bad} not resumable`);
    default:
      return verdict satisfies never;
  }
}

function stepsAfter(
  { io: { env }, setting }: Context,
  sessionId: string,
  diagnoses: readonly HomeDiagnosis[],
  links: readonly Problem[],
): readonly Step[] {
  const errors = diagnoses.flatMap(({ problems }) => problems.filter(isError));
  const at = diagnoses.map(recordedCwd).find((cwd) => cwd !== undefined);
  const isElsewhere = errors.some(({ code }) => code === 'wrong-working-directory');
  const helped = diagnoses.find(({ verdict }) => verdict !== 'not-resumable');
  const resume = (home: string) => ['resume', sessionId, '--under', home];
  return [
    // What was asked for comes first; the repairs can wait until the session goes on.
    ...(helped === undefined
      ? []
      : [
          {
            command: commandLine(env, setting, resume(helped.accountHome)),
            purpose: 'print the command that resumes it',
          },
        ]),
    ...(errors.some(({ code }) => isAboutSharing(code)) ? nextSteps(env, setting, links, []) : []),
    ...(isElsewhere && at !== undefined
      ? [
          {
            command: commandLine(env, setting, ['why', sessionId, '--cwd', at]),
            purpose: 'ask about its own working directory',
          },
        ]
      : []),
  ].filter(({ command }) => isTypeable(command));
}

function isError({ severity }: Pick<Problem, 'severity'>): boolean {
  return severity === 'error';
}

/** Whether the links of the homes keep the session from being found. */
function isAboutSharing(code: string): boolean {
  return code.startsWith('projects-') || code === 'transcript-not-shared';
}
