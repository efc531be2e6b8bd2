import { locateTranscripts, type Transcript } from '../../sessions/index.ts';
import { isError } from '../causes.ts';
import { type CliContext, defineCommand, flagsOf } from '../command.ts';
import { diagnoseAll, type HomeDiagnosis, isAble, isFound, resumeOptions } from '../diagnoses.ts';
import { EXIT } from '../exit.ts';
import { last, sessionFor, stepToUnarchive } from '../ids.ts';
import { present } from '../lists.ts';
import { stepFor } from '../scope.ts';
import { bytes, count, moment } from '../ui/amounts.ts';
import type { Output } from '../ui/output.ts';
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
    const back = isFound(diagnoses) ? [] : await stepToUnarchive(context, sessionId);
    const next = steps([...back, ...stepsAfter(context, sessionId, diagnoses, values.cwd)]);
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
    const last =
      lastTimestamp === undefined ? '' : `, the last at ${moment(new Date(lastTimestamp))}`;
    out.words(out.paint.dim(`${count(messages, 'message')}${last}`), 2, 4);
  }
  printProblems(out, problems);
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
  cwd: string | undefined,
): readonly NextStep[] {
  const errors = diagnoses.flatMap(({ problems }) => problems.filter(isError));
  const isRunning = diagnoses.some(({ problems }) =>
    problems.some(({ code }) => code === 'session-running'),
  );
  const able = isRunning ? undefined : diagnoses.find(isAble);
  const all: NextStep[] = [];
  // What was asked for comes first; repairs can wait until the session goes on.
  if (able !== undefined) {
    const words = ['resume', sessionId, ...flagsOf({ account: able.accountHome, cwd })];
    all.push(stepFor(scope, words, 'print the command that resumes it'));
  }
  if (errors.some(({ code }) => isAboutSharing(code))) {
    all.push(stepFor(scope, ['doctor'], 'see how to share it'));
  }
  return all;
}

/** Whether the links of the homes keep the session from being found. */
function isAboutSharing(code: string): boolean {
  return code.startsWith('projects-') || code === 'transcript-not-shared';
}

export const locateCommand = defineCommand({
  name: 'locate',
  aliases: ['where'],
  summary: 'find the transcripts of a session',
  description:
    'Lists every file that is a transcript of the session, in all homes and in the shared directories. The beginning of the id is enough.',
  arguments: '[session-id]',
  options: { last },
  async run(context, values, words) {
    const { io, scope, out, stderr } = context;
    const sessionId = await sessionFor(context, words, values.last);
    const { homes, required } = scope;
    const { transcripts, unreadable } = await whileWaiting(
      stderr,
      'searching all projects',
      locateTranscripts(sessionId, { accountHomes: homes, required, cwd: io.cwd }),
    );
    const { paint } = out;
    const isThere = transcripts.length > 0;
    const next = isThere
      ? [stepFor(scope, ['diagnose', sessionId], 'can it be resumed?')]
      : await stepToUnarchive(context, sessionId);

    printScope(out, scope);
    out.line();
    if (isThere) out.line(paint.bold(count(transcripts.length, 'transcript')));
    else out.verdict('bad', `no transcript of ${sessionId}`);
    for (const one of transcripts) printTranscript(out, one);
    if (unreadable.length > 0) out.title('Unreadable, so it may be in there');
    for (const one of unreadable)
      out.remarked(`  ${out.path(one.path)}`, paint.yellow(one.errno), 4);
    if (transcripts.length > 1) {
      out.line();
      out.verdict('warn', 'several transcripts: each may have turns that the others lack');
    }
    printSteps(out, next);
    return {
      exitCode: isThere ? EXIT.done : EXIT.problems,
      body: { sessionId, transcripts, unreadable, next },
    };
  },
});

function printTranscript(out: Output, { kind, size, modifiedAt, paths }: Transcript): void {
  const what =
    kind === 'file'
      ? bytes(size)
      : `not a file but a ${kind === 'other' ? 'FIFO, socket or device' : kind}`;
  out.line();
  out.words(out.paint.dim(`${what}, last written ${moment(modifiedAt)}`), 2, 4);
  for (const { path, accountHome, isLink, isInLinkedDirectory } of paths) {
    const remarks = present(
      accountHome === undefined && 'shared',
      isLink && 'a link',
      isInLinkedDirectory && 'in a linked directory',
    );
    out.remarked(`  ${out.symbols.bullet} ${out.path(path)}`, out.paint.dim(remarks.join(', ')), 6);
  }
}
