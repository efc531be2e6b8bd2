import { cp, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { SESSION, userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';

const user = userHome();
const cli = (argv: readonly string[], more: Partial<Surroundings> = {}) =>
  run(argv, { home: user.home, ...more });
const isLink = async (name: string) => (await lstat(user.at(name))).isSymbolicLink();

beforeEach(async () => {
  for (const name of ['.claude', '.claude-work']) {
    await user.bare(name);
    await user.write(`${name}/projects/-${name.slice(1)}/note`, 'text');
  }
  await cli(['migrate', '--yes']);
});

/** Makes a home look locked by a process whose state is unknown. */
async function lock(home: string): Promise<void> {
  await mkdir(user.at(home, '.claude-shared-state'), { recursive: true });
  await symlink('4711.unknown.abc.unknown', user.at(home, '.claude-shared-state/lock'));
}

test('restore asks once for several homes, and restores each', async () => {
  const { exitCode, stdout, questions } = await cli(['restore'], { answer: true });

  expect(exitCode).toBe(0);
  expect(questions).toEqual(['Restore the directories of these 2 homes?']);
  expect(stdout).toContain('~/.claude: projects, file-history, session-env restored');
  expect(stdout).toContain('~/.claude-work: projects, file-history, session-env restored');
  expect(await isLink('.claude-work/projects')).toBe(false);
});

test('restore leaves no link in a home with a restore point', async () => {
  await user.bare('.claude-bare');
  const root = user.at('srv');
  await cli(['restore', '--yes']);
  for (const name of ['projects', 'session-env', 'file-history']) {
    await rm(user.at(`.claude-${name}-shared`), { recursive: true });
  }
  await cli(['migrate', '--yes', '--root', root]);

  await cli(['restore', '--yes']);

  const links = async (home: string) =>
    (await readdir(user.at(home), { withFileTypes: true })).filter((it) => it.isSymbolicLink());
  expect(await links('.claude')).toEqual([]);
  expect(await links('.claude-work')).toEqual([]);
  const doctor = await cli(['doctor']);
  expect(doctor.stdout).not.toMatch(/claude-shared-state (ensure|migrate)/);
  expect(doctor.stdout).toContain(`  claude-shared-state doctor --root ${root}\n`);
});

test('restore stops at the first home that another process holds', async () => {
  await lock('.claude');

  const { exitCode, stdout } = await cli(['restore', '--yes']);

  expect(exitCode).toBe(1);
  expect(stdout).toContain('~/.claude: nothing restored');
  expect(stdout).toContain('✗ another process is at work; nothing was changed');
  expect(stdout).toContain('[locked-by-other]');
  expect(stdout).not.toContain('~/.claude-work:');
  expect(await isLink('.claude-work/projects')).toBe(true);
});

test('restore --json names the command that completes it', async () => {
  await lock('.claude');

  const { stdout } = await cli(['restore', '--yes', '--json']);

  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'locked',
    next: [{ command: 'claude-shared-state restore', purpose: 'try again, or complete it' }],
  });
});

test('restore leaves out a found home that was restored before', async () => {
  await cli(['restore', '--yes', '--home', '~/.claude']);

  const { stdout } = await cli(['restore', '--dry-run']);

  expect(stdout).toContain('~/.claude-work\n');
  expect(stdout).not.toContain('~/.claude\n');
  expect(stdout).toContain('projects  → will be restored');
});

test('restore gives the home files of its own', async () => {
  expect(await cli(['restore', '--yes'])).toMatchObject({ exitCode: 0 });

  const shared = await lstat(user.at('.claude-projects-shared/-claude/note'));
  expect((await lstat(user.at('.claude/projects/-claude/note'))).ino).not.toBe(shared.ino);
});

test('restore completes a restore that was interrupted', async () => {
  await cli(['restore', '--yes', '--home', '~/.claude']);
  const points = user.at('.claude/.claude-shared-state/restore-points');
  const [id = ''] = await readdir(points);
  await rm(`${points}/${id}/restored`, { recursive: true });
  await mkdir(`${points}/${id}/restoring`, { recursive: true });
  expect((await cli(['doctor'])).stdout).toContain('✗ A restore was interrupted');

  expect(await cli(['restore', '--yes', '--home', '~/.claude'])).toMatchObject({ exitCode: 0 });

  expect((await cli(['doctor'])).stdout).not.toContain('interrupted');
});

