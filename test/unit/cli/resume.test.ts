import { mkdir } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { projectKey } from 'claude-shared-state/sessions';
import { SESSION, userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const resume = (cwd: string, ...more: readonly string[]) =>
  run(['resume', SESSION, ...more], { home: user.home, cwd });
const transcriptFor = (directory: string, cwd: string) =>
  user.transcript(`.claude-projects-shared/${projectKey(directory)}`, ['hello'], cwd);

beforeEach(() => user.healthy('.claude'));

test('where no home can resume it, the command that tells of each is named', async () => {
  await user.healthy('.claude-work');

  const { exitCode, stderr } = await resume(user.home);

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(new RegExp(`^ {2}claude-shared-state diagnose ${SESSION}$`, 'm'));
});

test('with --cwd it is resumed there, or not at all', async () => {
  await mkdir(user.at('work'));
  await transcriptFor(user.at('work'), user.at('work'));

  const version = ['--claude-version', '2.1.197'];
  const { stdout } = await resume('/', '--cwd', '~/work', ...version);

  expect(stdout).toMatch(new RegExp(`^cd '?${user.at('work')}'? && `));
  const elsewhere = await resume('/', '--cwd', '~', ...version);
  expect(elsewhere).toMatchObject({ exitCode: 1, stdout: '' });
});

test('a transcript that names no path as its directory is resumed here', async () => {
  await transcriptFor(user.home, 'work');

  expect((await resume(user.home)).stdout).toMatch(new RegExp(`^cd '?${user.home}'? && `));
});

test('where the directory of the session is gone, another one of the same key will do', async () => {
  const [here, gone] = [user.at('my-work'), user.at('my.work')];
  await mkdir(here);
  await user.bare('.claude-alone');
  await transcriptFor(gone, gone);

  const { exitCode, stdout, stderr } = await resume(here);

  expect(exitCode).toBe(0);
  expect(stderr).toContain('# under ~/.claude\n');
  expect(stdout).toMatch(new RegExp(`^cd '?${here}'? && `));
});

test('--run refuses --json, which it has no room for', async () => {
  const { exitCode, stdout } = await resume(user.home, '--run', '--json');

  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'usage' } });
});

test('a program that fails makes the command fail', async () => {
  await transcriptFor(user.home, user.home);
  const argv = ['resume', SESSION, '--run'];

  expect(await run(argv, { home: user.home, fails: true })).toMatchObject({ exitCode: 1 });
  expect(await run(argv, { home: user.home })).toMatchObject({ exitCode: 0 });
});
