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

/** A pane of a session: the one that is named, or the active one of the active window. */
export interface Pane {
  readonly id: string;
  readonly isActive: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly firstPid: number;
  readonly hasEnded: boolean;
  readonly acceptsInput: boolean;
  /** Whether keys are commands of tmux, as while it shows its scrollback. */
  readonly isInMode: boolean;
  /** The shell that tmux starts in new panes. */
  readonly shell: string;
}

const FIELDS = ['id', 'width', 'height', 'pid', 'dead', 'input_off', 'in_mode'];
const FORMAT = /* @__PURE__ */ (() =>
  [...FIELDS.map((field) => `#{pane_${field}}`), '#{&&:#{window_active},#{pane_active}}']
    .concat('#{session_name}:#{default-shell}')
    .join(' '))();
const MAX_BYTES = 2 ** 26;
const execute = /* @__PURE__ */ promisify(execFile);

/** The calls of one tmux server. Each rejects with a {@link TerminalError}. */
export class TmuxServer {
  readonly #settings: TmuxSettings;

  constructor(settings: TmuxSettings) {
    this.#settings = settings;
  }

  /** All panes of the session of exactly this name. */
  async listPanes(session: string, action: string): Promise<readonly Pane[]> {
    requireTarget(session, action);
    const output = await this.run(session, action, 'list-panes', `=${session}:`, [
      '-s',
      '-F',
      FORMAT,
    ]);
    const panes = output.split('\n').flatMap((line) => {
      const [id = '', columns, rows, pid, isDead, isInputOff, mode, isActive, ...rest] =
        line.split(' ');
      const [name, shell = ''] = rest.join(' ').split(':');
      // tmux accepts the terminal of a client for its session, even behind `=` (3.3a).
      if (name !== session) return [];
      return {
        id,
        isActive: isActive === '1',
        columns: Number(columns),
        rows: Number(rows),
        firstPid: Number(pid),
        hasEnded: isDead === '1',
        acceptsInput: isInputOff !== '1',
        isInMode: mode !== '0',
        shell,
      };
    });
    if (panes.length === 0) throw noSession(session, action, NO_SUCH_NAME);
    return panes;
  }

  /** All sessions in a format, by default their names: none if no server runs. */
  async listSessions(format = '#{session_name}'): Promise<readonly string[]> {
    const list = this.run('', 'list the sessions', 'list-sessions', undefined, ['-F', format]);
    const output = await list.catch((error: unknown) => {
      if (error instanceof TerminalError && error.reason === 'no-session') return '';
      throw error;
    });
    return output.split('\n').filter((name) => name !== '');
  }

  /** Starts a session with a shell, and the server if none runs. */
  async create(session: string, cwd: string): Promise<void> {
    const action = 'start a shell';
    requireTarget(session, action);
    const args = ['-d', '-s', literal(session), '-c', literal(cwd), '-x', '160', '-y', '48'];
    await this.run(session, action, 'new-session', undefined, args);
  }

  /** Finds the pane of a terminal: `<session>`, or `<session>:<id of a pane>`. */
  async findPane(terminal: string, action: string): Promise<Pane> {
    const id = PANE.exec(terminal)?.[1];
    const session = id === undefined ? terminal : terminal.slice(0, -1 - id.length);
    const panes = await this.listPanes(session, action);
    const pane = panes.find((each) => (id === undefined ? each.isActive : each.id === id));
    if (pane === undefined) throw noSession(terminal, action, 'that session has no such pane');
    return pane;
  }

  /** Runs a tmux command, on a target or on the whole server. */
  async run(
    session: string,
    action: string,
    command: string,
    target: string | undefined,
    args: readonly string[],
  ): Promise<string> {
    const { tmux, socket } = this.#settings;
    // A `;` at the end of an argument would end the command (3.3a).
    const escaped = args.map((arg) => arg.replace(/;$/, String.raw`\;`));
    // Without -u, tmux prints characters beyond ASCII only in a UTF-8 locale.
    const at = target === undefined ? [] : ['-t', target];
    const all = ['-u', ...socket, command, ...at, ...escaped];
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

/** The text, where tmux takes it for a format. */
const literal = (text: string): string => text.replaceAll('#', '##');

/** tmux has no `:` in the names of sessions. */
const PANE = /:(%\d+)$/;

/** What fits into a message to the tmux server, with three bytes per character. */
const MAX_NAME = 4_000;
/** tmux replaces `:` and `.` in names, and takes `$…` for an id, even behind the `=` for an exact name (3.3a). */
const UNREACHABLE = /^$|^\$|[:.\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u;

function requireTarget(session: string, action: string): void {
  const name: unknown = session;
  if (typeof name === 'string' && name.length <= MAX_NAME && !UNREACHABLE.test(name)) return;
  throw noSession(session, action, 'tmux cannot address a session by this name');
}

const NO_SUCH_NAME = 'tmux has no session of exactly this name';
const NO_SERVER =
  /^(no server running on |server exited|lost server|error connecting to .*\((No such file or directory|Connection refused)\))/m;
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