test('restore is refused while a session runs, and says to end it', async () => {
  const record = JSON.stringify({ sessionId: SESSION });
  await user.write(`.claude/sessions/${process.pid}.json`, record);

  const { exitCode, stdout } = await cli(['restore', '--yes']);

  expect(exitCode).toBe(1);
  expect(stdout).toContain('[live-session]');
  expect(stdout).not.toContain('--live');
  expect(await isLink('.claude/projects')).toBe(true);
});

test('restore needs no root: it uses the recorded directories', async () => {
  const root = user.at('srv');
  await user.bare('.claude-new');
  await user.write('.claude-new/projects/-new/note', 'text');
  await mkdir(root);
  const home = user.at('.claude-new');
  await cli(['migrate', '--yes', '--home', home, '--root', root]);

  const { exitCode, stdout } = await cli(['restore', '--yes', '--home', home]);

  expect(exitCode).toBe(0);
  expect(stdout).toContain('with everything in ~/srv/.claude-projects-shared');
});

test('a migration that died before the link, to a root that is forgotten, is completed with that root', async () => {
  const home = user.at('.claude-new');
  await user.bare('.claude-new');
  await user.write('.claude-new/projects/-new/note', 'text');
  await cli(['migrate', '--yes', '--home', home, '--root', user.at('srv')]);
  const points = `${home}/.claude-shared-state/restore-points`;
  const [id = ''] = await readdir(points);
  await rm(`${points}/${id}/complete`, { recursive: true });
  await rm(`${home}/projects`);
  const command = `migrate --home ${home} --root ${user.at('srv')}`;

  const refused = await cli(['migrate', '--yes', '--home', home]);

  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stdout).toContain(`  claude-shared-state ${command}\n`);
  const { stdout } = await cli(['doctor', '--home', home]);
  expect(stdout).toContain(`  claude-shared-state ${command}\n`);
  expect(stdout).not.toMatch(/^ {2}(rm|mv|cp) /m);
  expect(await cli([...command.split(' '), '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await isLink('.claude-new/projects')).toBe(true);
});

test('restore names the recorded root if another one was named', async () => {
  const argv = ['restore', '--yes', '--home', user.at('.claude'), '--root', user.at('srv')];

  const { exitCode, stdout } = await cli(argv);

  expect(exitCode).toBe(1);
  expect(stdout).toContain('[other-target]');
  expect(stdout).toContain(
    `  claude-shared-state restore --home ${user.at('.claude')} --root ${user.home}\n`,
  );
});

test('doctor names restore while restore points hold what the shared directory lost', async () => {
  await rm(user.at('.claude-projects-shared'), { recursive: true });
  const restore = '  claude-shared-state restore --accept-other-target\n';

  const gone = await cli(['doctor']);
  expect(gone.exitCode).toBe(1);
  expect(gone.stdout).toContain('[other-target]');
  expect(gone.stdout).toContain(restore);
  expect(gone.stdout).not.toContain('  claude-shared-state ensure');

  await cli(['ensure']);
  const empty = await cli(['doctor']);
  expect(empty.exitCode).toBe(1);
  expect(empty.stdout).toContain(restore);
  expect((await cli(['archive'])).stdout).toContain('nothing to archive');

  expect(await cli(['restore', '--accept-other-target', '--yes'])).toMatchObject({ exitCode: 0 });
  expect((await readdir(user.at('.claude/projects'))).length).toBeGreaterThan(0);
});

test('restore --accept-other-target takes a copy of the shared directories', async () => {
  const root = user.at('copy');
  for (const name of ['projects', 'session-env', 'file-history']) {
    const shared = `.claude-${name}-shared`;
    await cp(user.at(shared), user.at('copy', shared), { recursive: true });
  }
  await rm(user.at('.claude/projects'));
  await symlink(`${root}/.claude-projects-shared`, user.at('.claude/projects'));
  const argv = ['restore', '--yes', '--home', user.at('.claude'), '--root', root];
  expect(await cli(argv)).toMatchObject({ exitCode: 1 });

  expect(await cli([...argv, '--accept-other-target'])).toMatchObject({ exitCode: 0 });

  expect(await isLink('.claude/projects')).toBe(false);
});
