import {
  diagnoseResume,
  type Environment,
  projectKey,
  type ResumeDiagnosis,
  type ResumeUUID,
} from '../sessions/index.ts';
import { type CliContext, textOption, type ValuesOf } from './command.ts';
import { absolutePath, accountFor } from './scope.ts';
import { isTypeable } from './ui/shell.ts';

/** The options of the commands that look at a session under some home. */
export const resumeOptions = {
  account: textOption('--account <home>', 'the account home to resume under'),
  under: textOption('--under <home>', 'the same as --account').hideHelp().conflicts('account'),
  cwd: textOption(
    '--cwd <directory>',
    'the directory to resume in; by default where the session ran',
  ),
  claudeVersion: textOption(
    '--claude-version <version>',
    'of Claude Code; by default every supported one',
  ),
};

/** Whether a session can be resumed under one home. */
export interface HomeDiagnosis extends ResumeDiagnosis {
  readonly accountHome: string;
  /** The working directory that it is about. */
  readonly cwd: string;
}

export function isAble({ verdict }: HomeDiagnosis): boolean {
  return verdict !== 'not-resumable';
}

/** The home that Claude Code uses without `CLAUDE_CONFIG_DIR`. */
export const defaultHomeIn = (home: string): string => `${home}/.claude`;

/**
 * Looks under the home that is named, or under each.
 *
 * In the directory that was named, otherwise in the one that the session recorded, unless that is gone, and only the
 * current one is of use.
 */
export async function diagnoseAll(
  { io, scope }: CliContext,
  sessionId: ResumeUUID,
  { account, under = account, cwd, claudeVersion }: ValuesOf<typeof resumeOptions>,
  environment?: Environment,
): Promise<readonly HomeDiagnosis[]> {
  const homes = under === undefined ? scope.homes : [await accountFor(under, scope, io)];
  const diagnoseIn = async (directory: string) => {
    const diagnoses: HomeDiagnosis[] = [];
    for (const accountHome of homes) {
      const diagnosis = await diagnoseResume(sessionId, {
        accountHome,
        accountHomes: scope.homes,
        cwd: directory,
        required: scope.required,
        programVersion: claudeVersion,
        environment,
        defaultAccountHome: defaultHomeIn(io.home),
      });
      diagnoses.push({ accountHome, cwd: directory, ...diagnosis });
    }
    return diagnoses;
  };
  const here = cwd === undefined ? io.cwd : absolutePath(cwd, io);
  const first = await diagnoseIn(here);
  const recorded = cwd === undefined ? usableCwd(first) : undefined;
  if (recorded === undefined || recorded === here) return first;
  const own = await diagnoseIn(recorded);
  const isGone = own.some(({ problems }) =>
    problems.some(({ code }) => code === 'working-directory-unusable'),
  );
  return own.map((diagnosis, index) => {
    const here = first[index];
    const isBetter = here?.verdict !== 'not-resumable' && diagnosis.verdict === 'not-resumable';
    return here !== undefined && (isBetter || isGone) ? here : diagnosis;
  });
}

/** The working directory that the session recorded, if its transcript was found. */
export function recordedCwd({ transcript, problems }: ResumeDiagnosis): string | undefined {
  const named = problems.flatMap((problem) =>
    problem.code === 'wrong-working-directory' ? [problem.recordedCwd] : [],
  );
  return transcript?.content.cwd ?? named.find((cwd) => cwd !== undefined);
}

/** The same, if the transcript belongs to that directory, and a command can name it: it is data. */
function usableCwd(diagnoses: readonly HomeDiagnosis[]): string | undefined {
  return diagnoses
    .map((diagnosis) => {
      const cwd = recordedCwd(diagnosis);
      if (cwd === undefined || !cwd.startsWith('/') || !isTypeable(cwd)) return undefined;
      const key = diagnosis.transcript?.projectKey;
      return key === undefined || key === projectKey(cwd) ? cwd : undefined;
    })
    .find((cwd) => cwd !== undefined);
}
