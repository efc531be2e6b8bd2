import { tmuxTerminal } from 'claude-shared-state/tmux';
import { expect, test } from 'vitest';
import { errorOf } from './support/error-of.ts';
import { poll, startServer } from './support/private-server.ts';

async function twoPanes() {
  const server = startServer();
  await server.open('api');
  const terminal = tmuxTerminal({ socketPath: server.socketPath });
  server.tmux('split-window', '-t', '=api:', 'echo second pane; exec cat');
  server.tmux('new-window', '-t', '=api:', 'echo second window; exec cat');
  const panes = await terminal.panes('api');
  const names = panes.map(({ id }) => `api:${id}`);
  return { ...server, terminal, panes, names };
}

test('the panes of a session are told, and each is reached by its id', async () => {
  const { terminal, panes, names } = await twoPanes();
  expect(panes).toHaveLength(3);
  expect(panes[2]).toMatchObject({ columns: 80, rows: 24 });
  const [first = '', second = '', third = ''] = names;
  await poll(async () => (await terminal.capture(second)).includes('second pane'));
  await poll(async () => (await terminal.capture(third)).includes('second window'));
  await terminal.type(first, 'echo in the first');
  await poll(async () => (await terminal.capture(first)).includes('echo in the first'));
  expect(await terminal.capture('api')).not.toContain('in the first');
  expect(await terminal.isAtShell(first)).toBe(true);
});

test('a pane of another session is not reached', async () => {
  const { open, terminal, names } = await twoPanes();
  await open('web');
  for (const name of ['api:%999', names[0]?.replace('api', 'web') ?? '']) {
    expect(await errorOf(terminal.capture(name))).toMatchObject({ reason: 'no-session' });
  }
});

test('how a process was started is told with its arguments as they were', async () => {
  const { open, terminal } = startedWith();
  const args = ['-c', 'sleep 60; true', 'two words', ''];
  await open('run', `A='b=c' exec bash -c 'sleep 60; true' 'two words' ''`);
  await poll(async () => (await terminal.processIds('run')).length === 2);
  const [first = 0] = await terminal.processIds('run');
  const launch = await terminal.launchOf('run', first);
  expect(launch?.args).toEqual(args);
  expect(launch?.executable).toMatch(/\/bash$/);
  expect(launch?.env).toMatchObject({ A: 'b=c' });
  expect(await terminal.launchOf('run', process.pid)).toBeUndefined();
});

test('a shell takes the place of what runs, and the terminal stays', async () => {
  const { open, terminal } = startedWith();
  await open('run', 'sh -c "sleep 60; true"');
  await poll(async () => (await terminal.processIds('run')).length > 1);
  const before = await terminal.processIds('run');
  await terminal.respawn('run');
  await poll(async () => !before.includes((await terminal.processIds('run'))[0] ?? 0));
  await poll(() => terminal.isAtShell('run'));
  await terminal.type('run', 'echo "h"ere');
  await terminal.press('run', 'Enter');
  await poll(async () => (await terminal.capture('run')).includes('\nhere'));
  expect(await terminal.isAtShell('run')).toBe(true);
});

function startedWith() {
  const server = startServer();
  return { ...server, terminal: tmuxTerminal({ socketPath: server.socketPath }) };
}
