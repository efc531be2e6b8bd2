import { openSync } from 'node:fs';
import process from 'node:process';
import { ReadStream, WriteStream } from 'node:tty';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { processIo, type Streams } from '../../../src/cli/process-io.ts';
import { poll, startServer } from '../failover/terminal/support/private-server.ts';
import { posixError } from '../support/posix-error.ts';

/** A terminal in which nothing reads and writes but the command, in this process. */
async function terminal(columns = 80) {
  const { tmux } = startServer();
  const size = ['-x', String(columns), '-y', '24'];
  tmux('new-session', '-d', ...size, '-s', 'one', 'exec sleep 1000');
  const path = tmux('display-message', '-p', '-t', '=one:', '#{pane_tty}').trim();
  const streams = {
    stdin: new ReadStream(openSync(path, 'r')),
    stdout: outputTo(path),
    stderr: outputTo(path),
  };
  onTestFinished(() => {
    for (const stream of Object.values(streams)) stream.destroy();
  });
  const press = (...keys: readonly string[]) => tmux('send-keys', '-t', '=one:', ...keys);
  const screen = () => tmux('capture-pane', '-p', '-t', '=one:').trimEnd();
  const shows = (text: string) => poll(() => screen().includes(text));
  return { streams, press, screen, shows };
}

function outputTo(path: string) {
  const fd = openSync(path, 'w');
  return Object.assign(new WriteStream(fd), { fd });
}

/** Asks on a terminal that understands more than text. */
function ask(streams: Streams, question = 'Really?'): Promise<boolean> {
  vi.stubEnv('TERM', 'xterm');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const answer = processIo(streams).confirm?.(question);
  if (answer === undefined) throw new Error('There is nobody to ask');
  return answer;
}

describe('a person at the terminal is asked, and', () => {
  test.each(['y', 'Y', 'yes', ' Yes '])('"%s" is a yes', async (typed) => {
    const { streams, press, shows } = await terminal();
    const answer = ask(streams);
    await shows('Really? [y/N]');

    press('-l', typed);
    press('Enter');

    expect(await answer).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['a no', 'n'],
    ['what only begins like a yes', 'yesterday'],
  ])('%s is none', async (_, typed) => {
    const { streams, press, shows } = await terminal();
    const answer = ask(streams);
    await shows('Really? [y/N]');

    press('-l', typed);
    press('Enter');

    expect(await answer).toBe(false);
  });

  test.each(['C-c', 'C-d'])('%s is none, and ends the line', async (key) => {
    const { streams, press, screen, shows } = await terminal();
    const answer = ask(streams);
    await shows('Really? [y/N]');

    press(key);

    expect(await answer).toBe(false);
    streams.stderr.write('below');
    await shows('below');
    expect(screen()).toBe('Really? [y/N]\nbelow');
  });
});

test('where a line has no room for it, what is to be typed stands below the question', async () => {
  const { streams, press, screen, shows } = await terminal(20);
  const answer = ask(streams, 'Really and truly?');
  await shows('[y/N]');

  expect(screen()).toBe('Really and truly?\n[y/N]');
  press('y', 'Enter');
  expect(await answer).toBe(true);
});

test.each(['stdin', 'stdout', 'stderr'] as const)(
  'where %s is no terminal there is nobody to ask',
  async (name) => {
    const { streams } = await terminal();
    expect(processIo(streams).confirm).toBeTypeOf('function');

    streams[name].isTTY = false;

    expect(processIo(streams).confirm).toBeUndefined();
  },
);

