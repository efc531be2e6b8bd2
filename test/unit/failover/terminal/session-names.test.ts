import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isTerminalError, type Terminal, tmuxTerminal } from 'claude-shared-state/tmux';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { poll, startServer } from './support/private-server.ts';

/** What each call of a terminal comes to, one after the other. */
async function outcomesOf(terminal: Terminal, session: string): Promise<readonly unknown[]> {
  const outcomes: unknown[] = [];
  for (const call of [
    () => terminal.capture(session),
    () => terminal.type(session, 'x'),
    () => terminal.press(session, 'Enter'),
    () => terminal.processIds(session),
    () => terminal.isAtShell(session),
    () => terminal.signal(session, 1, 'SIGTERM'),
  ]) {
    outcomes.push(await call().catch((error: unknown) => error));
  }
  return outcomes;
}

const several = startServer(afterAll);
beforeAll(() => several.open('other'));

test.each(
  inWords([
    'a/b',
    '/',
    '(touch expanded)',
    '`touch expanded`',
    'a b',
    ' ',
    '-x',
    '-t',
    '=x',
    '@0',
    '%0',
    '{last}',
    '!',
    '+',
    '-',
    '~',
    'a*',
    '[ab]',
    'it\'s "quoted"',
    'é 漢字',
  ]),
)('a session called %s is reached by exactly that name', async (_, name) => {
  const { open, socketPath, directory } = several;
  await open(name);
  const terminal = tmuxTerminal({ socketPath });

  await terminal.type(name, 'echo here');
  await poll(async () => (await terminal.capture(name)).includes('echo here'));
  expect(await terminal.isAtShell(name)).toBe(true);
  expect(await terminal.capture('other')).toBe('$');
  expect(existsSync(join(directory, 'expanded'))).toBe(false);
});

const shared = startServer(afterAll);
beforeAll(() => shared.open('other'));

test.each(
  inWords([
    '',
    'o',
    'othe',
    'other2',
    'other:',
    'other:0',
    'other.0',
    'other.',
    ':',
    '.',
    '..',
    '../other',
    '=other',
    'other*',
    'o*r',
    '[o]ther',
    '$0',
    '$',
    '@0',
    '%0',
    '{last}',
    '{mouse}',
    '!',
    '+',
    '-',
    '^',
    '~',
    '/',
    '$(touch expanded)',
    '#(touch expanded)',
    '#{session_name}',
    'other\n',
    'a\nother',
    'other\0',
    '\u001b[2J',
    'other\u2028',
    '\ud800other',
    'other;',
    ';',
    '; kill-server ;',
    'x'.repeat(2_000),
    'x'.repeat(100_000),
  ]),
)('no other session is reached by the name %s', async (_, name) => {
  const { socketPath, directory } = shared;
  const terminal = tmuxTerminal({ socketPath });

  for (const error of await outcomesOf(terminal, name)) {
    if (!isTerminalError(error)) throw new Error(`${name} reached a session`, { cause: error });
    expect(error.session).toBe(name);
    expect(error.message).toMatch(
      /^Cannot [^\n]+ in the tmux session "[^\p{Cc}]*[;:] [^\p{Cc}]+\.$/u,
    );
    expect(error.message.length).toBeLessThan(1_500);
  }
  expect(await terminal.capture('other')).toBe('$');
  expect(existsSync(join(directory, 'expanded'))).toBe(false);
});

test('the terminal of a client is no name of its session, though tmux takes it for one', async () => {
  const { open, tmux, socketPath } = startServer();
  await open('other');
  const attach = `exec env -u TMUX tmux -S '${socketPath}' attach -t =other:`;
  await startServer().open('viewer', attach);
  const names = () => tmux('list-clients', '-F', '#{client_name}').trim();
  await poll(() => names() !== '');
  expect(tmux('list-panes', '-t', `=${names()}:`, '-F', '#{session_name}')).toBe('other\n');

  for (const outcome of await outcomesOf(tmuxTerminal({ socketPath }), names())) {
    expect(outcome).toMatchObject({ reason: 'no-session' });
  }
});
