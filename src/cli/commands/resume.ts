import { sep } from 'node:path';
import { resumeCommand } from '../../sessions/index.ts';
import { asData } from '../causes.ts';
import { defineCommand } from '../command.ts';
import { defaultHomeIn, diagnoseAll, resumeOptions } from '../diagnoses.ts';
import { EXIT } from '../exit.ts';
import { last, sessionFor } from '../ids.ts';
import { stepFor } from '../scope.ts';
import { printProblems } from '../ui/problems.ts';
import { whileWaiting } from '../ui/progress.ts';

export const resumeSessionCommand = defineCommand({
  name: 'resume',
  summary: 'print the command that resumes a session',
  description:
    'Prints the command that resumes the session, and nothing else on standard output. Runs nothing. The beginning of the id is enough.',
  arguments: '[session-id]',
  options: { last, ...resumeOptions },
  async run(context, values, words) {
    const { io, scope, out, stderr, isJson } = context;
    const sessionId = await sessionFor(context, words, values.last);
    const looking = diagnoseAll(context, sessionId, values);
    const all = await whileWaiting(stderr, 'looking for the session', looking);
    const able = all.filter(({ verdict }) => verdict !== 'not-resumable');
    const current = io.env['CLAUDE_CONFIG_DIR'];
    const chosen = able.find(({ accountHome }) => accountHome === current) ?? able[0] ?? all[0];
    if (chosen === undefined) throw new Error('no account home was looked at');
    const { accountHome, cwd, verdict, problems } = chosen;
    const head = { sessionId, accountHome, cwd, verdict, problems: problems.map(asData) };
    if (verdict === 'not-resumable') {
      const step = stepFor(scope, ['diagnose', sessionId], 'the same for every home');
      if (!isJson) {
        stderr.verdict('bad', `not resumable under ${stderr.path(accountHome)}`);
        printProblems(stderr, problems);
        if (all.length > 1) stderr.command(step.command);
      }
      return { exitCode: EXIT.problems, body: { ...head, next: [step] } };
    }
    const defaultAccountHome = defaultHomeIn(io.home);
    const command = resumeCommand(sessionId, { accountHome, cwd, defaultAccountHome });
    const line = (sep === '/' ? undefined : command.powershell) ?? command.shell;
    out.line(line);
    if (!isJson) {
      const others = able.length > 1 ? `; --account names another one of ${able.length}` : '';
      stderr.words(stderr.paint.dim(`# under ${stderr.path(accountHome)}${others}`), 0, 2);
      printProblems(stderr, problems);
    }
    const next = [{ command: line, purpose: 'resume it' }];
    return { exitCode: EXIT.done, body: { ...head, resume: command, next } };
  },
});
