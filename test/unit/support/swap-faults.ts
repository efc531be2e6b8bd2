import type { FailoverFs, Terminal } from 'claude-shared-state/failover';

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

  fs(fs: FailoverFs): FailoverFs {
    return {
      access: (path, mode) => this.#step(() => fs.access(path, mode)),
      lstat: (path, options) => this.#step(() => fs.lstat(path, options)),
      mkdir: (path, options) => this.#step(() => fs.mkdir(path, options)),
      open: (path, flags, mode) => this.#open(() => fs.open(path, flags, mode)),
      opendir: (path, options) => this.#step(() => fs.opendir(path, options)),
      readFile: (path, encoding) => this.#step(() => fs.readFile(path, encoding)),
      readlink: (path) => this.#step(() => fs.readlink(path)),
      realpath: (path) => this.#step(() => fs.realpath(path)),
      rename: (from, to) => this.#step(() => fs.rename(from, to)),
      stat: (path, options) => this.#step(() => fs.stat(path, options)),
      symlink: (target, path, type) => this.#step(() => fs.symlink(target, path, type)),
      unlink: (path) => this.#step(() => fs.unlink(path)),
    };
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

  async #open(open: () => ReturnType<FailoverFs['open']>): ReturnType<FailoverFs['open']> {
    const handle = await this.#step(open);
    return {
      stat: (options) => this.#step(() => handle.stat(options)),
      read: (buffer, offset, length, position) =>
        this.#step(() => handle.read(buffer, offset, length, position)),
      write: (buffer, offset, length, position) =>
        this.#step(() => handle.write(buffer, offset, length, position)),
      datasync: () => this.#step(() => handle.datasync()),
      close: () => handle.close(),
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
    if (isIt || isDead) throw Object.assign(new Error('EIO: a fault'), { code: 'EIO' });
    return await act();
  }
}
