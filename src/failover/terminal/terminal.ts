/** A key to press, not to type; `C-c`: with the control key. */
export type TerminalKey = 'Enter' | 'Up' | 'Down' | 'C-c';

/** One of the panes of a terminal. */
export interface TerminalPane {
  /** Its id, such as `%3`. `<name>:<id>` names it in every call of a {@link Terminal}. */
  readonly id: string;
  readonly columns: number;
  readonly rows: number;
}

/** How a running process was started. */
export interface ProcessLaunch {
  /** The file that it runs: an absolute path. */
  readonly executable: string;
  /** Its arguments, without its own name. */
  readonly args: readonly string[];
  /** Its environment when it was started. Secrets may be in it: it is looked at, and never saved or reported. */
  readonly env: Readonly<Record<string, string>>;
}

/** All arguments and the environment of a process together have at most this much by default on Linux. */
export const MAX_LAUNCH_BYTES = 2 ** 21;

/**
 * The terminals in which sessions run.
 *
 * `tmuxTerminal` of `claude-shared-state/tmux` is the one for tmux. Every call takes the exact name of one terminal,
 * and must never act on another whose name starts alike. A call that fails rejects, preferably with a
 * {@link TerminalError}. The last six may be missing: then a terminal has one pane, nothing is known of how its program was
 * started, and nothing is found or made that isn't named.
 */
export interface Terminal {
  /**
   * The text of the screen and its scrollback: plain, without color codes, the newest line last, wrapped lines joined,
   * no blank lines at the end.
   */
  capture(session: string): Promise<string>;
  /** Types a text literally; does not press Enter. */
  type(session: string, text: string): Promise<void>;
  press(session: string, key: TerminalKey): Promise<void>;
  /** The processes in the terminal: the first one, usually a shell, then its descendants, nearest first. */
  processIds(session: string): Promise<readonly number[]>;
  /** Whether the first process is in the foreground: a shell that waits for a command. */
  isAtShell(session: string): Promise<boolean>;
  /** Sends a signal to a process that runs in the terminal; succeeds if it has already ended. */
  signal(session: string, pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  panes?(session: string): Promise<readonly TerminalPane[]>;
  /** How a process was started that runs in the terminal; `undefined` if the system doesn't say. */
  launchOf?(session: string, pid: number): Promise<ProcessLaunch | undefined>;
  /** Hangs up on what runs in the terminal, and starts a shell in its place. */
  respawn?(session: string): Promise<void>;
  /** The names of all terminals; none if there is no server. */
  sessions?(): Promise<readonly string[]>;
  /** What tells the server of the terminals from one that runs later; `undefined` if none runs. */
  server?(): Promise<string | undefined>;
  /** Makes a terminal, with a shell in a directory; rejects if there is one of this name. */
  create?(session: string, cwd: string): Promise<void>;
}

/** Why a call of a terminal failed: no terminal of that name, no program to reach it with, or something else. */
export type TerminalErrorReason = 'no-session' | 'no-program' | 'failed';

/** The error a call of a {@link Terminal} rejects with. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly code = 'ERR_TERMINAL';
  /** The name of the terminal. */
  readonly session: string;
  readonly reason: TerminalErrorReason;

  constructor(session: string, reason: TerminalErrorReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.session = session;
    this.reason = reason;
  }
}

/**
 * Tells whether an error is a {@link TerminalError}, whichever entry point or build threw it.
 *
 * It checks for the code `ERR_TERMINAL`, so your own terminal can reject with such an error, too.
 *
 * @param value - Anything that was caught.
 * @returns Whether its `session` and `reason` can be read.
 *
 * @example Start a terminal that doesn't exist
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isTerminalError, TerminalError } from 'claude-shared-state/failover';
 *
 * const error: unknown = new TerminalError('login-bug', 'no-session', 'There is no such session.');
 * assert.ok(isTerminalError(error));
 * assert.equal(error.reason, 'no-session');
 * assert.equal(isTerminalError(new Error('ERR_TERMINAL')), false);
 * ```
 */
export function isTerminalError(value: unknown): value is TerminalError {
  return (
    typeof value === 'object' && value !== null && 'code' in value && value.code === 'ERR_TERMINAL'
  );
}
