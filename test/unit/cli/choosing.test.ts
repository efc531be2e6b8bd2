import { mkdir, utimes } from 'node:fs/promises';
import { projectKey } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const cli = (argv: readonly string[], more: Partial<Surroundings> = {}) =>
  run(argv, { home: user.home, columns: 80, ...more });

const idOf = (number: number) => `3f0c5a52-6f0e-4a57-9d0b-${String(number).padStart(12, '0')}`;

/** Sessions with these prompts, the first of which was used last, in two homes that share them. */
async function sessions(...prompts: readonly string[]) {
  await user.healthy('.claude');
  await user.healthy('.claude-spare');
  const cwd = user.at('work');
  await mkdir(cwd);
  for (const [index, content] of prompts.entries()) {
    const line = {
      type: 'user',
      uuid: content,
      cwd,
      timestamp: '2026-11-01T10:00:00.000Z',
      message: { content },
    };
    const path = `.claude-projects-shared/${projectKey(cwd)}/${idOf(index)}.jsonl`;
    await user.write(path, `${JSON.stringify(line)}\n`);
    const seconds = Date.UTC(2026, 10, 29, 12) / 1000 - index * 60;
    await utimes(user.at(path), seconds, seconds);
  }
}

describe('a numbered list', () => {
  test('has the last sessions first, and takes a number', async () => {
    await sessions('Fix the login', 'Write the parser');

    const { exitCode, stdout, stderr } = await cli(['locate'], { typed: ['2'] });

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^ 1 {2}2026-11-29 \d\d:\d\d {2}Fix the login {2,}~\/work$/m);
    expect(stderr).toMatch(/^ 2 {2}2026-11-29 \d\d:\d\d {2}Write the parser/m);
    expect(stdout).toContain(`${idOf(1)}.jsonl`);
  });

  test('is searched by words in any order, with a mistake in one', async () => {
    await sessions('Fix the login', 'Write the parser', 'Parse the words');
    const { stderr, stdout } = await cli(['locate'], { typed: ['parsr write', '1'] });
    expect(stderr.match(/^ 1 .*$/gm)).toEqual([
      expect.stringContaining('Fix the login'),
      expect.stringContaining('Write the parser'),
    ]);
    expect(stdout).toContain(`${idOf(1)}.jsonl`);
  });

  test('comes again for anything but a number of it, and says if nothing matches', async () => {
    await sessions('Fix the login');
    const { exitCode, stderr, questions } = await cli(['locate'], {
      typed: ['7', 'zebra', '', '1'],
    });
    expect(exitCode).toBe(0);
    expect(questions).toHaveLength(4);
    expect(stderr).toContain('nothing matches zebra\n');
  });

  test('fits 40 columns, and shows no control character of a title', async () => {
    await sessions(`\u001B[31mred\u001B[0m\n${'wide 日本語 '.repeat(9)}`);
    const { stderr } = await cli(['locate'], { typed: ['1'], columns: 40 });
    const [row = ''] = /^ 1 .*$/m.exec(stderr) ?? [];
    expect(row).toMatch(/^ 1 {2}2026-11-29 \d\d:\d\d {2}\\u\{1b\}\[3.*…$/);
    expect(row.length).toBeLessThanOrEqual(40);
  });
});

describe.each(['pick', 'resume', 'diagnose', 'locate'])('%s without an id', (command) => {
  test('offers a chooser, and goes on with the session', async () => {
    await sessions('Fix the login', 'Write the parser');
    const { exitCode, stdout, questions } = await cli([command], { searched: ['parser', 'spare'] });
    expect(exitCode).toBe(0);
    expect(questions[0]).toBe('Which session?');
    expect(stdout).toContain(idOf(1));
    expect(stdout).not.toContain(idOf(0));
  });

  test('prints nothing and exits with 130 after Ctrl-C', async () => {
    await sessions('Fix the login');
    for (const nobody of [{ typed: [] }, { searched: [undefined] }]) {
      const { exitCode, stdout } = await cli([command], nobody);
      expect([exitCode, stdout]).toEqual([130, '']);
    }
  });

  test('says that there is no session instead of offering none', async () => {
    await user.healthy('.claude');
    const { exitCode, stdout, stderr } = await cli([command], { searched: [''] });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('there is no session yet');
  });

  test('asks for an id where nobody can choose, and with --json', async () => {
    await sessions('Fix the login');
    for (const ran of [await cli([command]), await cli([command, '--json'], { typed: ['1'] })]) {
      expect(ran.exitCode).toBe(2);
      expect(ran.stderr).toContain('name one session');
    }
  });
});

describe('pick', () => {
  test('asks for the account home, and prints the command for it', async () => {
    await sessions('Fix the login');
    const { stdout, questions } = await cli(['pick'], { searched: ['', 'spare'] });
    expect(questions).toEqual(['Which session?', 'Under which account home?']);
    expect(stdout).toContain(`CLAUDE_CONFIG_DIR='${user.at('.claude-spare')}'`);
  });

  test('lists a home under which the session cannot be resumed last, and says why', async () => {
    await sessions('Fix the login');
    await user.bare('.claude-bare');
    const home = ['--home', user.at('.claude-bare'), '--home', user.at('.claude')];
    const first = await cli(['pick', ...home], { searched: ['', ''] });
    expect(first.stdout).toContain('claude');
    const { exitCode, stdout, stderr } = await cli(['pick', ...home], { typed: ['1', '2'] });
    expect(stderr).toContain(' 2  ~/.claude-bare  (not resumable)\n');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('[projects-link-missing]');
  });

  test('asks for no account home where one was named, and runs the command with --run', async () => {
    await sessions('Fix the login');
    const { exitCode, stdout, questions, commands } = await cli(
      ['pick', '--run', '--account', user.at('.claude-spare')],
      { typed: ['1'] },
    );
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(questions).toHaveLength(1);
    expect(commands).toMatchObject([
      { file: 'claude', args: ['--resume', idOf(0)], cwd: user.at('work') },
    ]);
  });

  test('lists an archive, too, for unarchive', async () => {
    await sessions('Fix the login');
    await cli(['archive']);
    const { stdout } = await cli(['unarchive'], { searched: ['login'] });
    expect(stdout).toContain('done');
  });
});
