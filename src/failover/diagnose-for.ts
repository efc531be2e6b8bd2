import { diagnoseResume, type ResumeDiagnosis } from '../sessions/diagnose-resume.ts';
import type { ResumeUUID } from '../sessions/resume-uuid.ts';
import type { FailoverSession } from './failover-session.ts';
import type { Relaunching } from './relaunch-request.ts';
import type { FailoverTools } from './request.ts';

/** Whether a session can be resumed where it is to be started again. */
export async function diagnoseFor(
  { fs, processInspector }: FailoverTools,
  { cwd }: FailoverSession,
  id: ResumeUUID,
  { targetHome, accountHomes, required, programVersion, defaultAccountHome }: Relaunching,
): Promise<ResumeDiagnosis> {
  return await diagnoseResume(id, {
    accountHome: targetHome,
    cwd,
    accountHomes,
    required,
    programVersion,
    defaultAccountHome,
    processInspector,
    fs,
  });
}
