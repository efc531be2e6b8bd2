import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands/index.ts';
import { SESSION, userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });

describe('help', () => {
  test('names every command, the exit codes, and where homes are looked for', async () => {
    const { exitCode, stdout, stderr } = await cli('--help');

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name}`, 'm'));
    expect(stdout).toContain('0    healthy, or done');
    expect(stdout).toContain('3    a run began and did not finish');
    expect(stdout).toContain('~/.claude-*, and where');
  });

  test.each(commands.map(({ name, description }) => [name, description] as const))(
    'of %s tells what it does, and all options',
    async (name, text) => {
      for (const argv of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { exitCode, stdout } = await cli(...argv);

        expect(exitCode).toBe(0);
        expect(stdout.replaceAll(/\s+/g, ' ')).toContain(text);
        expect(stdout).toContain('--home <directory>');
      }
    },
  );

  test.each([80, 60, 40])('fits into %i columns', async (columns) => {
    const { stdout } = await run(['migrate', '--help'], { home: user.home, columns });

    const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('Exit codes'));
    expect(Math.max(...options.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(
      columns,
    );
  });

  test('has a version', async () => {
    expect(await cli('--version')).toMatchObject({ exitCode: 0, stdout: '1.2.3\n' });
  });
});

describe('exit code 2, and nothing on the standard output:', () => {
  test.each([
    ['an unknown command', ['migrat'], "unknown command 'migrat'"],
    ['an unknown option', ['doctor', '--hom', '/x'], "unknown option '--hom'"],
    ['an option without its value', ['--home'], 'argument missing'],
    ['an empty home', ['--home', ''], 'It is empty; a variable may be unset.'],
    ['a shared link without a directory', ['--shared', 'projects'], 'projects=/srv/projects'],
    ['a place and links at once', ['--root', '/x', '--shared', 'a=/b'], 'cannot be used with'],
    ['yes and a dry run at once', ['migrate', '--yes', '--dry-run'], 'cannot be used with'],
    ['an unknown choice', ['migrate', '--live', 'maybe'], 'Allowed choices are refuse, merge'],
    ['no session', ['why'], 'name one session'],
    ['two sessions', ['where', SESSION, SESSION], 'too many arguments'],
    ['a session id that is none', ['where', 'x'], '"x" is not a session id'],
    ['no restore point', ['prune'], 'name the restore points to delete, or use --all'],
    ['restore points and all of them', ['prune', '/x', '--all'], 'name the restore points'],
    ['a former command', ['retire'], "unknown command 'retire'"],
    ['no session to bring back', ['unarchive'], 'name one session'],
    ['a session to bring back that is none', ['unarchive', 'x'], '"x" is not a session id'],
    ['a name that must not be shared', ['--shared', 'sessions=/x'], 'must not be shared'],
    ['a shared place inside a home', ['--root', '~/.claude'], 'the same as, the account home'],
  ])('%s', async (_, argv, message) => {
    await user.bare('.claude');

    const { exitCode, stdout, stderr } = await cli(...argv);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  });
});

describe('paths', () => {
  test('are taken relative to the working directory', async () => {
    await user.healthy('.claude');

    const argv = ['--home', '.claude', '--root', '.'];
    expect(await run(argv, { home: '/nobody', cwd: user.home })).toMatchObject({ exitCode: 0 });
  });

  test('may begin with ~, which a shell does not expand behind an equals sign', async () => {
    await user.healthy('.claude');

    const argv = ['--home=~/.claude', '--shared=projects=~/.claude-projects-shared'];
    expect((await cli(...argv)).stdout).toContain('healthy: 1 home');
  });

  test('may have a slash at the end', async () => {
    await user.healthy('.claude');

    const { stdout } = await cli('--verbose', '--home', user.at('.claude/'));

    expect(stdout).toContain('  ~/.claude\n    session-env   ✓ linked\n');
  });
});

describe('a home', () => {
  test('that is given twice is handled once', async () => {
    await user.healthy('.claude');

    const { exitCode, stdout } = await cli('--home', '~/.claude', '--home', '~/.claude');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 account home');
  });

  test('that does not exist is a mistake, and is never created', async () => {
    await user.bare('.claude-work');

    for (const command of ['doctor', 'ensure']) {
      const { exitCode, stderr } = await cli(command, '--home', '~/.claude-wrk');

      expect(exitCode).toBe(2);
      expect(stderr).toBe(
        '✗ --home: there is no account home ~/.claude-wrk; did you mean ~/.claude-work?\n',
      );
    }
    expect(await readdir(user.home)).toEqual(['.claude-work']);
  });

  test('that is a file is a problem', async () => {
    await user.write('.claude-file', '');

    const { exitCode, stdout } = await cli('--home', '~/.claude-file');

    expect(exitCode).toBe(1);
    expect(stdout).toContain('[directory-unusable]');
  });
});
