import { asArgument } from './keystrokes.ts';
import type { TmuxSettings } from './options.ts';
import { PS_ARGS, type ProcessRow, readProcessTable } from './process-table.ts';
import { runProgram } from './run-program.ts';
import { nameTrouble, targetOf } from './session-name.ts';
import { failed, noSession, troubleOf } from './trouble.ts';

/** The active pane of a session. */
export interface ActivePane {
  readonly firstPid: number;
  readonly hasEnded: boolean;
  readonly takesInput: boolean;
  /** Whether it shows its scrollback, say, and takes keys for commands. */
  readonly isInMode: boolean;
}

const FIELDS = ['pane_active', 'pane_pid', 'pane_dead', 'pane_input_off', 'pane_in_mode'];
const FORMAT = [...FIELDS, 'session_name'].map((field) => `#{${field}}`).join(' ');
const MAX_BYTES = 2 ** 26;

/** The calls of one tmux server. */
export class TmuxServer {
  readonly #settings: TmuxSettings;

  constructor(settings: TmuxSettings) {
    this.#settings = settings;
  }

  /** Finds the active pane, and rejects where there is no session of exactly this name. */
  async find(session: string, action: string): Promise<ActivePane> {
    const trouble = nameTrouble(session);
    if (trouble?.trouble === 'failed') throw failed(session, action, trouble.reason, 'rename it');
    if (trouble !== undefined) throw noSession(session, action, trouble.reason);
    const output = await this.run(session, action, 'list-panes', ['-F', FORMAT]);
    for (const line of output.split('\n')) {
      const [isActive, pid, isDead, isDeaf, mode, ...name] = line.split(' ');
      // tmux also takes the terminal of a client for its session, behind `=`, too (seen on 3.3a).
      if (isActive !== '1' || name.join(' ') !== session) continue;
      return {
        firstPid: Number(pid),
        hasEnded: isDead === '1',
        takesInput: isDeaf !== '1',
        isInMode: mode !== '0',
      };
    }
    throw noSession(session, action, 'tmux has no session of exactly this name');
  }

  /** Runs a command for a session that was found. */
  async run(session: string, action: string, command: string, args: readonly string[]) {
    const { tmux, socket } = this.#settings;
    const target = ['-t', targetOf(session)];
    // Without -u, tmux tells characters beyond ASCII only where the locale has them.
    const all = ['-u', ...socket, command, ...target, ...args.map(asArgument)];
    return await this.#output(session, action, tmux, all);
  }

  async processTable(session: string, action: string): Promise<readonly ProcessRow[]> {
    return readProcessTable(await this.#output(session, action, 'ps', PS_ARGS));
  }

  async #output(session: string, action: string, program: string, args: readonly string[]) {
    const { timeoutMs } = this.#settings;
    const ending = await runProgram(program, args, { timeoutMs, maxBytes: MAX_BYTES });
    if (ending.failure !== undefined) throw troubleOf(session, action, ending.failure);
    return ending.output;
  }
}
