import { pollUntil } from './poll.ts';
import type { TmuxServer } from './tmux-server.ts';

/** A shell in a tmux session of one pane, as a person at the keyboard has it. */
export class Pane {
  readonly session: string;
  readonly #tmux: TmuxServer['tmux'];

  constructor(tmux: TmuxServer['tmux'], session: string) {
    this.#tmux = tmux;
    this.session = session;
  }

  /** What is on the screen and in the scrollback; with `-e` in `more` also color codes, without `-J` wraps. */
  async text(...more: readonly string[]): Promise<string> {
    const text = await this.#tmux('capture-pane', '-p', '-S', '-', ...more, '-t', this.#target);
    return text.trimEnd();
  }

  /** What is on the screen only. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p', '-t', this.#target)).trimEnd();
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-t', this.#target, '-l', '--', text.replace(/;$/, '\\;'));
  }

  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', '-t', this.#target, ...keys);
  }

  /** Types a command, and Enter. */
  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.press('Enter');
  }

  /** Waits until the screen shows something; a text in it, or what a pattern finds. */
  async until(wanted: string | RegExp, patienceMs?: number): Promise<string> {
    const shows = (screen: string) =>
      typeof wanted === 'string' ? screen.includes(wanted) : wanted.test(screen);
    let screen = '';
    await pollUntil(
      `the screen of ${this.session} shows ${wanted}`,
      async () => shows((screen = await this.screen())),
      () => screen,
      patienceMs,
    );
    return screen;
  }

  /** Waits until the shell has nothing in the foreground, and shows its prompt last. */
  async untilAtShell(patienceMs?: number): Promise<void> {
    await pollUntil(
      `${this.session} is back at its shell`,
      async () => (await this.command()) === 'bash' && (await this.screen()).endsWith('$'),
      () => this.screen(),
      patienceMs,
    );
  }

  /** The name of what is in the foreground, as tmux tells it. */
  command(): Promise<string> {
    return this.#of('#{pane_current_command}');
  }

  /** The process id of its shell. */
  async shellPid(): Promise<number> {
    return Number(await this.#of('#{pane_pid}'));
  }

  async #of(format: string): Promise<string> {
    return (await this.#tmux('display-message', '-p', '-t', this.#target, format)).trim();
  }

  get #target(): string {
    return `=${this.session}:`;
  }
}
