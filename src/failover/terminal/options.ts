import { ArgumentCheck } from '../../core/arguments.ts';

/** Options of {@link tmuxTerminal}. */
export interface TmuxTerminalOptions {
  /**
   * The name of the socket of the tmux server, as for `tmux -L`. Without this and without `socketPath`, tmux itself
   * chooses: the server in which the caller runs, or else its default one.
   */
  readonly socketName?: string | undefined;
  /** The absolute path of that socket, as for `tmux -S`, instead of a name. */
  readonly socketPath?: string | undefined;
  /** The program; by default `tmux`, which is looked for in the PATH. */
  readonly tmux?: string | undefined;
  /** How many lines above the screen are captured, at most: by default 2,000. */
  readonly scrollbackLines?: number | undefined;
  /** How long each call of tmux, or of `ps`, may take, in milliseconds: by default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** The options of a terminal, with what was left out. */
export interface TmuxSettings {
  readonly tmux: string;
  /** What tells tmux which server is meant. */
  readonly socket: readonly string[];
  readonly scrollbackLines: number;
  readonly timeoutMs: number;
}

const known = ['socketName', 'socketPath', 'tmux', 'scrollbackLines', 'timeoutMs'];
const MOST_LINES = 1_000_000;
/** Above this, a timer fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function tmuxSettings(options: TmuxTerminalOptions): TmuxSettings {
  const check = new ArgumentCheck();
  const {
    socketName,
    socketPath,
    tmux = 'tmux',
    scrollbackLines = 2_000,
    timeoutMs = 10_000,
  } = check.areOptions(options, known) ? options : {};
  if (socketName !== undefined && !isSocketName(socketName)) {
    const expected = 'the name of a socket, without "/" and control characters';
    check.refuseOption('options.socketName', socketName, expected);
  }
  if (socketPath !== undefined) check.isPath('options.socketPath', socketPath);
  if (socketName !== undefined && socketPath !== undefined) {
    const expected = 'left out where options.socketName is given: a server has one socket';
    check.refuseOption('options.socketPath', socketPath, expected);
  }
  if (!isText(tmux)) check.refuseOption('options.tmux', tmux, 'the name or path of a program');
  if (!isCount(scrollbackLines, 0, MOST_LINES)) {
    const expected = `a whole number from 0 to ${MOST_LINES}`;
    check.refuseOption('options.scrollbackLines', scrollbackLines, expected);
  }
  if (!isCount(timeoutMs, 1, LONGEST_MS)) {
    const expected = `a whole number of milliseconds from 1 to ${LONGEST_MS}`;
    check.refuseOption('options.timeoutMs', timeoutMs, expected);
  }
  check.finish('tmuxTerminal');
  return { tmux, socket: socketArgs(socketName, socketPath), scrollbackLines, timeoutMs };
}

function socketArgs(name: string | undefined, path: string | undefined): readonly string[] {
  if (path !== undefined) return ['-S', path];
  return name === undefined ? [] : ['-L', name];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isSocketName(value: unknown): boolean {
  return isText(value) && !/[/\p{Cc}]/u.test(value) && value !== '.' && value !== '..';
}

function isCount(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
