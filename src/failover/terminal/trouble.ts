import { TerminalError } from '../terminal.ts';
import type { ProgramFailure } from './run-program.ts';

/** What tmux says where there is no server, or no session of that name in it (3.3a). */
const NO_SERVER =
  /^(no server running on |error connecting to .*\((No such file or directory|Connection refused)\))/m;
const NO_SESSION = /^(can't find (session|window|pane)|no current target)/m;

/** The error for a run of tmux, or of `ps`, that failed. */
export function troubleOf(session: string, action: string, failure: ProgramFailure): TerminalError {
  const { program, code, said, isOverdue, error } = failure;
  const fail = (reason: string, remedy: string) =>
    new TerminalError(session, 'failed', sentence(session, action, reason, remedy), error);
  if (code === 'ENOENT' || code === 'EACCES') {
    const text = sentence(
      session,
      action,
      `the program ${show(program)} cannot be run (${code})`,
      'install it, or say where it is',
    );
    return new TerminalError(session, 'no-program', text, error);
  }
  if (isOverdue) return fail(`${show(program)} did not answer in time`, 'try again');
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return fail('there is too much to read', 'lower options.scrollbackLines');
  }
  if (NO_SERVER.test(said)) return noSession(session, action, 'tmux does not run there', error);
  if (NO_SESSION.test(said)) {
    return noSession(session, action, 'tmux has no session of exactly this name', error);
  }
  return fail(`${show(program)} said ${show(said)}`, 'look at that session');
}

export function noSession(
  session: string,
  action: string,
  reason: string,
  cause?: unknown,
): TerminalError {
  const remedy = 'start the session, or correct its name or the socket';
  const message = sentence(session, action, reason, remedy);
  return new TerminalError(session, 'no-session', message, cause);
}

export function failed(session: string, action: string, reason: string, remedy: string) {
  return new TerminalError(session, 'failed', sentence(session, action, reason, remedy));
}

const MOST_SHOWN = 500;

function sentence(session: unknown, action: string, reason: string, remedy: string): string {
  return `Cannot ${action} in the tmux session ${show(session)}: ${reason}; ${remedy}.`;
}

/** A value on one line, so that no name can draw on the screen on which the message is read. */
function show(value: unknown): string {
  const text = String(value)
    .slice(0, MOST_SHOWN)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return typeof value === 'string' ? JSON.stringify(text) : text;
}
