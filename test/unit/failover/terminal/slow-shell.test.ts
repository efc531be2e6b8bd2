import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { judgeLaunch } from '../../../../src/failover/terminal/launch.ts';
import { poll, startServer } from './support/private-server.ts';

test('a launch has not ended while a hook of cd runs, but once the program has failed', async () => {
  const { open, socketPath, directory } = startServer();
  await open('one');
  const terminal = tmuxTerminal({ socketPath });
  const enter = async (line: string) => {
    await terminal.type('one', line);
    await terminal.press('one', 'Enter');
  };
  const gate = join(directory, 'gate');
  execFileSync('mkfifo', [gate]);
  // As version managers do it: the shell itself waits, and keeps the foreground.
  await enter(`cd() { builtin cd "$1"; echo "Found .nvmrc"; local v=$(cat ${gate}); }; clear`);
  await poll(async () => (await terminal.capture('one')) === '$');
  const command = `cd '${directory}' && env A=1 claude --resume`;
  const before = await terminal.capture('one');
  await enter(command);
  const judge = async () => {
    const [text, isAtShell] = [await terminal.capture('one'), await terminal.isAtShell('one')];
    return judgeLaunch({ command, before, text, isAtShell, live: undefined });
  };
  await poll(async () => (await terminal.capture('one')).endsWith('\nFound .nvmrc'));
  expect(await terminal.isAtShell('one')).toBe(true);
  expect(await judge()).toEqual({ kind: 'waiting' });

  writeFileSync(gate, 'v18\n');
  await poll(async () => (await judge()).kind === 'ended');
  expect(await terminal.capture('one')).toMatch(/Found \.nvmrc\n.*claude.*\n\$$/);
});
