import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const runFile = promisify(execFile);
const PATIENCE = 30_000;

/** A terminal with a shell in it, as a person has one: tmux, on a socket of its own. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Opens one; the shell has no other environment than the given one. */
  static async open(
    directory: string,
    environment: Readonly<Record<string, string>>,
    columns = 80,
  ): Promise<Terminal> {
    const terminal = new Terminal(join(directory, 'tmux'));
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const shell = ['env', '-i', 'PS1=$ ', ...variables, 'sh'];
    const size = ['-x', String(columns), '-y', '100'];
    await terminal.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, ...shell);
    await terminal.until(/\$\s*$/);
    return terminal;
  }

  async type(line: string): Promise<void> {
    await this.keys(line);
    await this.press('Enter');
  }

  /** Types without Enter. */
  async keys(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
  }

  async press(key: string): Promise<void> {
    await this.#tmux('send-keys', key);
  }

  /** What has been on the screen; joined, a line that the terminal has broken is one. */
  async screen({ isJoined = false } = {}): Promise<string> {
    return await this.#tmux('capture-pane', '-p', '-S', '-', ...(isJoined ? ['-J'] : []));
  }

  /** Everything that is written to the screen from now on, byte for byte, goes into a file, too. */
  async record(path: string): Promise<void> {
    await this.#tmux('pipe-pane', '-o', `cat > '${path}'`);
  }

  /** Waits until something is on the screen. */
  async until(wanted: RegExp): Promise<string> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const screen = await this.screen();
      if (wanted.test(screen)) return screen;
      if (Date.now() > end) throw new Error(`${wanted} has not come up on\n${screen}`);
      await pause(30);
    }
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server');
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    // Another tmux that this one runs in is none of its business.
    const env = { ...process.env, TMUX: '', LC_ALL: 'C.UTF-8' };
    return (await runFile('tmux', ['-S', this.#socket, ...args], { env })).stdout;
  }
}
