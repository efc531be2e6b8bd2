import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSharedStateError } from 'claude-shared-state';
import { type TmuxTerminalOptions, tmuxTerminal } from 'claude-shared-state/tmux';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inWords, wordsFor } from '../../support/in-words.ts';
import { errorOf } from './support/error-of.ts';
import { poll, startServer } from './support/private-server.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tmux-trouble-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

describe('an error says what is missing and what to do', () => {
  test('a session that is not there', async () => {
    const { open, socketPath } = startServer();
    await open('other');

    expect(await errorOf(tmuxTerminal({ socketPath }).capture('one'))).toMatchObject({
      reason: 'no-session',
      session: 'one',
      message:
        'Cannot read in the tmux session "one": tmux has no session of exactly this name; ' +
        'start the session, or correct its name or the socket.',
    });
  });

  test('a server without sessions', async () => {
    const { socketPath } = startServer();
    const { reason } = await errorOf(tmuxTerminal({ socketPath }).capture('one'));
    expect(reason).toBe('no-session');
  });

  test('a server that does not run', async () => {
    const socketPath = join(directory, 'socket');
    const { reason, message } = await errorOf(tmuxTerminal({ socketPath }).capture('one'));
    expect(reason).toBe('no-session');
    expect(message).toContain('tmux is not running');
  });

  test('a server that has died and left its socket', async () => {
    const { tmux, open, socketPath } = startServer();
    await open('one');
    process.kill(Number(tmux('display-message', '-p', '#{pid}')), 'SIGKILL');
    const terminal = tmuxTerminal({ socketPath });
    await poll(async () => (await errorOf(terminal.capture('one'))).reason === 'no-session');
    expect((await errorOf(terminal.type('one', 'x'))).message).toContain('is not running');
    tmux('start-server', ';', 'set', '-g', 'exit-empty', 'off');
  });

  test.each(
    inWords([
      [{ tmux: '/nowhere/tmux' }, 'ENOENT'],
      [{ tmux: '/' }, 'EACCES'],
    ]),
  )('if tmux is %s', async (_, options, code) => {
    const { reason, message } = await errorOf(tmuxTerminal(options).capture('one'));
    expect(reason).toBe('no-program');
    expect(message).toContain(`cannot be run (${code}); install it, or correct its path.`);
  });

  test('a tmux that does not answer', async () => {
    const tmux = programOf('exec sleep 60');
    const { reason, message } = await errorOf(
      tmuxTerminal({ tmux, timeoutMs: 100 }).capture('one'),
    );
    expect(reason).toBe('failed');
    expect(message).toContain('did not answer in time');
  });

  test('a tmux that says something else', async () => {
    const tmux = programOf(String.raw`printf 'lost \033[2Jserver\n' >&2; exit 1`);
    const { reason, message } = await errorOf(tmuxTerminal({ tmux }).capture('one'));
    expect(reason).toBe('failed');
    expect(message).toMatch(/printed "lost [^\p{Cc}]*server"/u);
  });

  test('more than can be read', async () => {
    const tmux = programOf(
      'case " $* " in *list*) echo "%0 80 24 1 0 0 0 1 one:/bin/sh";; *) exec yes;; esac',
    );
    const { reason, message } = await errorOf(tmuxTerminal({ tmux }).capture('one'));
    expect(reason).toBe('failed');
    expect(message).toContain('lower options.scrollbackLines');
  });
});

function programOf(script: string): string {
  const path = join(directory, 'tmux');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the given server is asked', () => {
  test('also from inside of another tmux', async () => {
    const outer = startServer();
    const inner = startServer();
    await outer.open('one', 'echo outer; exec cat');
    await inner.open('one');
    vi.stubEnv('TMUX', `${outer.socketPath},1,0`);

    expect(await tmuxTerminal({ socketPath: inner.socketPath }).capture('one')).toBe('$');
  });

  test('by the name of its socket', async () => {
    const { directory: own } = startServer();
    vi.stubEnv('TMUX_TMPDIR', own);
    vi.stubEnv('TMUX', undefined);

    const { reason } = await errorOf(tmuxTerminal({ socketName: '-x' }).capture('one'));
    expect(reason).toBe('no-session');
  });
});

const refused: readonly (readonly [string, object])[] = [
  ['options.socketName', { socketName: '' }],
  ['options.socketName', { socketName: '../a' }],
  ['options.socketName', { socketName: 'a\nb' }],
  ['options.socketName', { socketName: 7 }],
  ['options.socketPath', { socketPath: 'relative' }],
  ['options.socketPath', { socketPath: '/a\0' }],
  ['options.socketPath', { socketName: 'a', socketPath: '/a' }],
  ['options.tmux', { tmux: '' }],
  ['options.tmux', { tmux: ['tmux', '-L', 'a'] }],
  ['options.scrollbackLines', { scrollbackLines: -1 }],
  ['options.scrollbackLines', { scrollbackLines: 1.5 }],
  ['options.scrollbackLines', { scrollbackLines: '7' }],
  ['options.scrollbackLines', { scrollbackLines: Infinity }],
  ['options.timeoutMs', { timeoutMs: 0 }],
  ['options.timeoutMs', { timeoutMs: 2 ** 31 }],
  ['options.socket', { socket: 'a' }],
  ['options', []],
];

const named = refused.map(([argument, options]) => [argument, wordsFor(options), options] as const);

test.each(named)('%s is refused: %s', (argument, _, options: TmuxTerminalOptions) => {
  let error: unknown;
  try {
    tmuxTerminal(options);
  } catch (reason) {
    error = reason;
  }
  expect(isSharedStateError(error)).toBe(true);
  expect(error).toMatchObject({ operation: 'tmuxTerminal', problems: [{ argument }] });
});
