import { parseResumeUUID, type ResumeUUID } from 'claude-shared-state';

export const theId = sessionId('0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e');

export function sessionId(text: string): ResumeUUID {
  const id = parseResumeUUID(text);
  if (id === undefined) throw new Error(`${text} is no session id`);
  return id;
}
