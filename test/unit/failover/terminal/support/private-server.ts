import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A tmux server with a socket of its own. */
export interface PrivateServer {
  readonly directory: string;
  readonly socketPath: string;
  readonly tmux: (...args: readonly string[]) => string;
  /** Starts a session that runs a command, by default a shell, and waits until it shows its prompt. */
  readonly open: (session: string, command?: string) => Promise<void>;
}

const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };

/**
 * Fails where tmux is missing: without it, nothing is known of the terminal.
 *
 * @param whenDone - What ends the server: the test, or `afterAll` for several tests.
 */
export function startServer(whenDone: (end: () => void) => void = onTestFinished): PrivateServer {
  requireTmux();
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tmux-')));
  const socketPath = join(directory, 'socket');
  const tmux = (...args: readonly string[]) =>
    execFileSync('tmux', ['-u', '-f', '/dev/null', '-S', socketPath, ...args], {
      env: { ...env, HOME: directory },
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    });
  tmux(
    'start-server',
    ';',
    'set',
    '-g',
    'exit-empty',
    'off',
    ';',
    'set',
    '-g',
    'history-limit',
    '200000',
  );
  whenDone(() => {
    tmux('kill-server');
    rmSync(directory, { recursive: true, maxRetries: 20, retryDelay: 50 });
  });
  // Without a history, which it would write where everything is being removed.
  const shell = `exec env -i HISTFILE= PATH="$PATH" HOME='${directory}' TERM="$TERM" LANG=C.UTF-8 PS1='$ ' bash --norc --noprofile`;
  return {
    directory,
    socketPath,
    tmux,
    open: async (session, command = shell) => {
      const id = tmux(
        'new-session',
        '-d',
        '-P',
        '-F',
        '#{pane_id}',
        '-x',
        '80',
        '-y',
        '24',
        '-s',
        session,
        command,
      ).trim();
      if (command === shell) {
        await poll(() => tmux('capture-pane', '-p', '-t', id).trimEnd() === '$');
      }
    },
  };
}

/** Waits until something holds. Gives up only where that would hang, however slow the machine is. */
export async function poll(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 600_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited in vain: ${holds.toString()}`);
    await delay(20);
  }
}

function requireTmux(): void {
  for (const [program, option] of [
    ['tmux', '-V'],
    ['ps', '-V'],
  ] as const) {
    try {
      execFileSync(program, [option], { env, stdio: 'ignore' });
    } catch (error) {
      throw new Error(`These tests need ${program}: install tmux and procps`, { cause: error });
    }
  }
}
