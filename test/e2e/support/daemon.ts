import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { pollUntil } from './poll.ts';
import type { Room } from './room.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// By its place, because the daemon runs in a directory from which it is not found.
const tsx = import.meta.resolve('tsx');

/** An action of `failover`, as a process. */
export interface Daemon {
  /** What it has printed. */
  readonly log: () => string;
  /** Waits until it has printed something. */
  readonly until: (wanted: string | RegExp, patienceMs?: number) => Promise<void>;
  /** Ends it, or waits for its own end, and tells how it ended. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Kills it as soon as it prints something. */
  readonly killAt: (wanted: RegExp) => Promise<void>;
}

/** @param environment - What is in its environment beyond what it needs. */
export function startFailover(
  room: Room,
  action: 'run' | 'check' | 'swap',
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Daemon {
  const program = here('../../../src/cli/bin.ts');
  const { home, tmp } = room.surroundings();
  const command = ['--import', tsx, program, 'failover', action, ...args];
  const child = spawn(process.execPath, command, {
    cwd: home,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      TMPDIR: tmp,
      NODE_NO_WARNINGS: '1',
      TSX_TSCONFIG_PATH: here('../running.tsconfig.json'),
      TSX_DISABLE_CACHE: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let printed = '';
  let fatal: RegExp | undefined;
  const take = (chunk: unknown) => {
    printed += String(chunk);
    if (fatal?.test(printed) === true) child.kill('SIGKILL');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'close');
  const until: Daemon['until'] = (wanted, patienceMs) =>
    pollUntil(
      `the daemon prints ${wanted}`,
      () => (typeof wanted === 'string' ? printed.includes(wanted) : wanted.test(printed)),
      () => printed,
      patienceMs,
    );
  return {
    log: () => printed,
    until,
    end: async (signal) => {
      if (signal !== undefined) child.kill(signal);
      await ended;
      return child.exitCode;
    },
    killAt: async (wanted) => {
      fatal = wanted;
      take('');
      await ended;
    },
  };
}
