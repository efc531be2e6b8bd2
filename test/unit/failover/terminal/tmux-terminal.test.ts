import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmuxTerminal } from 'claude-shared-state/tmux';
import { afterAll, describe, expect, test } from 'vitest';
import { inWords } from '../../support/in-words.ts';
import { errorOf } from './support/error-of.ts';
import { poll, startServer } from './support/private-server.ts';

async function shell(session = 'one') {
  const server = startServer();
  await server.open(session);
  const terminal = tmuxTerminal({ socketPath: server.socketPath });
  const run = async (line: string) => {
    await terminal.type(session, line);
    await terminal.press(session, 'Enter');
  };
  const shows = (text: string) =>
    poll(async () => (await terminal.capture(session)).includes(text));
  return { ...server, terminal, run, shows };
}

describe('what is typed arrives as it is', () => {
  const { open, directory, socketPath } = startServer(afterAll);
  const terminal = tmuxTerminal({ socketPath });
  let count = 0;

  test.each(
    inWords([
      '-',
      '-l',
      '--',
      ';',
      'a;',
      'a;;',
      String.raw`a\;`,
      String.raw`a\\;`,
      '\\',
      '"',
      "'",
      `it's "quoted"`,
      '$(touch expanded)',
      '`touch expanded`',
      '#{pane_id}',
      '#(touch expanded)',
      '%1',
      '{last}',
      '~',
      'Enter',
      'C-c',
      '  two blanks before and after  ',
      'é ü 漢字 👩‍👩‍👧 e\u0301',
      '\u{1f600}'.repeat(5_000),
      `${'x'.repeat(3_999)};${'y'.repeat(3_999)};`,
      '漢'.repeat(4_200),
    ]),
  )('text %s', async (_, text) => {
    count += 1;
    const [reader, ready, typed] = [`reader${count}`, `ready${count}`, `typed${count}`];
    await open(reader, `stty -echo -icanon; touch ${ready}; exec cat > ${typed}`);
    await poll(() => fileIn(directory, ready) === '');
    await terminal.type(reader, text);

    await poll(() => fileIn(directory, typed) === text);
    expect(fileIn(directory, 'expanded')).toBeUndefined();
  });
});

test('nothing is typed of no text', async () => {
  const { terminal } = await shell();
  await terminal.type('one', '');
  expect(await terminal.capture('one')).toBe('$');
});

test.each(
  inWords([
    'a\nb',
    'a\rb',
    'a\u001b[31mb',
    'a\u0003',
    'a\tb',
    'a\0b',
    'a\u009bb',
    'a\ud800b',
    '\udc00',
  ]),
)(
  'a text is refused, and nothing of it typed, where it would press keys or change: %s',
  async (_, text) => {
    const { terminal } = await shell();

    const error = await errorOf(terminal.type('one', text));
    expect(error).toMatchObject({ reason: 'failed', session: 'one' });
    expect(error.message).toMatch(/^Cannot type a text in the tmux session "one": it has /);
    expect(await terminal.capture('one')).toBe('$');
  },
);

test('keys are pressed: a line is dropped, a program interrupted, a command repeated', async () => {
  const { terminal, run, shows, directory } = await shell();
  await terminal.type('one', 'touch not-this; ');
  await terminal.press('one', 'C-c');
  await run('echo first; cat');
  await shows('\nfirst');
  await terminal.press('one', 'C-c');
  // An interrupt throws away what is typed until the shell is back.
  await shows('^C\n$');
  await run('echo last');
  await shows('\nlast\n$');
  await terminal.press('one', 'Up');
  await terminal.press('one', 'Enter');
  await poll(async () => (await terminal.capture('one')).split('\nlast\n').length === 3);

  expect(fileIn(directory, 'not-this')).toBeUndefined();
});

