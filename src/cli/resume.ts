import { projectKey, resumeCommand } from '../sessions/index.ts';
import { isTypeable } from '../sessions/shell-quote.ts';
import type { ResumeChoices } from './request.ts';
import type { Context, Result } from './context.ts';
import { defaultHomeOf, diagnoseAll, type HomeDiagnosis, recordedCwd } from './diagnoses.ts';
import { EXIT } from './exit-codes.ts';
import { printProblems } from './print-problems.ts';
import { sessionIdFrom } from './session-argument.ts';
import { absolutePath, commandLine } from './setting.ts';
import { whileLooking } from './waiting.ts';
import { asData } from './wording.ts';

/** Prints the command that resumes a session, alone on the standard output, if it can be resumed. */
export async function resume(
  context: Context,
  sessionText: string,
  choices: ResumeChoices,
): Promise<Result> {
  const { io, setting, page, notes, isJson } = context;
  const sessionId = sessionIdFrom(sessionText);
  const looking = findWay(context, sessionId, choices);
  const { chosen, others } = await whileLooking(notes, 'looking for the session', looking);
  const { accountHome, cwd, verdict, problems } = chosen;
  const told = problems.map(asData);
  const head = { sessionId, accountHome, cwd, verdict, problems: told };
  const { paint, symbols } = notes;
  if (verdict === 'not-resumable') {
    if (!isJson) {
      const where = `under ${notes.path(accountHome)}`;
      notes.words(paint.red(`${symbols.bad} not resumable ${where}`), 0, 2);
      printProblems(notes, problems);
    }
    const command = commandLine(io.env, setting, ['why', sessionId]);
    const next = [{ command, purpose: 'the same for every home' }];
    if (!isJson && others.length > 0) notes.command(command, 2);
    return { exitCode: EXIT.problems, body: { ...head, next } };
  }
  const command = resumeCommand(sessionId, {
    accountHome,
    cwd,
    defaultAccountHome: defaultHomeOf(io),
  });
  page.line(command.shell);
  if (!isJson) {
    notes.words(paint.dim(`# under ${notes.path(accountHome)}${otherwise(others)}`), 0, 2);
    printProblems(notes, problems);
  }
  const next = [{ command: command.shell, purpose: 'resume it' }];
  return { exitCode: EXIT.done, body: { ...head, resume: command, next } };
}

function otherwise(others: readonly HomeDiagnosis[]): string {
  const able = others.filter(({ verdict }) => verdict !== 'not-resumable').length;
  return able === 0 ? '' : `; --under names another one of ${able + 1}`;
}

/** The home and the working directory to resume in: as told, otherwise where it works, and was last. */
async function findWay(
  { io, setting }: Context,
  sessionId: string,
  choices: ResumeChoices,
): Promise<{ readonly chosen: HomeDiagnosis; readonly others: readonly HomeDiagnosis[] }> {
  const here = choices.cwd === undefined ? io.cwd : absolutePath(choices.cwd, io);
  const first = await diagnoseAll(io, setting, sessionId, choices, here);
  const recorded = choices.cwd === undefined ? cwdOf(first) : undefined;
  const all =
    recorded === undefined || recorded === here
      ? first
      : better(await diagnoseAll(io, setting, sessionId, choices, recorded), first);
  const current = io.env['CLAUDE_CONFIG_DIR'];
  const able = all.filter(({ verdict }) => verdict !== 'not-resumable');
  const chosen = able.find(({ accountHome }) => accountHome === current) ?? able[0] ?? all[0];
  // There is at least one home.
  if (chosen === undefined) throw new Error('no account home was looked at');
  return { chosen, others: all.filter((one) => one !== chosen) };
}

/** Where the session itself says that it ran, if its transcript belongs to that directory. */
function cwdOf(diagnoses: readonly HomeDiagnosis[]): string | undefined {
  for (const diagnosis of diagnoses) {
    const cwd = recordedCwd(diagnosis);
    // It is data: a command that could not be typed would be of no use.
    if (cwd === undefined || !isTypeable(cwd)) continue;
    const key = diagnosis.transcript?.projectKey;
    if (key === undefined || key === keyFor(cwd)) return cwd;
  }
  return undefined;
}

function keyFor(cwd: string): string | undefined {
  // It is data from a transcript: it may be no path.
  return cwd.startsWith('/') ? projectKey(cwd) : undefined;
}

/** For each home the diagnosis in its own directory, unless only the other one is good. */
function better(
  own: readonly HomeDiagnosis[],
  here: readonly HomeDiagnosis[],
): readonly HomeDiagnosis[] {
  return own.map((one, index) => {
    const other = here[index];
    if (one.verdict !== 'not-resumable' || other === undefined) return one;
    return other.verdict === 'not-resumable' ? one : other;
  });
}
