import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });
const restorePointsOf = async (home: string) => {
  const path = user.at(home, '.claude-shared-state/restore-points');
  return (await readdir(path)).map((name) => `${path}/${name}`);
};

beforeEach(async () => {
  for (const name of ['.claude', '.claude-work']) {
    await user.bare(name);
    await user.write(`${name}/projects/-${name.slice(1)}/note`, 'text');
  }
  await cli('migrate', '--yes');
});

test('prune names twenty of the kept files, and counts the others', async () => {
  const [path = ''] = await restorePointsOf('.claude');
  const below = path.slice(user.home.length + 1);
  for (let one = 0; one < 23; one += 1) await user.write(`${below}/projects/only-${one}`, 'here');

  const { exitCode, stdout } = await cli('prune', path, '--yes');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('23 files kept: no shared copy is known');
  expect(stdout.match(/projects\/only-/g)).toHaveLength(40);
  expect(stdout).toContain('\n      and 3 more\n');
});

test('prune --all deletes the others if it has to keep one', async () => {
  const [path = ''] = await restorePointsOf('.claude');
  await user.write(`${path.slice(user.home.length + 1)}/projects/only`, 'here');

  const { stdout } = await cli('prune', '--all', '--yes');

  expect(stdout).toContain('! done, except for the files listed above');
  expect(await restorePointsOf('.claude')).toHaveLength(1);
  expect(await restorePointsOf('.claude-work')).toEqual([]);
});

test('prune stops at the first restore point that another process holds', async () => {
  const lock = user.at('.claude/.claude-shared-state/lock');
  await mkdir(user.at('.claude/.claude-shared-state'), { recursive: true });
  await symlink('not by this library', lock);

  const { exitCode, stdout } = await cli('prune', '--all', '--yes');

  expect(exitCode).toBe(1);
  expect(stdout).toContain('✗ another process is at work; nothing was changed');
  expect(stdout).toContain('[locked-by-other]');
  expect(await restorePointsOf('.claude-work')).toHaveLength(1);
});

test('prune --all also deletes a restore point that was restored', async () => {
  await cli('restore', '--yes', '--home', '~/.claude');

  const { stdout } = await cli('prune', '--all', '--yes');

  expect(stdout).toContain('✓ done');
  expect(await restorePointsOf('.claude')).toEqual([]);
});

test('prune --all leaves an incomplete restore point alone, and says so', async () => {
  const [path = ''] = await restorePointsOf('.claude');
  await rm(`${path}/complete`, { recursive: true });

  const { stdout } = await cli('prune', '--all', '--yes');

  expect(stdout).toContain('not deleted: it is incomplete');
  expect(await restorePointsOf('.claude')).toEqual([path]);
  expect(await restorePointsOf('.claude-work')).toEqual([]);
});

test('prune completes a deletion that was interrupted', async () => {
  const [path = ''] = await restorePointsOf('.claude');
  await mkdir(`${path}/deleting`);

  expect(await cli('prune', path, '--yes')).toMatchObject({ exitCode: 0 });

  expect(await restorePointsOf('.claude')).toEqual([]);
});
