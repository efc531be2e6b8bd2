import type { ProcessInspector } from '../../../src/fs/processes.ts';
import type { LockFs } from '../../../src/lock/lock.ts';
import { wrappedPort } from './wrapped-port.ts';
import { formatOwnerToken, type OwnerToken } from '../../../src/lock/owner.ts';

/** Is told of each call before it is made, and may give back what is to happen once it was made. */
type CallWatcher = (
  call: string,
  path: string,
) => Promise<((succeeded: boolean) => Promise<void> | void) | undefined>;

export function watchedLockFs(fs: LockFs, watcher: CallWatcher): LockFs {
  return wrappedPort(fs, async (call, perform, args) => {
    const path = String(call === 'symlink' ? args[1] : args[0]);
    const after = await watcher(call, path);
    let succeeded = false;
    try {
      const result = await perform();
      succeeded = true;
      return result;
    } finally {
      await after?.(succeeded);
    }
  });
}

/** A machine whose processes run as long as the test wants. */
export class Machine {
  readonly #running = new Set<number>();
  #nonces = 0;
  /** What a call in one of its processes is told. */
  readonly probe: ProcessInspector = {
    status: ({ pid, pidNamespace }) => {
      if (pidNamespace !== 'here') return Promise.resolve({ state: 'unknown' });
      if (!this.#running.has(pid)) return Promise.resolve({ state: 'exited' });
      return Promise.resolve({ state: 'running', start: String(pid) });
    },
    self: (pid = 1) => Promise.resolve({ pid, start: String(pid), pidNamespace: 'here' }),
  };

  /** Starts a process, and gives it a token to lock with. */
  start(pid: number): OwnerToken {
    this.#running.add(pid);
    this.#nonces += 1;
    return { pid, start: String(pid), nonce: `n${this.#nonces}`, pidNamespace: 'here' };
  }

  end(pid: number): void {
    this.#running.delete(pid);
  }
}

/** What a dead process of a {@link Machine} has left behind. */
export const deadToken = (pid: number): OwnerToken => ({
  pid,
  start: String(pid),
  nonce: `d${pid}`,
  pidNamespace: 'here',
});

/** The break file of somebody's token, beside a lock. */
export function breakFileOf(lock: string, { pid, start, nonce }: OwnerToken): string {
  return `${lock}.break.${pid}.${start}.${nonce}`;
}

export const text = formatOwnerToken;