test('what is no key is not pressed, and not typed', async () => {
  const { terminal } = await shell();
  // @ts-expect-error -- which a caller without types does not know
  const { reason } = await errorOf(terminal.press('one', 'exit'));
  expect(reason).toBe('failed');
  expect(await terminal.capture('one')).toBe('$');
});

test('keys reach the shell also while somebody reads the scrollback', async () => {
  const { tmux, terminal, run, shows } = await shell();
  tmux('copy-mode', '-t', '=one:');
  await run('echo "q"uiet');
  await shows('\nquiet');

  tmux('copy-mode', '-t', '=one:');
  await terminal.press('one', 'C-c');
  await shows('^C');
  expect(tmux('display-message', '-p', '-t', '=one:', '#{pane_in_mode}')).toBe('0\n');
});

describe('a capture', () => {
  test('joins lines that were wrapped, and ends with the last one that is not blank', async () => {
    const { terminal, run, shows } = await shell();
    const long = 'word '.repeat(50).trim();
    await run(`clear; printf '%s\\n' '${long}' 'short  ' '' é; sleep 60`);
    // Below a line break: the command itself is shown, too.
    await shows('\né');

    expect((await terminal.capture('one')).split('\n').slice(-4)).toEqual([long, 'short', '', 'é']);
  });

  test('has no color codes, and shows half of a character without failing', async () => {
    const { terminal, run } = await shell();
    await run(String.raw`clear; printf '\033[31mred\033[0m \303 \033]0;title\007 end\n'; sleep 60`);
    await poll(async () => /^red .* +end$/m.test(await terminal.capture('one')));

    const last = (await terminal.capture('one')).split('\n').at(-1);
    expect(last).toMatch(/^red .* +end$/);
    expect(last).not.toMatch(/\p{Cc}/u);
  });

  test('reaches as far above the screen as it is told', async () => {
    const { socketPath, run, shows } = await shell();
    await run('clear; seq 1 1000; sleep 60');
    await shows('\n1000');
    const lines = async (scrollbackLines?: number) => {
      const terminal = tmuxTerminal({ socketPath, scrollbackLines });
      return (await terminal.capture('one')).split('\n');
    };

    expect((await lines(0))[0]).toBe('978');
    expect((await lines(100))[0]).toBe('878');
    expect(await lines()).toContain('1');
  });

  test('takes a scrollback of 10 MB', async () => {
    const { socketPath, run, shows } = await shell();
    const line = 'x'.repeat(79);
    await run(`clear; yes ${line} | head -n 140000; echo all; sleep 60`);
    await shows('\nall');
    const terminal = tmuxTerminal({ socketPath, scrollbackLines: 150_000, timeoutMs: 60_000 });

    const text = await terminal.capture('one');
    expect(text.length).toBeGreaterThan(10_000_000);
    expect(text.endsWith(`${line}\nall`)).toBe(true);
  });
});

