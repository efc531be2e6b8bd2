import { lstat, readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { TestedClaudeVersions } from 'claude-shared-state/sessions';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';
import { argumentsOf } from './support/shell.ts';

const user = userHome();
const doctor = (...argv: readonly string[]) => run(['doctor', ...argv], { home: user.home });

test('homes that share their state are healthy', async () => {
  await user.healthy('.claude');
  await user.healthy('.claude-work');

  const { exitCode, stdout, stderr } = await doctor();

  expect(stdout).toContain('2 account homes, found in ~');
  expect(stdout).toContain('✓ healthy: 2 homes share their sessions');
  expect(stdout).not.toContain('Next');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test('on macOS the homes have a remark about logins, and stay healthy', async () => {
  await user.healthy('.claude');
  const { exitCode, stdout } = await run(['doctor'], { home: user.home, platform: 'darwin' });
  expect(stdout).toMatch(/homes +1 found; macOS stores each login under the exact text/);
  expect(stdout).toContain('✓ healthy');
  expect(exitCode).toBe(0);
  expect((await doctor()).stdout).not.toContain('macOS');
});

test('it is the default', async () => {
  await user.healthy('.claude');

  expect(await run([], { home: user.home })).toEqual(await doctor());
});

test('it changes nothing', async () => {
  await user.bare('.claude');
  await user.link('/nowhere', '.claude/projects');
  const before = await readdir(user.home, { recursive: true });

  await doctor();

  expect(await readdir(user.home, { recursive: true })).toEqual(before);
});

describe('a broken link is drawn with both its targets', () => {
  test('to another place', async () => {
    await user.healthy('.claude');
    await user.bare('.claude-work');
    await user.write('elsewhere/file', '');
    await user.link(user.at('elsewhere'), '.claude-work/projects');

    const { exitCode, stdout } = await doctor();

    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      '[divergent-link]\n    ~/.claude-work/projects\n    ├──▶ ~/elsewhere\n' +
        '    └─✗─ ~/.claude-projects-shared  should be here\n',
    );
  });

  test('to nothing', async () => {
    await user.bare('.claude');
    await user.link('/mnt/volume', '.claude/projects');

    expect((await doctor()).stdout).toContain('├──▶ /mnt/volume  does not exist');
  });

  test('a directory', async () => {
    await user.healthy('.claude');
    await user.transcript('.claude-work/projects/-work');

    expect(
      (await doctor('--home', user.at('.claude'), '--home', user.at('.claude-work'))).stdout,
    ).toContain('├──▶ a real directory');
  });

  test('with the characters that a rescue shell has', async () => {
    await user.bare('.claude');
    await user.link('/mnt/volume', '.claude/projects');

    const { stdout } = await run([], { home: user.home, env: { LANG: 'C', TERM: 'linux' } });

    expect(stdout).toContain('|--> /mnt/volume  does not exist\n    `-x- ~/.claude-projects');
    // oxlint-disable-next-line no-control-regex -- they are what it is about
    expect(stdout).toMatch(/^[\0-\x7f]*$/);
  });
});

describe('the next command', () => {
  test('is ensure where something is only missing', async () => {
    await user.bare('.claude');

    const { stdout, exitCode } = await doctor();

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^ {2}claude-shared-state ensure$/m);
  });

  test('is migrate, for the homes that nothing else keeps from it', async () => {
    await user.transcript('.claude/projects/-work');
    await user.bare('.claude');
    await user.bare('.claude-broken');
    await user.link('/mnt/volume', '.claude-broken/projects');

    const { stdout } = await doctor();

    expect(stdout).toContain(`  claude-shared-state migrate --home ${user.at('.claude')}\n`);
    expect(stdout).toContain(`  rm '${user.at('.claude-broken', 'projects')}'\n`);
  });

  test('repeats what was typed, as a shell takes it', async () => {
    await user.bare(".claude it's");
    const home = user.at(".claude it's");

    const { stdout } = await doctor('--home', home, '--root', user.at('the root'));

    const command = /^ {2}(claude-shared-state ensure .*)$/m.exec(stdout)?.[1] ?? '';
    const argv = ['ensure', '--home', home, '--root', user.at('the root')];
    expect(await argumentsOf(command)).toEqual(['claude-shared-state', ...argv]);
    expect((await run(argv, { home: user.home })).exitCode).toBe(0);
  });

  test('repeats --shared, too', async () => {
    await user.bare('.claude');

    const { stdout } = await doctor('--shared', `projects=${user.at('a b')}`);

    const command = /^ {2}(claude-shared-state ensure .*)$/m.exec(stdout)?.[1] ?? '';
    const argv = ['ensure', '--shared', `projects=${user.at('a b')}`];
    expect(await argumentsOf(command)).toEqual(['claude-shared-state', ...argv]);
  });

  test('begins with npx where npx was typed', async () => {
    await user.bare('.claude');

    const { stdout } = await run([], { home: user.home, env: { npm_command: 'exec' } });

    expect(stdout).toMatch(/^ {2}npx claude-shared-state ensure$/m);
  });

  test('is not offered where it could not be typed', async () => {
    await user.bare('.claude-a\nb');

    const { stdout } = await doctor('--home', user.at('.claude-a\nb'));

    expect(stdout).toContain(String.raw`.claude-a\u{a}b`);
    expect(stdout).not.toContain('Next');
  });

  test('leads nowhere near a directory that another home needs', async () => {
    await user.transcript('.claude/projects/-work');
    await user.bare('.claude');
    await user.bare('.claude-work');
    await user.link(user.at('.claude', 'projects'), '.claude-work/projects');

    const { stdout } = await doctor();

    expect(stdout).not.toMatch(/^ {2}(rm|mv) /m);
    expect(stdout).toContain('The homes share the directories of ~/.claude');
    expect((await lstat(user.at('.claude', 'projects'))).isDirectory()).toBe(true);
  });
});

describe('it also looks at', () => {
  test('permissions', async () => {
    await user.healthy('.claude');
    await user.mode('.claude-projects-shared', 0o755);

    const { stdout, exitCode } = await doctor();

    expect(stdout).toContain('[target-exposed]');
    expect(stdout).toContain(`  chmod 700 '${user.at('.claude-projects-shared')}'`);
    expect(stdout).toContain('healthy: 1 home uses the shared directories; 1 warning');
    expect(exitCode).toBe(0);
  });

  test('retention', async () => {
    await user.healthy('.claude');
    await user.healthy('.claude-work');
    await user.write('.claude-work/settings.json', '{ "cleanupPeriodDays": 365 }');

    const { stdout } = await doctor('--verbose');

    expect(stdout).toContain('! retention       transcripts are kept for 30 days');
    expect(stdout).toContain('~/.claude-work  365 days');
    expect(stdout).toContain('[retention-shorter]');
  });

  test('the permissions of auto-memory, with the rules to copy', async () => {
    await user.healthy('.claude');
    await user.write('.claude-projects-shared/-work/memory/MEMORY.md', 'note');

    const { stdout } = await doctor();

    expect(stdout).toContain('[memory-not-permitted]');
    expect(stdout).toContain(`"Edit(/${user.at('.claude/projects/-work/memory')}/**)",`);
    expect(stdout).toContain(`"Edit(/${user.at('.claude-projects-shared/-work/memory')}/**)",`);
  });

  test('auto-memory that is permitted, and says nothing', async () => {
    await user.healthy('.claude');
    await user.write('.claude-projects-shared/-work/memory/MEMORY.md', 'note');
    await user.write('.claude/settings.json', '{ "permissions": { "allow": ["Edit"] } }');

    expect((await doctor()).stdout).toContain('✓ memory');
  });

  test('running sessions', async () => {
    await user.healthy('.claude');
    const record = { sessionId: '3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10', cwd: '/work' };
    await user.write(`.claude/sessions/${process.pid}.json`, JSON.stringify(record));

    const { stdout, exitCode } = await doctor('--verbose');

    expect(stdout).toContain('✓ sessions        1 running');
    expect(stdout).toContain(`1 running session\n  · ${record.sessionId}\n`);
    expect(stdout).toContain(`process ${process.pid}, running in /work`);
    expect(exitCode).toBe(0);
  });
});

describe('the version of Claude Code', () => {
  test.each([
    ['is tested', TestedClaudeVersions.at(-1), /claude-code +\d\S+, a tested version$/m],
    ['is newer', '999.0.0', /claude-code +999\.0\.0, not tested; the last tested one is \d/m],
    ['was left out', '2.1.1', /claude-code +2\.1\.1, not tested; the last tested one is \d/m],
    ['is not found', undefined, /claude-code +not found in your PATH$/m],
  ])('%s', async (_, claudeVersion, words) => {
    await user.healthy('.claude');
    const found = claudeVersion === undefined ? {} : { claudeVersion };

    const { exitCode, stdout } = await run(['doctor'], { home: user.home, ...found });

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(words);
  });
});

test('--check looks at nothing else, and --quiet says nothing of what is healthy', async () => {
  await user.healthy('.claude');

  const { stdout } = await doctor('--check', 'links');

  expect(stdout).toMatch(/^✓ links/m);
  expect(stdout).not.toContain('claude-code');
  expect(await doctor('--quiet')).toMatchObject({ exitCode: 0, stdout: '' });
});

test('--list-checks lists the checks, and needs no home', async () => {
  const { exitCode, stdout } = await doctor('--list-checks');

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^links +whether every home shares its state$/m);
});

test('a link whose path cannot be typed gets no command', async () => {
  await user.write('.claude-a\nb/settings.json', '{}');
  await user.healthy('.claude');
  await user.link('/mnt/volume', '.claude-a\nb/projects');

  const { stdout } = await doctor();

  expect(stdout).toContain('/mnt/volume  does not exist');
  expect(stdout).not.toContain('rm ');
});
