import {
  diagnoseResume,
  type Environment,
  projectKey,
  type ResumeDiagnosis,
  type ResumeUUID,
} from '../sessions/index.ts';
import { type CliContext, textOption, type ValuesOf } from './command.ts';
import { directoriesWhere } from './files.ts';
import { inTurn } from './lists.ts';
import { absolutePath, accountFor } from './scope.ts';
import { isTypeable } from './ui/steps.ts';

/** The options of the commands that look at a session under some home. */
export const resumeOptions = {
  account: textOption('--account <home>', 'the account home to resume under'),
  under: textOption('--under <home>', 'the same as --account').hideHelp().conflicts('account'),
  cwd: textOption(
    '--cwd <directory>',
    'the directory to resume in (default: where the session ran)',
  ),
  claudeVersion: textOption(
    '--claude-version <version>',
    'the version of Claude Code (default: every supported one)',
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

/** Whether any home has a transcript of the session. */
export function isFound(diagnoses: readonly HomeDiagnosis[]): boolean {
  return diagnoses.some(({ transcript }) => transcript !== undefined);
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
  const diagnoseIn = (directory: string) =>
    inTurn(homes, async (accountHome): Promise<HomeDiagnosis> => {
      const diagnosis = await diagnoseResume(sessionId, {
        accountHome,
        accountHomes: scope.homes,
        cwd: directory,
        required: scope.required,
        programVersion: claudeVersion,
        environment,
        defaultAccountHome: defaultHomeIn(io.home),
      });
      return { accountHome, cwd: directory, ...diagnosis };
    });
  const first = await diagnoseIn(cwd === undefined ? io.cwd : absolutePath(cwd, io));
  if (cwd !== undefined) return first;
  const [recorded = (await directoryNow(first)) ?? io.cwd] = first.flatMap(usableCwd);
  if (recorded === io.cwd) return first;
  const own = await diagnoseIn(recorded);
  const isGone = own.some(({ problems }) =>
    problems.some(({ code }) => code === 'working-directory-unusable'),
  );
  return own.map((diagnosis, index) => {
    const { [index]: here = diagnosis } = first;
    return isGone || (isAble(here) && !isAble(diagnosis)) ? here : diagnosis;
  });
}

/** The only directory with the project key of the transcript, where that is not the recorded one: after a move, say. */
async function directoryNow(diagnoses: readonly HomeDiagnosis[]): Promise<string | undefined> {
  const [key] = diagnoses.flatMap(({ transcript }) => transcript?.projectKey ?? []);
  if (key === undefined) return undefined;
  const [directory, ...others] = await directoriesWhere(
    (path) => projectKey(path) === key,
    (path) => key.startsWith(`${projectKey(path)}-`),
  );
  return others.length === 0 && isTypeable(directory ?? '') ? directory : undefined;
}

/** The directory that the session recorded, if its transcript belongs there, and a command can name it: it is data. */
function usableCwd({ recordedCwd = '', transcript }: HomeDiagnosis): readonly string[] {
  if (!recordedCwd.startsWith('/') || !isTypeable(recordedCwd)) return [];
  const own = projectKey(recordedCwd);
  return (transcript?.projectKey ?? own) === own ? [recordedCwd] : [];
}
