import type { TerminalTrouble } from '../terminal.ts';

interface NameTrouble {
  readonly trouble: TerminalTrouble;
  readonly reason: string;
}

/** Three bytes each, it is what fits into a message to the tmux server, beside the rest. */
const LONGEST = 4_000;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Why no session of a name can be meant, if so (seen on tmux 3.3a).
 *
 * tmux replaces `:` and `.` when a session is made, and reads them in a target as the begin of a window and a pane; it
 * takes a name that begins with `$` for an id, even behind the `=` that asks for exactly that name.
 */
export function nameTrouble(session: unknown): NameTrouble | undefined {
  if (typeof session !== 'string' || session === '') {
    return { trouble: 'no-session', reason: 'that is no name' };
  }
  if (/[:.]/.test(session)) {
    return {
      trouble: 'no-session',
      reason: 'tmux has no names with ":" or ".": it makes "_" of them',
    };
  }
  if (CONTROL.test(session)) {
    return { trouble: 'no-session', reason: 'tmux has no names with control characters' };
  }
  if (/\p{Surrogate}/u.test(session)) {
    return { trouble: 'no-session', reason: 'the name has half of a character' };
  }
  if (session.length > LONGEST) {
    return { trouble: 'no-session', reason: 'the name is too long for a command of tmux' };
  }
  if (session.startsWith('$')) {
    return { trouble: 'failed', reason: 'tmux takes a name that begins with "$" for an id' };
  }
  return undefined;
}

/** The active pane of the session of exactly this name, or of none. */
export function targetOf(session: string): string {
  return `=${session}:`;
}
