import { sep } from 'node:path';
import { resumeCommand, type ResumeUUID } from '../../sessions/index.ts';
import { chooseHome, last, sessionFor, stepToUnarchive } from '../ids.ts';
import { type CliContext, defineCommand, flagOption, type ValuesOf } from '../command.ts';
import {
  defaultHomeIn,
  diagnoseAll,
  type HomeDiagnosis,
  isAble,
  isFound,
  resumeOptions,
} from '../diagnoses.ts';
import { EXIT, UsageError } from '../exit.ts';
import { stepFor } from '../scope.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';
import { printSteps } from '../ui/steps.ts';

const options = {
  run: flagOption('--run', 'run the command instead of printing it'),
  ...resumeOptions,
};

export const resumeSessionCommand = defineCommand({
  name: 'resume',
  summary: 'print the command that resumes a session',
  description:
    'Prints the command that resumes the session, and nothing else on standard output. Runs nothing without --run. The beginning of the id is enough; without one you choose.',
  arguments: '[session-id]',
  options: { last, ...options },
  async run(context, values, words) {
    const sessionId = await sessionFor(context, words, values.last);
    const current = context.io.env['CLAUDE_CONFIG_DIR'];
    return await resume(context, sessionId, values, (all) => {
      const able = all.filter(isAble);
      return able.find(({ accountHome }) => accountHome === current) ?? able[0] ?? all[0];
    });
  },
});

export const pickCommand = defineCommand({
  name: 'pick',
  summary: 'choose a session and an account to resume it',
  description:
    'Shows all sessions, the last one first; type to search for words of a title, a directory or an id. Then choose the account home to resume under. Prints the command that resumes the session, or runs it with --run.',
  options,
  async run(context, values) {
    const sessionId = await sessionFor(context, []);
    return await resume(context, sessionId, values, (all) => chooseHome(context, all));
  },
});

type Home = HomeDiagnosis | undefined;

/** Prints or runs the command that resumes a session under one of the homes. */
async function resume(
  context: CliContext,
  sessionId: ResumeUUID,
  values: ValuesOf<typeof options>,
  choose: (all: readonly HomeDiagnosis[]) => Home | Promise<Home>,
) {
  const { io, scope, out, stderr, isJson } = context;
  const isRun = values.run === true;
  if (isRun && isJson) throw new UsageError('--run and --json exclude each other');
  const looking = diagnoseAll(context, sessionId, values);
  const all = await whileWaiting(stderr, 'looking for the session', looking);
  const able = all.filter(isAble);
  const chosen = await choose(all);
  if (chosen === undefined) throw new Error('no account home was looked at');
  const { accountHome, cwd, verdict, problems } = chosen;
  const head = { sessionId, accountHome, cwd, verdict, problems };
  if (verdict === 'not-resumable') {
    const back = isFound(all) ? [] : await stepToUnarchive(context, sessionId);
    const step = stepFor(scope, ['diagnose', sessionId], 'the same for every home');
    if (!isJson) {
      stderr.verdict('bad', `not resumable under ${stderr.path(accountHome)}`);
      printProblems(stderr, problems);
      if (all.length > 1) stderr.command(step.command);
      printSteps(stderr, back);
    }
    return { exitCode: EXIT.problems, body: { ...head, next: [...back, step] } };
  }
  const defaultAccountHome = defaultHomeIn(io.home);
  const command = resumeCommand(sessionId, { accountHome, cwd, defaultAccountHome });
  const line = (sep === '/' ? undefined : command.powershell) ?? command.shell;
  if (!isRun) out.line(line);
  if (!isJson) {
    const others = able.length > 1 ? `; --account names another one of ${able.length}` : '';
    stderr.words(stderr.paint.dim(`# under ${stderr.path(accountHome)}${others}`), 0, 2);
    printProblems(stderr, problems);
  }
  const next = [{ command: line, purpose: 'resume it' }];
  const hasSucceeded = !isRun || (await io.run(command));
  return {
    exitCode: hasSucceeded ? EXIT.done : EXIT.problems,
    body: { ...head, resume: command, next },
  };
}
