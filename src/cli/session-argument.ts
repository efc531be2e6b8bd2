import { parseResumeUUID, type ResumeUUID } from '../sessions/index.ts';
import { UsageError } from './usage-error.ts';

/** The session id that was typed; anything else is a mistake. */
export function sessionIdFrom(text: string): ResumeUUID {
  const id = parseResumeUUID(text);
  if (id === undefined) {
    throw new UsageError(
      `${JSON.stringify(text)} is not a session id: 8-4-4-4-12 hexadecimal digits, as Claude Code prints it at its exit`,
    );
  }
  return id;
}
