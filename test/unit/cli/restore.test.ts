import { lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
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

/** Has a home held by somebody of whom nothing can be known from here. */
async function lock(home: string): Promise<void> {
  await mkdir(user.at(home, '.claude-shared-state'), { recursive: true });
  await symlink('4711.unknown.abc.unknown', user.at(home, '.claude-shared-state/lock'));
}

test('of several homes it asks once, and gives each its own', async () => {
  const { exitCode, stdout, questions } = await cli(['restore'], { answer: true });

  expect(exitCode).toBe(0);
  expect(questions).toEqual(['Give these 2 homes their own directories back?']);
  expect(stdout).toContain('~/.claude: projects of its own again');
  expect(stdout).toContain('~/.claude-work: projects of its own again');
});

test('the first home that is held by another process is the last one that is tried', async () => {
  await lock('.claude');

  const { exitCode, stdout } = await cli(['restore', '--yes']);

  expect(exitCode).toBe(1);
  expect(stdout).toContain('~/.claude: nothing of its own again');
  expect(stdout).toContain('✗ another process is at it; nothing was touched');
  expect(stdout).toContain('✗ locked-by-other');
  expect(stdout).not.toContain('~/.claude-work:');
  expect(await isLink('.claude-work/projects')).toBe(true);
});

test('with --json it then names the command that completes it', async () => {
  await lock('.claude');

  const { stdout } = await cli(['restore', '--yes', '--json']);

  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'locked',
    next: [{ command: 'claude-shared-state restore', purpose: 'try it again, or complete it' }],
  });
});

test('what is the own of a home already is named so', async () => {
  await cli(['restore', '--yes', '--home', '~/.claude']);

  const { stdout } = await cli(['restore', '--dry-run']);

  expect(stdout).toContain("~/.claude\n    projects  ✓ the home's own already\n");
  expect(stdout).toContain('~/.claude-work\n    projects  → comes back from');
});

test('with --detach it copies also what came back before', async () => {
  await cli(['restore', '--yes']);

  const told = await cli(['restore', '--dry-run', '--detach', '--live', 'merge']);

  expect(told.stdout).toContain('  claude-shared-state restore --live merge --detach --yes');
  expect(await cli(['restore', '--yes', '--detach'])).toMatchObject({ exitCode: 0 });
  const shared = await lstat(user.at('.claude-projects-shared/-claude/note'));
  expect((await lstat(user.at('.claude/projects/-claude/note'))).ino).not.toBe(shared.ino);
});

test('a directory whose run had put it in its place, and died then, is completed', async () => {
  await cli(['restore', '--yes', '--home', '~/.claude']);
  const originals = user.at('.claude/.claude-shared-state/originals');
  const [name = ''] = await readdir(originals);
  await rm(`${originals}/${name}/restored`);

  const { exitCode, stdout } = await cli(['restore', '--yes', '--home', '~/.claude']);

  expect(exitCode).toBe(0);
  expect(stdout).toContain('projects  → is completed, from');
});

test('while a session runs it is refused, and with --live merge it is done', async () => {
  const record = JSON.stringify({ sessionId: SESSION });
  await user.write(`.claude/sessions/${process.pid}.json`, record);

  const refused = await cli(['restore', '--yes']);

  expect(refused.exitCode).toBe(1);
  expect(refused.stdout).toContain('✗ live-session');
  expect(await cli(['restore', '--yes', '--live', 'merge'])).toMatchObject({ exitCode: 0 });
});