describe('processes', () => {
  test('are told from the shell on, the nearest first', async () => {
    const { tmux, terminal, run } = await shell();
    const first = Number(tmux('list-panes', '-t', '=one:', '-F', '#{pane_pid}'));
    expect(await terminal.processIds('one')).toEqual([first]);

    await run(`bash -c 'echo $$ > outer; bash -c "echo \\$\\$ > inner; sleep 60; true"; true'`);
    await poll(async () => (await terminal.processIds('one')).length === 4);

    const [, outer, inner] = await terminal.processIds('one');
    const directory = tmux('display-message', '-p', '-t', '=one:', '#{pane_current_path}').trim();
    expect(Number(fileIn(directory, 'outer'))).toBe(outer);
    expect(Number(fileIn(directory, 'inner'))).toBe(inner);
  });

  test('are at the shell while nothing else is in the foreground', async () => {
    const { terminal, run } = await shell();
    await run('sleep 60 &');
    await poll(async () => (await terminal.processIds('one')).length === 2);
    expect(await terminal.isAtShell('one')).toBe(true);

    await run('sleep 60');
    await poll(async () => (await terminal.processIds('one')).length === 3);
    await poll(async () => !(await terminal.isAtShell('one')));
    await terminal.press('one', 'C-c');
    await poll(() => terminal.isAtShell('one'));
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('of the terminal get a %s', async (signal) => {
    const { terminal, run } = await shell();
    await run('sleep 60');
    await poll(async () => (await terminal.processIds('one')).length === 2);
    await poll(async () => !(await terminal.isAtShell('one')));
    const [, pid = 0] = await terminal.processIds('one');

    await terminal.signal('one', pid, signal);
    await poll(() => terminal.isAtShell('one'));
    await terminal.signal('one', pid, signal);
    expect(await terminal.processIds('one')).toHaveLength(1);
  });

  test('of another terminal get no signal, nor do groups', async () => {
    const { open, terminal } = await shell();
    await open('two');
    const [other = 0] = await terminal.processIds('two');
    const [own = 0] = await terminal.processIds('one');

    for (const pid of [other, process.pid, -own, 0, -1, NaN, 1.5]) {
      const { message } = await errorOf(terminal.signal('one', pid, 'SIGKILL'));
      expect(message).toContain('does not run there');
    }
    expect(await terminal.processIds('two')).toEqual([other]);
  });

  test('are none where the first one has ended, and nothing can be typed there', async () => {
    const { tmux, open, terminal } = await shell();
    tmux('set', '-g', 'remain-on-exit', 'on');
    await open('dead', 'true');
    await poll(async () => (await terminal.processIds('dead')).length === 0);

    expect(await terminal.isAtShell('dead')).toBe(false);
    const { message } = await errorOf(terminal.type('dead', 'x'));
    expect(message).toContain('its process has ended');
  });
});

test('the active pane of the active window is meant', async () => {
  const { tmux, terminal, shows } = await shell();
  tmux('new-window', '-t', '=one:', 'echo second window; exec cat');
  await shows('second window');
  tmux('split-window', '-t', '=one:', 'echo third pane; exec cat');
  await shows('third pane');
  tmux('select-pane', '-t', '=one:.0');
  await shows('second window');

  expect(await terminal.capture('one')).not.toContain('third pane');
});

function fileIn(directory: string, name: string): string | undefined {
  try {
    return readFileSync(join(directory, name), 'utf8');
  } catch {
    return undefined;
  }
}

describe('sessions and create', () => {
  test('lists every session, and makes one in a directory whatever its name', async () => {
    const { directory, socketPath, open, tmux } = startServer();
    const terminal = tmuxTerminal({ socketPath });
    expect(await terminal.sessions()).toEqual([]);
    await open('one');
    const cwd = join(directory, '#{pane_id} #S %1');
    mkdirSync(cwd);
    await terminal.create('#S two', cwd);
    expect(await terminal.sessions()).toEqual(['#S two', 'one']);
    const path = () =>
      tmux('display-message', '-p', '-t', '=#S two:', '#{pane_current_path}').trim();
    await poll(() => path() === cwd);
    const again = await errorOf(terminal.create('one', cwd));
    expect(again.message).toContain('duplicate session');
    const refused = await errorOf(terminal.create('a:b', cwd));
    expect(refused.reason).toBe('no-session');
  });

  test('without a server list nothing, and start one', async () => {
    const { directory } = startServer();
    const socketPath = join(directory, 'other');
    const terminal = tmuxTerminal({ socketPath });
    expect([await terminal.sessions(), await terminal.server()]).toEqual([[], undefined]);
    await terminal.create('one', directory);
    expect(await terminal.sessions()).toEqual(['one']);
    // The command looks there whether it still runs.
    expect(await terminal.server()).toMatch(new RegExp(String.raw`^\d+ \d+ ${socketPath}$`));
    execFileSync('tmux', ['-S', socketPath, 'kill-server']);
    expect([await terminal.sessions(), await terminal.server()]).toEqual([[], undefined]);
  });
});
