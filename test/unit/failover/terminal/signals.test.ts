import { tmuxTerminal } from 'claude-shared-state/tmux';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { posixError } from '../../support/posix-error.ts';
import { errorOf } from './support/error-of.ts';
import { startServer } from './support/private-server.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A terminal with a shell in it, and how sending a signal to that fails. */
async function shellThat(code: string) {
  const { open, socketPath } = startServer();
  await open('one');
  const terminal = tmuxTerminal({ socketPath });
  const [pid] = await terminal.processIds('one');
  if (pid === undefined) throw new Error('no shell');
  vi.spyOn(process, 'kill').mockImplementation(() => {
    throw posixError(code, 'kill');
  });
  return { terminal, pid };
}

describe('a signal', () => {
  test('to a process that has ended a moment ago was not needed', async () => {
    const { terminal, pid } = await shellThat('ESRCH');

    await expect(terminal.signal('one', pid, 'SIGTERM')).resolves.toBeUndefined();
  });

  test('that may not be sent is told, with what to do', async () => {
    const { terminal, pid } = await shellThat('EPERM');

    const { reason, message } = await errorOf(terminal.signal('one', pid, 'SIGTERM'));

    expect(reason).toBe('failed');
    expect(message).toContain('run as the user of that process');
  });
});

test('into a terminal whose input is off nothing is typed', async () => {
  const { open, tmux, socketPath } = startServer();
  await open('one');
  tmux('select-pane', '-t', '=one:', '-d');

  const { message } = await errorOf(tmuxTerminal({ socketPath }).type('one', 'x'));

  expect(message).toContain('its input is off; run tmux select-pane -e');
});

test.each(inWords([undefined, 7]))(
  'a session whose name is %s is told as it is',
  async (_, name) => {
    const { socketPath } = startServer();
    const terminal = tmuxTerminal({ socketPath });

    // @ts-expect-error -- which a caller without types does not know
    const { reason, message } = await errorOf(terminal.capture(name));

    expect(reason).toBe('no-session');
    expect(message).toContain(`in the tmux session ${String(name)}:`);
  },
);
