import { mkdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { projectKey } from 'claude-shared-state/sessions';
import { SESSION, userHome } from './support/homes.ts';
import { run, type Surroundings } from './support/run.ts';
import { argumentsOf } from './support/shell.ts';

const user = userHome();
const cli = (argv: readonly string[], more: Partial<Surroundings> = {}) =>
  run(argv, { home: user.home, ...more });

/** A working directory with a session, whose transcript is in a directory below the home directory. */
async function sessionIn(projects: string, name = 'work'): Promise<string> {
  const cwd = user.at(name);
  await mkdir(cwd, { recursive: true });
  await user.transcript(`${projects}/${projectKey(cwd)}`, ['hello'], cwd);
  return cwd;
}

describe('locate', () => {
  test('lists each transcript with all its names', async () => {
    await user.healthy('.claude');
    await sessionIn('.claude-projects-shared');

    const { exitCode, stdout } = await cli(['where', SESSION]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 transcript\n');
    expect(stdout).toMatch(new RegExp(`· ~/.claude/projects/.*${SESSION}.jsonl`));
    expect(stdout).toMatch(/· ~\/\.claude-projects-shared\/.* {2}shared$/m);
    expect(stdout).toContain(`  claude-shared-state diagnose ${SESSION}\n`);
  });

  test('warns of several', async () => {
    await user.healthy('.claude');
    await sessionIn('.claude-projects-shared');
    await user.transcript('.claude-projects-shared/-other', ['other']);

    expect((await cli(['where', SESSION])).stdout).toContain('! several transcripts');
  });

  test('finds nothing, and says so', async () => {
    await user.healthy('.claude');

    const { exitCode, stdout } = await cli(['where', SESSION]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`✗ no transcript of ${SESSION}`);
  });
});

describe('diagnose', () => {
  test('tells of every home', async () => {
    await user.healthy('.claude');
    await user.bare('.claude-work');
    const cwd = await sessionIn('.claude-projects-shared');

    const { exitCode, stdout } = await cli(['why', SESSION], { cwd });

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`resuming ${SESSION} in ~/work`);
    expect(stdout).toMatch(/^! resumable, with warnings {2}~\/\.claude$/m);
    expect(stdout).toMatch(
      /^✗ not resumable {2}~\/\.claude-work\n(.*\n)+.*\[projects-link-missing\]$/m,
    );
    expect(stdout).toMatch(/^ {2}claude-shared-state doctor$/m);
    expect(stdout).toContain(
      `  claude-shared-state resume ${SESSION} --account ${user.at('.claude')}`,
    );
  });

  test('tells of one home where it is named', async () => {
    await user.healthy('.claude');
    await user.bare('.claude-work');
    const cwd = await sessionIn('.claude-projects-shared');

    const { exitCode, stdout } = await cli(['why', SESSION, '--under', '~/.claude'], { cwd });

    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('not resumable');
  });

  test('names the working directory of the session', async () => {
    await user.healthy('.claude');
    const cwd = await sessionIn('.claude-projects-shared');

    const argv = ['why', SESSION, '--claude-version', '2.1.197'];
    const { exitCode, stdout } = await cli([...argv, '--cwd', user.home]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('[wrong-working-directory]');
    expect(stdout).toContain(`(${cwd.replace(user.home, '~')})`);
    expect((await cli(argv)).stdout).toContain('in ~/work\n');
  });

  test('refuses a version that is none', async () => {
    await user.healthy('.claude');

    const argv = ['why', SESSION, '--claude-version', 'new'];
    expect(await cli(argv)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('resume', () => {
  test('prints the command alone, for the directory in which the session ran', async () => {
    await user.healthy('.claude-work');
    const cwd = await sessionIn('.claude-projects-shared', "Zoë's work");

    const { exitCode, stdout, stderr } = await cli(['resume', SESSION]);

    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    const words = await argumentsOf(stdout.trim().replaceAll('&&', "'&&'"));
    expect(words.slice(0, 4)).toEqual(['cd', cwd, '&&', 'env']);
    expect(words).toContain(`CLAUDE_CONFIG_DIR=${user.at('.claude-work')}`);
    expect(words.slice(-3)).toEqual(['claude', '--resume', SESSION]);
    expect(stderr).toContain('# under ~/.claude-work');
  });

  test('leaves the variable unset for the default home', async () => {
    await user.healthy('.claude');
    await sessionIn('.claude-projects-shared');

    const { stdout } = await cli(['resume', SESSION]);

    expect(stdout).toContain('-u CLAUDE_CONFIG_DIR');
    expect(stdout).not.toContain('CLAUDE_CONFIG_DIR=');
  });

  test('takes the home that is named, otherwise the one that is in use', async () => {
    await user.healthy('.claude');
    await user.healthy('.claude-work');
    await sessionIn('.claude-projects-shared');
    const work = user.at('.claude-work');

    const named = await cli(['resume', SESSION, '--under', '~/.claude-work']);
    const inUse = await cli(['resume', SESSION], { env: { CLAUDE_CONFIG_DIR: work } });

    expect(named.stdout).toContain(`CLAUDE_CONFIG_DIR='${work}'`);
    expect(inUse.stdout).toBe(named.stdout);
    expect((await cli(['resume', SESSION])).stderr).toContain('--account names another one of 2');
  });

  test('prints no command where the session cannot be resumed, and says why', async () => {
    await user.healthy('.claude');

    const { exitCode, stdout, stderr } = await cli(['resume', SESSION]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('✗ not resumable under ~/.claude');
    expect(stderr).toContain('[transcript-missing]');
  });
});
