import type { SessionReadFs } from '../../fs/session-fs.ts';
import type { ResumeUUID } from '../resume-uuid.ts';
import type { ResumeRequest } from './request.ts';
import { gatherSession, type SessionFacts } from './session-facts.ts';
import { gatherSurroundings, type Surroundings } from './surroundings.ts';

/** Everything that a diagnosis rests on. */
export interface ResumeFacts extends SessionFacts, Surroundings {}

/** Gathers what there is, and changes nothing. */
export async function gatherFacts(
  fs: SessionReadFs,
  sessionId: ResumeUUID,
  request: ResumeRequest,
): Promise<ResumeFacts> {
  const session = await gatherSession(fs, sessionId, request);
  return { ...session, ...(await gatherSurroundings(fs, session, request)) };
}