describe('a chooser', () => {
  const style = { bold: String, cyan: String, dim: String, red: String };
  const fruit = ['apple', 'pear', 'plum'];
  const source = (typed: string) =>
    Promise.resolve(
      fruit
        .filter((name) => name.startsWith(typed))
        .map((name) => ({ value: name.length, name, details: `a ${name}` })),
    );
  const chooseOn = (streams: Streams) => {
    vi.stubEnv('TERM', 'xterm');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    return processIo(streams).choose?.('Which?', source, style);
  };

  test('shows what matches what is typed, with details, and gives the one that is chosen', async () => {
    const { streams, press, screen, shows } = await terminal();
    const choice = chooseOn(streams);
    await shows('> apple');
    expect(screen()).toBe(
      'Which?\n> apple\n  pear\n  plum\n\na apple\nType to search, Ctrl-C to leave',
    );

    press('-l', 'p');
    await shows('> pear');
    press('Down');
    await shows('> plum');
    press('Enter');

    expect(await choice).toBe(4);
    await poll(() => screen() === '');
  });

  test('gives nothing after Ctrl-C', async () => {
    const { streams, press, shows } = await terminal();
    const choice = chooseOn(streams);
    await shows('> apple');
    press('C-c');
    expect(await choice).toBeUndefined();
  });

  test('needs a cursor and somebody who types, but no terminal for its result', async () => {
    const { streams } = await terminal();
    streams.stdout.isTTY = false;
    expect(processIo(streams)).toMatchObject({ ask: expect.any(Function) as unknown });
    vi.stubEnv('TERM', 'dumb');
    expect(processIo(streams).choose).toBeUndefined();
    vi.unstubAllEnvs();
    streams.stdin.isTTY = false;
    expect(processIo(streams)).toMatchObject({ ask: undefined, choose: undefined });
  });
});

test('a program runs with what it is given, and without what is to be unset', async () => {
  const { streams } = await terminal();
  const { run } = processIo(streams);
  vi.stubEnv('UNWANTED', '1');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const given = { env: { WANTED: '2' }, unset: ['UNWANTED'], cwd: '/' };
  const program = (script: string) => ({ file: 'sh', args: ['-c', script], ...given });

  expect(await run(program('test "$UNWANTED$WANTED" = 2 && test "$PWD" = /'))).toBe(true);
  expect(await run(program('exit 7'))).toBe(false);
  await expect(run({ ...program(''), file: '/nowhere/claude' })).rejects.toThrow('ENOENT');
});

test('a screen says how wide it is', async () => {
  const { streams } = await terminal(33);
  const { stdout, stderr } = processIo(streams);

  expect(stdout).toMatchObject({ isTTY: true, columns: 33 });
  expect(stderr).toMatchObject({ isTTY: true, columns: 33 });
});

test('what is written on a screen is seen there', async () => {
  const { streams, screen, shows } = await terminal();

  processIo(streams).stdout.write('✓ done\n');

  await shows('done');
  expect(screen()).toBe('✓ done');
});

describe('an output that fails', () => {
  test('because nobody reads any more ends nothing', async () => {
    const { streams } = await terminal();
    processIo(streams);
    const closed = posixError('EPIPE', 'write');

    expect(streams.stdout.emit('error', closed)).toBe(true);
    expect(streams.stderr.emit('error', closed)).toBe(true);
  });

  test('for another reason is no secret, and ends nothing', async () => {
    const { streams, shows } = await terminal();
    const once = vi.spyOn(process, 'once').mockReturnThis();
    onTestFinished(() => once.mockRestore());
    processIo(streams);

    streams.stdout.emit('error', posixError('ENOSPC', 'write'));
    streams.stderr.emit('error', posixError('ENOSPC', 'write'));

    await shows("the output can't be written: ENOSPC");
    const [[event, atExit] = []] = once.mock.calls;
    expect([event, once.mock.calls]).toEqual(['exit', [['exit', expect.any(Function)]]]);
    const before = process.exitCode;
    process.exitCode = 0;
    atExit?.();
    const after = process.exitCode;
    process.exitCode = before;
    expect(after).toBe(3);
  });
});

describe('Ctrl-C and the like', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s is told once, and the second one ends the process at once',
    (name) => {
      const end = vi.spyOn(process, 'exit').mockImplementation((code) => {
        throw new Error(`ended with ${code}`);
      });
      const { signal, release } = processIo().catchInterrupts();
      onTestFinished(() => {
        release();
        end.mockRestore();
      });

      expect(signal.aborted).toBe(false);
      process.emit(name);
      expect(signal.aborted).toBe(true);
      expect(() => process.emit(name)).toThrow('ended with 3');
    },
  );

  test('are not caught any more when the run is over', () => {
    const before = process.listenerCount('SIGINT');
    const { release } = processIo().catchInterrupts();
    expect(process.listenerCount('SIGINT')).toBe(before + 1);

    release();

    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

test('it knows its version, and a clock that only grows', async () => {
  const { version, clock } = processIo();

  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  const begin = clock();
  expect(clock()).toBeGreaterThanOrEqual(begin);
});
