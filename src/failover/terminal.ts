/** A key that is pressed, not typed. `C-u` and the like: with the control key. */
export type TerminalKey = 'Enter' | 'Escape' | 'C-c' | 'C-d' | 'C-e' | 'C-u';

/**
 * The terminals in which sessions run: what a failover does with them, whatever holds them.
 *
 * `tmuxTerminal`, of `claude-shared-state/tmux`, is the one for tmux. Every call is told the name of one terminal
 * and means exactly that one, never another whose name begins alike. A call that cannot be carried out rejects, best
 * with a {@link TerminalError}.
 */
export interface Terminal {
  /**
   * What is on the screen, and what has left it at the top, as plain text without colour codes: the youngest line last,
   * lines that were wrapped at the edge joined again, without blank lines at the end.
   */
  capture(session: string): Promise<string>;
  /** Types a text as it is, whatever it begins with or contains; it does not press Enter. */
  type(session: string, text: string): Promise<void>;
  /** Presses a key. */
  press(session: string, key: TerminalKey): Promise<void>;
  /** The processes in it: its first one, usually a shell, and then those that come from it, the nearest first. */
  processIds(session: string): Promise<readonly number[]>;
  /** Whether its first process is in the foreground: a shell that waits for a command. */
  isAtShell(session: string): Promise<boolean>;
  /** Sends a signal to a process that runs in it; that it has ended already is fine. */
  signal(session: string, pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Why a call of a terminal failed: there is no terminal of that name, no program that holds it, or something else. */
export type TerminalTrouble = 'no-session' | 'no-program' | 'failed';

/** What a call of a {@link Terminal} rejects with. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly code = 'ERR_TERMINAL';
  /** The terminal that was meant. */
  readonly session: string;
  readonly trouble: TerminalTrouble;

  constructor(session: string, trouble: TerminalTrouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.session = session;
    this.trouble = trouble;
  }
}

/**
 * Tells whether something thrown is a {@link TerminalError}, whichever entry point or build threw it.
 *
 * It goes by the code `ERR_TERMINAL`, so that a terminal of one's own can reject with one, too.
 *
 * @param value - Anything that was caught.
 * @returns Whether its `session` and `trouble` can be read.
 *
 * @example Start what is not there
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isTerminalError, TerminalError } from 'claude-shared-state/failover';
 *
 * const error: unknown = new TerminalError('login-bug', 'no-session', 'There is no such session.');
 * assert.ok(isTerminalError(error));
 * assert.equal(error.trouble, 'no-session');
 * assert.equal(isTerminalError(new Error('ERR_TERMINAL')), false);
 * ```
 */
export function isTerminalError(value: unknown): value is TerminalError {
  return (
    typeof value === 'object' && value !== null && 'code' in value && value.code === 'ERR_TERMINAL'
  );
}
