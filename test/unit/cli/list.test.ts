import { utimes } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectKey } from 'claude-shared-state/sessions';
import stringWidth from 'string-width';
import { beforeEach, describe, expect, test } from 'vitest';
import schema from '../../../src/cli/output-schema.json' with { type: 'json' };
import { userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const list = (argv: readonly string[] = [], more: Partial<Surroundings> = {}) =>
  run(['list', ...argv], { home: user.home, ...more });

const idOf = (number: number) => `3f0c5a52-6f0e-4a57-9d0b-${String(number).padStart(12, '0')}`;

async function session(
  number: number,
  content: string,
  { home = '.claude', cwd = '/work', owner = '', key = '-work' } = {},
): Promise<string> {
  const path = `${home}/projects/${key}/${idOf(number)}.jsonl`;
  const message = { type: 'user', cwd, message: { content } };
  const owned = { type: 'session-owner', sessionId: idOf(number), accountUuid: owner };
  const lines = [message, ...(owner === '' ? [] : [owned])].map((line) => JSON.stringify(line));
  await user.write(path, `${lines.join('\n')}\n`);
  await utimes(user.at(path), 1_700_000_000 + number, 1_700_000_000 + number);
  return idOf(number);
}

beforeEach(async () => {
  await user.healthy('.claude');
  await user.healthy('.claude-work');
});

describe('list', () => {
  test('shows shared sessions once, the newest first, with whole ids in a pipe', async () => {
    await session(1, 'Fix the clock');
    await session(2, 'Paint the door');

    const { exitCode, stdout, stderr } = await list();

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^2023-11-1\\d .*${idOf(2)} {2}Paint the door {2}/work$`)),
      expect.stringMatching(new RegExp(`${idOf(1)} {2}Fix the clock`)),
      '',
    ]);
  });

  test.each([100, 80, 60, 40])('fits a terminal of %i columns', async (columns) => {
    await session(1, `Fix the \u001b[31mclock\u001b[0m of the 時計台\n${'and more '.repeat(20)}`);
    await session(2, 'x', { cwd: `/${'directory/'.repeat(20)}` });

    const { stdout } = await list([], { columns });
    const found = await list(['--search', '時計台'], { columns });

    const lines = (stdout + found.stdout).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(stdout + found.stdout).not.toContain('\u001b[31m');
    expect(found.stdout).toContain('時計台');
  });

  test('shows the newest only, unless all are asked for', async () => {
    for (let number = 0; number < 23; number += 1) await session(number, 'x');

    const some = await list();
    const all = await list(['--all']);

    expect(some.stdout.match(/^2023/gm)).toHaveLength(20);
    expect(some.stdout).toContain('  claude-shared-state list --all\n');
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(23);
  });

  test('prints one object a line as JSON, which keeps to the schema', async () => {
    const isValid = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
    for (let number = 0; number < 23; number += 1) await session(number, 'x', { owner: 'key' });

    const { stdout } = await list(['--json', '--search', 'x']);

    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(23);
    for (const line of lines) {
      const data: unknown = JSON.parse(line);
      expect([isValid(data), isValid.errors]).toEqual([true, null]);
      expect(data).toMatchObject({ command: 'list', owner: { accountUuid: 'key' } });
    }
  });

  test('filters by directory, time, account and whether sessions run', async () => {
    const account = { accountUuid: idOf(9), emailAddress: 'me@example.com' };
    await user.write('.claude-work/.claude.json', JSON.stringify({ oauthAccount: account }));
    await session(1, 'one', { cwd: '/work/a' });
    await session(2, 'two', { owner: idOf(9) });
    const record = JSON.stringify({ sessionId: idOf(1) });
    await user.write(`.claude/sessions/${process.pid}.json`, record);

    for (const [argv, shown] of [
      [
        ['--directory', '/work'],
        [2, 1],
      ],
      [['--directory', '/elsewhere'], []],
      [['--since', '1h'], []],
      [
        ['--since', '2023-11-01'],
        [2, 1],
      ],
      [['--account', 'me@example.com'], [2]],
      [['--account', '~/.claude-work'], [2]],
      [['--account', idOf(9).toUpperCase()], [2]],
      [['--running'], [1]],
    ] as const) {
      const { exitCode, stdout } = await list(argv);
      const ids = [...stdout.matchAll(/\d+(?= {2})/g)].map(([id]) => Number(id));
      expect([argv, ids.filter((id) => id < 10)]).toEqual([argv, shown]);
      expect(exitCode).toBe(shown.length === 0 ? 1 : 0);
    }
    expect((await list(['--running'])).stdout).toContain('[running] one');
  });

  test('takes a directory as it is typed from where one is', async () => {
    const cwd = user.at('project');
    await user.write('project/x', '');
    await session(1, 'one', { cwd, key: projectKey(cwd) });
    for (const [from, directory] of [
      ['project', '.'],
      ['project', './'],
      ['.claude', '../project'],
      ['.', 'project'],
    ] as const) {
      const { stdout } = await list(['--directory', directory], { cwd: user.at(from) });
      expect([directory, stdout]).toEqual([directory, expect.stringContaining(idOf(1))]);
    }
  });

  test.each([
    ['a time that is none', ['--since', 'yesterday'], '"yesterday" is not a time'],
    [
      'an account of no home',
      ['--account', 'you@example.com'],
      'no home is logged in as "you@example.com"',
    ],
    ['an empty text', ['--search', ''], 'It is empty'],
  ])('refuses %s', async (_, argv, text) => {
    const { exitCode, stderr } = await list(argv);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
  });

  test('shows the line that has the text, around the text where the line is long', async () => {
    await session(1, `${'before '.repeat(20)}the needle ${'after '.repeat(20)}`);
    await session(2, 'nothing');

    const { stdout } = await list(['--search', 'The Needle'], { columns: 60 });

    expect(stdout).toMatch(/^2023.*\n {2}line 1: ….*the needle after.*…\n$/);
    expect(await list(['--search', 'hay'])).toMatchObject({ exitCode: 1, stdout: 'no session\n' });
  });

  test('stops at Ctrl-C', async () => {
    await session(1, 'one');

    const { exitCode, stdout } = await list(['--search', 'one'], {
      interrupt: AbortSignal.abort(),
    });

    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
  });

  test('tells what it could not read', async () => {
    await session(1, 'one');
    await user.write('.claude-other/settings.json', '{}');
    await user.write('.claude-other/projects', 'a file');

    const { stdout, stderr } = await list();

    expect(stdout).toContain('one');
    expect(stderr).toBe(
      "! can't be read, so sessions may be missing:\n  ~/.claude-other/projects: ENOTDIR\n",
    );
  });
});
