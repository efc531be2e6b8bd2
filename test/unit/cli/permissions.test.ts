import { lstat } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { becomeOrdinaryUser } from '../support/ordinary-user.ts';
import { SESSION, userHome } from './support/homes.ts';
import { run } from './support/run.ts';

becomeOrdinaryUser();

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });
const closed: string[] = [];

async function close(name: string, bits = 0o000): Promise<void> {
  closed.push(name);
  await user.mode(name, bits);
}

// Before the home directory is removed: what is closed could not be.
afterEach(async () => {
  for (const name of closed.splice(0)) await user.mode(name, 0o700);
});

test('a directory that could be a home, and cannot be looked at, is told and is no healthy state', async () => {
  await user.healthy('.claude');
  await user.bare('.claude-work');
  await close('.claude-work');

  const { exitCode, stdout } = await cli('doctor');

  expect(exitCode).toBe(1);
  expect(stdout).toContain("This may be an account home, but it can't be read, EACCES");
  expect(stdout).toContain('~/.claude-work');
});

test('a refused migration says what to look at, and to try again', async () => {
  await user.write('.claude/settings.json', '{}');
  await user.write('.claude/projects/-work/note', 'text');
  await close('.claude/projects');

  const { exitCode, stdout } = await cli('migrate', '--yes');

  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/projects +✗ can't be migrated/);
  expect(stdout).toContain('# once the problems above are solved\n  claude-shared-state migrate\n');
});

test('restore touches no home as long as one of them cannot be changed', async () => {
  for (const name of ['.claude', '.claude-b', '.claude-c']) {
    await user.write(`${name}/settings.json`, '{}');
    await user.write(`${name}/projects/${name}/note`, 'text');
  }
  expect(await cli('migrate', '--yes')).toMatchObject({ exitCode: 0 });
  await close('.claude-b', 0o555);

  const { exitCode, stdout } = await cli('restore', '--yes');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('[not-permitted]');
  expect(stdout).toContain('nothing was changed');
  expect((await lstat(user.at('.claude/projects'))).isSymbolicLink()).toBe(true);
});

test('a home that was named and cannot be read is a problem', async () => {
  await user.bare('.claude-work');
  await close('.claude-work');

  const { exitCode, stdout } = await cli('doctor', '--home', '~/.claude-work');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('[directory-unusable]');
});

test.each([
  ['ensure', []],
  ['migrate', ['--yes']],
  ['restore', ['--yes']],
  ['restore-points', []],
  ['where', [SESSION]],
  ['why', [SESSION]],
  ['resume', [SESSION]],
])('%s tells of it as of a problem, and does not crash', async (command, flags) => {
  await user.bare('.claude-work');
  await close('.claude-work');

  const { exitCode, stdout, stderr } = await cli(command, ...flags, '--home', '~/.claude-work');

  expect(exitCode).toBe(1);
  expect(stdout + stderr).not.toContain('✗ failed');
});

test.each([
  ['listed has no homes', 0o100, "can't be read, EACCES"],
  ['entered is a mistake of the command line', 0o000, "config.json can't be read: EACCES"],
])('a home directory that cannot be %s', async (_, bits, message) => {
  await user.bare('me/.claude');
  await close('me', bits);

  const { exitCode, stderr } = await run([], { home: user.at('me') });

  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
