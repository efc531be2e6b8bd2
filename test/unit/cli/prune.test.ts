import { mkdir, readdir, symlink } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });
const originalsOf = async (home: string) => {
  const path = user.at(home, '.claude-shared-state/originals');
  return (await readdir(path)).map((name) => `${path}/${name}`);
};

beforeEach(async () => {
  for (const name of ['.claude', '.claude-work']) {
    await user.bare(name);
    await user.write(`${name}/projects/-${name.slice(1)}/note`, 'text');
  }
  await cli('migrate', '--yes');
});

test('twenty of the files that are kept are named, and the others counted', async () => {
  const [path = ''] = await originalsOf('.claude');
  const below = path.slice(user.home.length + 1);
  for (let one = 0; one < 23; one += 1) await user.write(`${below}/projects/only-${one}`, 'here');

  const { exitCode, stdout } = await cli('retire', path, '--yes');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('23 files only there, and kept:');
  expect(stdout.match(/projects\/only-/g)).toHaveLength(20);
  expect(stdout).toContain('\n      and 3 more\n');
  expect(stdout).not.toContain('--discard');
});

test('what is kept of one does not keep the others', async () => {
  const [path = ''] = await originalsOf('.claude');
  await user.write(`${path.slice(user.home.length + 1)}/projects/only`, 'here');

  const { stdout } = await cli('retire', '--all', '--yes');

  expect(stdout).toContain('! done, but something stays in the originals');
  expect(await originalsOf('.claude')).toHaveLength(1);
  expect(await originalsOf('.claude-work')).toEqual([]);
});

test('the first that another process holds is the last one that is tried', async () => {
  const lock = user.at('.claude/.claude-shared-state/lock');
  await mkdir(user.at('.claude/.claude-shared-state'), { recursive: true });
  await symlink('not by this library', lock);

  const { exitCode, stdout } = await cli('retire', '--all', '--yes');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('✗ another process is at it; nothing was touched');
  expect(stdout).toContain('is held by somebody.');
  expect(await originalsOf('.claude-work')).toHaveLength(1);
});
