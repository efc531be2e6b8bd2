import type { Terminal } from 'claude-shared-state/failover';
import type { MigrateFs } from 'claude-shared-state/migrate';
import { posixError } from './posix-error.ts';
import { wrappedDisk } from './wrapped-disk.ts';

/** What goes wrong at one call, of the file system or of a terminal, and from then on. */
export interface SwapFault {
  /** The number of the call, from 1. */
  readonly call: number;
  /** `death`: nothing does anything any more. `once`: that one call fails. */
  readonly kind: 'death' | 'once';
  /** Whether it takes effect before. */
  readonly moment: 'before' | 'after';
}

/** A file system and terminals with one fault in them, counted together. */
export class FaultyMachine {
  calls = 0;
  readonly #fault: SwapFault | undefined;

  constructor(fault?: SwapFault) {
    this.#fault = fault;
  }

  fs(fs: MigrateFs): MigrateFs {
    return wrappedDisk(fs, ({ name }, perform) =>
      // Closing is no step of a swap, nor is each entry that is listed.
      name === 'handle.close' || name.startsWith('directory.')
        ? perform()
        : this.#step(() => perform()),
    );
  }

  terminal(terminal: Terminal): Terminal {
    return {
      capture: (session) => this.#step(() => terminal.capture(session)),
      type: (session, text) => this.#step(() => terminal.type(session, text)),
      press: (session, key) => this.#step(() => terminal.press(session, key)),
      processIds: (session) => this.#step(() => terminal.processIds(session)),
      isAtShell: (session) => this.#step(() => terminal.isAtShell(session)),
      signal: (session, pid, signal) => this.#step(() => terminal.signal(session, pid, signal)),
    };
  }

  async #step<Value>(act: () => Promise<Value>): Promise<Value> {
    this.calls += 1;
    const { call, kind, moment } = this.#fault ?? {
      call: Infinity,
      kind: 'once',
      moment: 'before',
    };
    const isDead = kind === 'death' && this.calls > call;
    const isIt = this.calls === call;
    if (isIt && moment === 'after') await act();
    if (isIt || isDead) throw posixError('EIO', 'a fault');
    return await act();
  }
}
