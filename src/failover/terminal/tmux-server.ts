import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { memberOf } from '../../core/json.ts';
import { PS_ARGS, type ProcessRow, readProcessTable } from './process-table.ts';
import { TerminalError, type TerminalErrorReason } from './terminal.ts';

/** How to reach a tmux server. */
export interface TmuxSettings {
  readonly tmux: string;
  /** The arguments that select the server. */
  readonly socket: readonly string[];
  readonly timeoutMs: number;
}

/** The active pane of a session. */
export interface ActivePane {
  readonly firstPid: number;
  readonly hasEnded: boolean;
  readonly acceptsInput: boolean;
  /** Whether keys are commands of tmux, as while it shows its scrollback. */
  readonly isInMode: boolean;
}

const FIELDS = ['pane_active', 'pane_pid', 'pane_dead', 'pane_input_off', 'pane_in_mode'];
const FORMAT = /* @__PURE__ */ (() =>
  [...FIELDS, 'session_name'].map((field) => `#{${field}}`).join(' '))();
const MAX_BYTES = 2 ** 26;
const execute = /* @__PURE__ */ promisify(execFile);

/** The calls of one tmux server. Each rejects with a {@link TerminalError}. */
export class TmuxServer {
  readonly #settings: TmuxSettings;

  constructor(settings: TmuxSettings) {
    this.#settings = settings;
  }

  /** Finds the active pane of the session of exactly this name. */
  async findPane(session: string, action: string): Promise<ActivePane> {
    if (!canBeTarget(session)) {
      throw noSession(session, action, 'tmux cannot address a session by this name');
    }
    const output = await this.run(session, action, 'list-panes', ['-F', FORMAT]);
    for (const line of output.split('\n')) {
      const [isActive, pid, isDead, isInputOff, mode, ...name] = line.split(' ');
      // tmux accepts the terminal of a client for its session, even behind `=` (3.3a).
      if (isActive !== '1' || name.join(' ') !== session) continue;
      return {
        firstPid: Number(pid),
        hasEnded: isDead === '1',
        acceptsInput: isInputOff !== '1',
        isInMode: mode !== '0',
      };
    }
    throw noSession(session, action, NO_SUCH_NAME);
  }

  /** Runs a tmux command on a session that was found. */
  async run(session: string, action: string, command: string, args: readonly string[]) {
    const { tmux, socket } = this.#settings;
    // A `;` at the end of an argument would end the command (3.3a).
    const escaped = args.map((arg) => arg.replace(/;$/, String.raw`\;`));
    // Without -u, tmux prints characters beyond ASCII only in a UTF-8 locale.
    const all = ['-u', ...socket, command, '-t', `=${session}:`, ...escaped];
    return await this.#execute(session, action, tmux, all);
  }

  async processTable(session: string, action: string): Promise<readonly ProcessRow[]> {
    return readProcessTable(await this.#execute(session, action, 'ps', PS_ARGS));
  }

  async #execute(session: string, action: string, program: string, args: readonly string[]) {
    try {
      const { stdout } = await execute(program, args, {
        timeout: this.#settings.timeoutMs,
        maxBuffer: MAX_BYTES,
        // A program that hangs may ignore other signals.
        killSignal: 'SIGKILL',
        windowsHide: true,
      });
      return stdout;
    } catch (error) {
      throw errorOf(session, action, program, error);
    }
  }
}

/** What fits into a message to the tmux server, with three bytes per character. */
const MAX_NAME = 4_000;
/** tmux replaces `:` and `.` in names, and takes `$…` for an id, even behind the `=` for an exact name (3.3a). */
const UNREACHABLE = /^$|^\$|[:.\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u;

function canBeTarget(session: unknown): boolean {
  return typeof session === 'string' && session.length <= MAX_NAME && !UNREACHABLE.test(session);
}

const NO_SUCH_NAME = 'tmux has no session of exactly this name';
const NO_SERVER =
  /^(no server running on |error connecting to .*\((No such file or directory|Connection refused)\))/m;
const NO_SESSION = /^(can't find (session|window|pane)|no current target)/m;

function errorOf(session: string, action: string, program: string, cause: unknown): TerminalError {
  const fail = (reason: string, remedy: string, kind: TerminalErrorReason = 'failed') =>
    terminalError(session, action, reason, remedy, kind, cause);
  const code = memberOf(cause, 'code');
  if (code === 'ENOENT' || code === 'EACCES') {
    const reason = `the program ${quote(program)} cannot be run (${code})`;
    return fail(reason, 'install it, or correct its path', 'no-program');
  }
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return fail('the output is too long', 'lower options.scrollbackLines');
  }
  if (memberOf(cause, 'killed') === true) {
    return fail(`${quote(program)} did not answer in time`, 'try again');
  }
  const stderr = memberOf(cause, 'stderr');
  const output = typeof stderr === 'string' && stderr !== '' ? stderr.trim() : String(cause);
  if (NO_SERVER.test(output)) return noSession(session, action, 'tmux is not running', cause);
  if (NO_SESSION.test(output)) return noSession(session, action, NO_SUCH_NAME, cause);
  return fail(`${quote(program)} printed ${quote(output)}`, 'look at that session');
}

function noSession(session: string, action: string, reason: string, cause?: unknown) {
  const remedy = 'start the session, or correct its name or the socket';
  return terminalError(session, action, reason, remedy, 'no-session', cause);
}

/** The error for a call that failed, with a reason and a remedy. */
export function terminalError(
  session: string,
  action: string,
  reason: string,
  remedy: string,
  kind: TerminalErrorReason = 'failed',
  cause?: unknown,
): TerminalError {
  const message = `Cannot ${action} in the tmux session ${quote(session)}: ${reason}; ${remedy}.`;
  return new TerminalError(session, kind, message, cause);
}

const MAX_QUOTED = 500;

/** A value on one line, so that no name can draw on the screen on which the message is read. */
function quote(value: unknown): string {
  const text = String(value)
    .slice(0, MAX_QUOTED)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return typeof value === 'string' ? JSON.stringify(text) : text;
}
