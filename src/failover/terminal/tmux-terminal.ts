import type { Terminal } from '../terminal.ts';
import { isKey, partsOf, textTrouble } from './keystrokes.ts';
import { tmuxSettings, type TmuxTerminalOptions } from './options.ts';
import { familyOf, isInForeground } from './process-table.ts';
import { TmuxServer } from './tmux-server.ts';
import { failed } from './trouble.ts';

/**
 * Gives the terminals of a tmux server: each session, by its exact name, with the active pane of its active window.
 *
 * A name reaches no other session, whatever it holds: none that begins alike, none by an id, a pattern, or the terminal
 * of a client. A program that runs in the place of a shell, because the session was started with it, is taken for one
 * by `isAtShell`. Texts are typed as they are; one with a control character or a line break is refused. Needs tmux 3.2
 * or newer (tried with 3.3a) and `ps`. Calling this runs nothing; each call of a method runs these programs, without
 * a shell.
 *
 * @param options - Which tmux server is meant, and bounds; see {@link TmuxTerminalOptions}.
 * @returns The terminals; their calls reject with a {@link TerminalError}.
 * @throws SharedStateError where an option is not what it should be.
 *
 * @example A session that is not there
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isTerminalError, tmuxTerminal } from 'claude-shared-state/tmux';
 *
 * const terminal = tmuxTerminal({ socketPath: '/nowhere/tmux' });
 * const error: unknown = await terminal.capture('login-bug').catch((reason: unknown) => reason);
 * assert.ok(isTerminalError(error));
 * assert.equal(error.trouble, 'no-session');
 * ```
 */
export function tmuxTerminal(options: TmuxTerminalOptions = {}): Terminal {
  const settings = tmuxSettings(options);
  const server = new TmuxServer(settings);
  const processIds = async (session: string, action: string) => {
    const { firstPid, hasEnded } = await server.find(session, action);
    // By then its id may be that of another process.
    if (hasEnded) return [];
    return familyOf(firstPid, await server.processTable(session, action));
  };
  return {
    capture: async (session) => {
      await server.find(session, 'read');
      const range = ['-p', '-J', '-S', `-${settings.scrollbackLines}`];
      return withoutBlanks(await server.run(session, 'read', 'capture-pane', range));
    },
    type: async (session, text) => {
      const trouble = textTrouble(text);
      if (trouble !== undefined) {
        throw failed(session, 'type a text', trouble, 'type it in parts, and press keys');
      }
      await readyForKeys(server, session, 'type a text');
      for (const part of partsOf(text)) {
        await server.run(session, 'type a text', 'send-keys', ['-l', '--', part]);
      }
    },
    press: async (session, key) => {
      if (!isKey(key))
        throw failed(session, 'press a key', 'there is no such key', 'press another');
      await readyForKeys(server, session, `press ${key}`);
      await server.run(session, `press ${key}`, 'send-keys', ['--', key]);
    },
    processIds: (session) => processIds(session, 'find the processes'),
    isAtShell: async (session) => {
      const { firstPid, hasEnded } = await server.find(session, 'see what runs');
      if (hasEnded) return false;
      return isInForeground(firstPid, await server.processTable(session, 'see what runs'));
    },
    signal: async (session, pid, signal) => {
      const action = `send ${signal} to process ${pid}`;
      const isThere = (await processIds(session, action)).includes(pid);
      if (isThere) send(session, action, pid, signal);
      else if (isElsewhere(pid)) {
        throw failed(session, action, 'it does not run there', 'look up its processes again');
      }
    },
  };
}

/** Leaves the scrollback, where keys would be commands of tmux. */
async function readyForKeys(server: TmuxServer, session: string, action: string): Promise<void> {
  const { hasEnded, takesInput, isInMode } = await server.find(session, action);
  if (hasEnded) throw failed(session, action, 'its process has ended', 'start the session again');
  if (!takesInput) throw failed(session, action, 'its input is off', 'run tmux select-pane -e');
  if (isInMode) await server.run(session, action, 'copy-mode', ['-q']);
}

function send(session: string, action: string, pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) {
      throw failed(session, action, String(error), 'run as the user of that process');
    }
  }
}

/** Whether there is a process of this id at all, of whomever. */
function isElsewhere(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return true;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Without the blanks that a joined line keeps at its end, and without the blank lines below everything. */
function withoutBlanks(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1).join('\n');
}
