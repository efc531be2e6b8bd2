import type { ArgumentCheck } from '../core/arguments.ts';
import { isValidResumeUUID, type ResumeUUID } from './resume-uuid.ts';

/** Refuses what is no session id: it becomes part of paths and commands. */
export function checkSessionId(check: ArgumentCheck, value: unknown): value is ResumeUUID {
  if (isValidResumeUUID(value)) return true;
  check.refuse('invalid-session-id', 'sessionId', value);
  return false;
}
