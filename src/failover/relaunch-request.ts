import type { ArgumentCheck } from '../core/arguments.ts';
import { RequiredShared } from '../links/required.ts';
import { checkRequired } from '../links/request.ts';
import { ownDefaultHome } from '../sessions/program.ts';
import { isProgramVersion } from '../sessions/program.ts';
import { resumeCommand } from '../sessions/resume-command.ts';
import { parseResumeUUID } from '../sessions/resume-uuid.ts';
import type { DiagnoseOptions } from '../sessions/diagnose-resume.ts';
import type { FailoverSession, ResumeWith } from './failover-session.ts';
import type { RelaunchOptions } from './options.ts';
import { checkFailover, checkMilliseconds, type FailoverTools } from './request.ts';

/** How sessions are to be started again. */
export interface Relaunching extends Pick<
  DiagnoseOptions,
  'accountHomes' | 'required' | 'programVersion' | 'defaultAccountHome'
> {
  readonly targetHome: string;
  readonly resume: ResumeWith;
  readonly timeoutMs: number;
}

/** The options that say how sessions are started again. */
export const resumingOptions = [
  'required',
  'programVersion',
  'defaultAccountHome',
  'resume',
  'resumeTimeoutMs',
] as const;

export const RESUME_TIMEOUT_MS = 60_000;

export function checkRelaunch(
  sessions: readonly FailoverSession[],
  options: RelaunchOptions,
): {
  readonly sessions: readonly FailoverSession[];
  readonly tools: FailoverTools;
  readonly relaunching: Relaunching;
} {
  const own = ['targetHome', 'accountHomes', ...resumingOptions];
  const { check, sessions: list, given, tools } = checkFailover(sessions, options, own);
  const { targetHome = '', accountHomes, required = RequiredShared, resume = {} } = given;
  const { resumeTimeoutMs = RESUME_TIMEOUT_MS, programVersion } = given;
  const { defaultAccountHome = ownDefaultHome(given.fs) } = given;
  check.isPath('options.targetHome', targetHome);
  const homes = accountHomes === undefined ? [targetHome] : check.homes(accountHomes);
  const links = checkRequired(check, required);
  checkMilliseconds(check, 'options.resumeTimeoutMs', resumeTimeoutMs);
  checkProgram(check, { programVersion, defaultAccountHome });
  check.finish('relaunchSessions');
  refuseWhatCannotBeTyped(list, { resume, targetHome, defaultAccountHome });
  return {
    sessions: list,
    tools,
    relaunching: {
      targetHome,
      accountHomes: homes,
      required: links,
      programVersion,
      defaultAccountHome,
      resume,
      timeoutMs: resumeTimeoutMs,
    },
  };
}

/** What the diagnosis would refuse itself, but only once the sessions have been stopped. */
export function checkProgram(
  check: ArgumentCheck,
  {
    programVersion,
    defaultAccountHome,
  }: Pick<Relaunching, 'programVersion' | 'defaultAccountHome'>,
): void {
  if (programVersion !== undefined && !isProgramVersion(programVersion)) {
    check.refuseOption('options.programVersion', programVersion, 'a version such as 2.1.329');
  }
  if (defaultAccountHome !== undefined) {
    check.isPath('options.defaultAccountHome', defaultAccountHome);
  }
}

/** Before anything is touched: a command that nobody could type is not to be found out after the first one. */
export function refuseWhatCannotBeTyped(
  sessions: readonly FailoverSession[],
  {
    resume: common,
    targetHome: accountHome,
    defaultAccountHome,
  }: Pick<Relaunching, 'resume' | 'targetHome' | 'defaultAccountHome'>,
): void {
  const anyId = parseResumeUUID('00000000-0000-0000-0000-000000000000');
  for (const { cwd, resume = common } of sessions) {
    if (anyId !== undefined) {
      resumeCommand(anyId, { ...resume, accountHome, cwd, defaultAccountHome });
    }
  }
}
