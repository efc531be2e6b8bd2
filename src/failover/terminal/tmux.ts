import { check, integer, kind, optional, options, path } from '../../core/options.ts';
import { errnoOf, toResult } from '../../core/result.ts';
import { realMigrateDisk } from '../../fs/migrate-fs.ts';
import { textOf } from '../../fs/port.ts';
import { readSmallFile } from '../../fs/read-file.ts';
import { familyOf, isInForeground } from './process-table.ts';
import {
  MAX_LAUNCH_BYTES,
  type ProcessLaunch,
  type Terminal,
  type TerminalKey,
} from './terminal.ts';
import { terminalError, TmuxServer } from './tmux-server.ts';

/** Options of {@link tmuxTerminal}. */
export interface TmuxTerminalOptions {
  /**
   * The name of the server's socket, as for `tmux -L`. Without it and without `socketPath`, tmux chooses: the server
   * in which the caller runs, or else the default one.
   */
  readonly socketName?: string | undefined;
  /** The absolute path of the socket, as for `tmux -S`, instead of a name. */
  readonly socketPath?: string | undefined;
  /** The program; `tmux` by default, which is looked up in the PATH. */
  readonly tmux?: string | undefined;
  /** The maximum number of lines to capture above the screen; 2,000 by default. */
  readonly scrollbackLines?: number | undefined;
  /** How long each call of tmux or `ps` may take, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Controls the terminals of a tmux server: of each session, by its exact name, the active pane of its active window;
 * by `<name>:<id>`, such as `api:%3`, another pane of it.
 *
 * A name never reaches another session: not by prefix, id, pattern, or the terminal of a client. If a session was
 * started with a program instead of a shell, `isAtShell` takes that program for one. Text is typed literally; text with
 * a control character or a line break is refused. Needs tmux 3.2 or later (tested with 3.3a) and `ps`. This call runs
 * nothing; the methods run these programs, without a shell.
 *
 * @param given - The tmux server, and limits; see {@link TmuxTerminalOptions}.
 * @returns The terminals; their calls reject with a {@link TerminalError}.
 * @throws SharedStateError if an option is invalid.
 *
 * @example A session that doesn't exist
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isTerminalError, tmuxTerminal } from 'claude-shared-state/tmux';
 *
 * const terminal = tmuxTerminal({ socketPath: '/nowhere/tmux' });
 * const error: unknown = await terminal.capture('login-bug').catch((reason: unknown) => reason);
 * assert.ok(isTerminalError(error));
 * assert.equal(error.reason, 'no-session');
 * ```
 */
export function tmuxTerminal(given: TmuxTerminalOptions = {}): Required<Terminal> {
  const checked = check('tmuxTerminal', { options: tmuxOptions }, { options: given });
  const { socketName, socketPath, tmux, scrollbackLines, timeoutMs } = checked.options;
  const byPath = socketPath === undefined ? [] : ['-S', socketPath];
  const socket = socketName === undefined ? byPath : ['-L', socketName];
  const server = new TmuxServer({ tmux, socket, timeoutMs });
  const processIds = async (session: string, action: string) => {
    const { firstPid, hasEnded } = await server.findPane(session, action);
    // Another process may have its id by now.
    if (hasEnded) return [];
    return familyOf(firstPid, await server.processTable(session, action));
  };
  /** Also leaves the scrollback, where keys would be commands of tmux. */
  const requireInput = async (session: string, action: string) => {
    const pane = await server.findPane(session, action);
    const fail = (reason: string, remedy: string) => terminalError(session, action, reason, remedy);
    if (pane.hasEnded) throw fail('its process has ended', 'start the session again');
    if (!pane.acceptsInput) throw fail('its input is off', 'run tmux select-pane -e');
    if (pane.isInMode) await server.run(session, action, 'copy-mode', pane.id, ['-q']);
    return pane;
  };
  return {
    capture: async (session) => {
      const pane = await server.findPane(session, 'read');
      const range = ['-p', '-J', '-S', `-${scrollbackLines}`];
      return withoutBlanks(await server.run(session, 'read', 'capture-pane', pane.id, range));
    },
    type: async (session, text) => {
      const action = 'type a text';
      const reason = whyNotTyped(text);
      if (reason !== undefined) {
        throw terminalError(session, action, reason, 'type it in parts, and press keys');
      }
      const pane = await requireInput(session, action);
      for (const part of partsOf(text)) {
        await server.run(session, action, 'send-keys', pane.id, ['-l', '--', part]);
      }
    },
    press: async (session, key) => {
      const action = `press ${key}`;
      if (!keys.has(key)) {
        throw terminalError(session, 'press a key', 'there is no such key', 'press another');
      }
      const pane = await requireInput(session, action);
      await server.run(session, action, 'send-keys', pane.id, ['--', key]);
    },
    processIds: (session) => processIds(session, 'find the processes'),
    isAtShell: async (session) => {
      const action = 'see what runs';
      const { firstPid, hasEnded } = await server.findPane(session, action);
      return !hasEnded && isInForeground(firstPid, await server.processTable(session, action));
    },
    signal: async (session, pid, signal) => {
      const action = `send ${signal} to process ${pid}`;
      const isInside = (await processIds(session, action)).includes(pid);
      // A group that isn't there must not pass for a process that has ended.
      if (!isInside && pid > 0 && kill(pid, 0) === 'ESRCH') return;
      const elsewhere = 'it does not run there';
      if (!isInside) throw terminalError(session, action, elsewhere, 'look up its processes again');
      const errno = kill(pid, signal);
      if (errno === undefined || errno === 'ESRCH') return;
      const reason = `the system refuses it (${errno})`;
      throw terminalError(session, action, reason, 'run as the user of that process');
    },
    panes: (session) => server.listPanes(session, 'list the panes'),
    launchOf: async (session, pid) => {
      const isInside = (await processIds(session, 'look at a process')).includes(pid);
      return isInside ? await readLaunch(pid) : undefined;
    },
    respawn: async (session) => {
      const action = 'start a shell';
      const pane = await server.findPane(session, action);
      // As two arguments: one alone would go to a shell that ends with it.
      await server.run(session, action, 'respawn-pane', pane.id, ['-k', pane.shell, '-i']);
    },
    sessions: () => server.listSessions(),
    // A process id alone may be that of the one before, after a reboot; by its socket it can be found again.
    server: async () => (await server.listSessions('#{pid} #{start_time} #{socket_path}'))[0],
    create: (session, cwd) => server.create(session, cwd),
  };
}

/** How a process was started, by `/proc`; nothing is known on systems without it. */
async function readLaunch(pid: number): Promise<ProcessLaunch | undefined> {
  const read = async (name: string) => {
    const file = await readSmallFile(realMigrateDisk, `/proc/${pid}/${name}`, MAX_LAUNCH_BYTES);
    return file.ok ? file.value.split('\0').slice(0, -1) : undefined;
  };
  const [link, command, variables] = [
    await toResult(realMigrateDisk.readlink(`/proc/${pid}/exe`)),
    await read('cmdline'),
    await read('environ'),
  ];
  if (!link.ok || command === undefined || variables === undefined) return undefined;
  const env: Record<string, string> = {};
  for (const each of variables) {
    env[each.split('=', 1)[0] ?? ''] = each.slice(each.indexOf('=') + 1);
  }
  return { executable: textOf(link.value), args: command.slice(1), env };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !value.includes('\0');
const isSocketName = (value: unknown): value is string =>
  isText(value) && !/^\.{1,2}$|[/\p{Cc}]/u.test(value);

const readOptions = /* @__PURE__ */ (() =>
  options({
    socketName: optional(
      kind(isSocketName, 'the name of a socket, without "/" and control characters'),
    ),
    socketPath: optional(path),
    tmux: optional(kind(isText, 'the name or path of a program'), 'tmux'),
    scrollbackLines: optional(integer({ min: 0, max: 1_000_000 }), 2_000),
    // A timer of more than this fires at once.
    timeoutMs: optional(integer({ min: 1, max: 2 ** 31 - 1, of: 'milliseconds' }), 10_000),
  }))();

const tmuxOptions: typeof readOptions = (value, argument, faults) => {
  const read = readOptions(value, argument, faults);
  if (read?.socketName === undefined || read.socketPath === undefined) return read;
  const expected = 'left out if options.socketName is given: a server has one socket';
  return faults.add('options.socketPath', read.socketPath, expected);
};

const keys: ReadonlySet<string> = new Set<TerminalKey>(['Enter', 'Up', 'Down', 'C-c']);

/** Why a text can't be typed as it is. */
export function whyNotTyped(text: unknown): string | undefined {
  if (typeof text !== 'string') return 'it is not a string';
  if (/\p{Cc}/u.test(text)) return 'it has a control character or line break, which is a key';
  return /\p{Surrogate}/u.test(text) ? 'it has half of a character' : undefined;
}

/** Cuts a text into parts of at most 14,000 bytes: a message to the tmux server holds 16 KiB (3.3a). */
export function partsOf(text: string): readonly string[] {
  return text.match(/.{1,3500}/gsu) ?? [];
}

/** Sends a signal; returns the errno if that fails. */
function kill(pid: number, signal: NodeJS.Signals | 0): string | undefined {
  try {
    process.kill(pid, signal);
    return undefined;
  } catch (error) {
    return errnoOf(error);
  }
}

/** Removes the blanks that a joined line keeps at its end, and the blank lines at the end. */
function withoutBlanks(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines.join('\n').trimEnd();
}
