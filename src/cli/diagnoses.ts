import { diagnoseResume, type ResumeDiagnosis } from '../sessions/index.ts';
import { join } from '../core/paths.ts';
import type { ResumeChoices } from './request.ts';
import type { Io } from './io.ts';
import { absolutePath, type Setting } from './setting.ts';

/** Whether a session can be resumed under one home. */
export interface HomeDiagnosis extends ResumeDiagnosis {
  readonly accountHome: string;
  /** The working directory that was asked about. */
  readonly cwd: string;
}

/** Looks under the home that is named, or under each. */
export async function diagnoseAll(
  io: Pick<Io, 'cwd' | 'home'>,
  { homes, required }: Setting,
  sessionId: string,
  choices: ResumeChoices,
  cwd: string,
): Promise<readonly HomeDiagnosis[]> {
  const { under, claudeVersion } = choices;
  const accountHomes = [...new Set(homes)];
  const asked = under === undefined ? accountHomes : [absolutePath(under, io)];
  const diagnoses: HomeDiagnosis[] = [];
  for (const accountHome of asked) {
    const diagnosis = await diagnoseResume(sessionId, {
      accountHome,
      accountHomes,
      cwd,
      required,
      programVersion: claudeVersion,
      defaultAccountHome: defaultHomeOf(io),
    });
    diagnoses.push({ accountHome, cwd, ...diagnosis });
  }
  return diagnoses;
}

/** The home that Claude Code uses where `CLAUDE_CONFIG_DIR` is unset. */
export function defaultHomeOf({ home }: Pick<Io, 'home'>): string {
  return join(home, '.claude');
}

/** The working directory that the session names itself, where it was found. */
export function recordedCwd({ transcript, problems }: ResumeDiagnosis): string | undefined {
  const told = problems.flatMap((problem) =>
    problem.code === 'wrong-working-directory' ? [problem.recordedCwd] : [],
  );
  return transcript?.content.cwd ?? told.find((cwd) => cwd !== undefined);
}
