import { setTimeout as delay } from 'node:timers/promises';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { SessionTerminal } from '../../../../src/failover/swap/session-terminal.ts';
import { realMigrateDisk } from '../../../../src/fs/migrate-fs.ts';
import { unknownProcesses } from '../../../../src/fs/processes.ts';
import { poll, startServer } from './support/private-server.ts';

test('a command arrives whole in a shell with the keys of vi, whatever somebody has typed', async () => {
  const { open, socketPath, directory, tmux } = startServer();
  await open('one');
  const terminal = tmuxTerminal({ socketPath });
  await terminal.type('one', 'set -o vi');
  await terminal.press('one', 'Enter');
  await terminal.type('one', 'echo "an open quote');
  tmux('send-keys', '-t', '=one:', 'Escape');
  const context = {
    fs: realMigrateDisk,
    terminal,
    processInspector: unknownProcesses,
    stateDirectory: directory,
    signal: undefined,
    sleep: (milliseconds: number) => delay(milliseconds),
    now: () => performance.now(),
    random: Math.random,
    pid: undefined,
    pollMs: 100,
  };
  await new SessionTerminal(context, { name: 'one', cwd: directory }).enter('echo "who"le');
  await poll(async () => (await terminal.capture('one')).includes('\nwhole'));
  expect(await terminal.isAtShell('one')).toBe(true);
});
