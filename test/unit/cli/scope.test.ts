import { mkdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { parse } from '../../../src/cli/program.ts';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });

describe('where the shared place is:', () => {
  test('at the root of the file system, without a slash too many', async () => {
    await user.bare('.claude');

    expect((await cli('ensure', '--dry-run', '--root', '/')).stdout).toContain(
      'shared at /.claude-*-shared: ',
    );
  });

  test('in the home directory, where ~ is typed', async () => {
    await user.healthy('.claude');

    const { exitCode, stdout } = await cli('--root=~');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('shared at ~/.claude-*-shared');
  });
});

test('the directories that are passed over are named by the doctor, each with its reason', async () => {
  await user.healthy('.claude');
  await user.write('.claude-file', '');
  await user.write('.claude-backup/x', '');
  await user.write('.claude-old/x', '');
  await user.link(user.at('.claude'), '.claude-alias');

  const { stdout } = await cli('doctor', '--verbose');

  expect(stdout).toContain('skipped (not a directory): ~/.claude-file\n');
  expect(stdout).toContain('skipped (a link to another home): ~/.claude-alias\n');
  expect(stdout).toContain('skipped (no Claude Code files): ~/.claude-backup, ~/.claude-old\n');
  expect(stdout).not.toContain('-shared-state');
});

describe('where there is no home', () => {
  test('it says where it looked', async () => {
    const { exitCode, stderr } = await cli('doctor');

    expect(exitCode).toBe(2);
    expect(stderr).toBe(`✗ there is no account home in ${user.home}; name one with --home\n`);
  });

  test('it says what it passed over', async () => {
    await user.write('.claude-backup/x', '');

    expect((await cli('doctor')).stderr).toContain(
      '\nskipped:\n  ~/.claude-backup: no Claude Code files\n',
    );
  });

  test('a restore point can still be deleted by its path', async () => {
    const id = '20261121T201552Z-9c79f8dc95f27882';
    const path = user.at('x/.claude-shared-state/restore-points', id);
    await mkdir(`${path}/complete`, { recursive: true });

    expect(await cli('prune', path, '--yes')).toMatchObject({ exitCode: 0 });
    expect(await cli('prune', '--all')).toMatchObject({ exitCode: 2 });
  });
});

test('a terminal that says nothing of its language gets the plain signs', async () => {
  await user.healthy('.claude');

  const { stdout } = await run(['doctor'], { home: user.home, env: { LANG: undefined } });

  expect(stdout).toContain('ok healthy: 1 home uses the shared directories');
});

test('of a user whose home is / the paths stay as they are', async () => {
  await user.bare('.claude');

  const { stdout } = await run(['ensure', '--dry-run', '--home', user.at('.claude')], {
    home: '/',
  });

  expect(stdout).toContain(user.at('.claude/projects'));
});

test('arguments that the library refuses are a mistake, and nothing is made', async () => {
  await user.bare('.claude');

  const { exitCode, stderr } = await cli('ensure', '--shared', 'sessions=/x');

  expect(exitCode).toBe(2);
  expect(stderr).toContain('must not be shared');
});

test('an output that fails while help is written is no mistake of the command line', () => {
  const failing = {
    isTTY: false,
    columns: undefined,
    write: () => {
      throw new Error('write EIO');
    },
  };
  const io = { stdout: failing, stderr: failing, version: '1.2.3' };

  expect(() => parse(commands, ['--help'], io)).toThrow('write EIO');
});
