import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const PATH = '.config/claude-shared-state/config.json';
const cli = (
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  answer?: boolean,
) => run(argv, { home: user.home, env, ...(answer === undefined ? {} : { answer }) });
const configure = (value: object, path = PATH) =>
  user.write(path, JSON.stringify({ version: 1, ...value }));

describe('the configuration decides', () => {
  test('which homes there are, also by patterns', async () => {
    await user.healthy('.claude');
    await user.healthy('work/a');
    await user.healthy('work/b');
    await configure({ homes: ['~/work/*'] });

    const { stdout, exitCode } = await cli(['doctor']);

    expect(stdout).toContain(`2 account homes, from ~/${PATH}`);
    expect(stdout).toContain('2 configured');
    expect(exitCode).toBe(0);
  });

  test('where the shared directories are, as a root or one by one', async () => {
    await user.bare('.claude');
    await configure({ root: '~/srv' });
    expect((await cli(['ensure', '--dry-run'])).stdout).toContain(
      'shared at ~/srv/.claude-*-shared',
    );

    await configure({ shared: { projects: '/pool/projects' } });
    const { stdout } = await cli(['doctor']);

    expect(stdout).toContain(`shared as ~/${PATH} says:\n  projects → /pool/projects\n`);
    // What it says need not be typed.
    expect(stdout).toMatch(/^ {2}claude-shared-state ensure$/m);
  });

  test('nothing that an option says otherwise', async () => {
    await user.bare('.claude');
    await user.bare('.claude-b');
    await configure({ homes: ['~/.claude'], shared: { projects: '/pool/projects' } });

    const { stdout } = await cli(['ensure', '--dry-run', '--home=~/.claude-b', '--root=~']);

    expect(stdout).toContain('shared at ~/.claude-*-shared');
    expect(stdout).toContain('~/.claude-b/projects');
    expect(stdout).not.toContain('~/.claude/projects');
  });

  test('where the archive is', async () => {
    await user.healthy('.claude');
    await user.transcript('.claude-projects-shared/-work');
    await configure({ archive: '~/kept' });

    expect((await cli(['archive'])).stdout).toContain('~/kept');
  });

  test('from another file, which has to exist, if a variable names it', async () => {
    await user.healthy('.claude');
    await user.healthy('other');
    await configure({ homes: ['~/other'] }, 'my.json');

    const env = { CLAUDE_SHARED_STATE_CONFIG: 'my.json' };
    expect((await cli(['doctor'], env)).stdout).toContain('1 account home, from ~/my.json');
    const missing = await cli(['doctor'], { CLAUDE_SHARED_STATE_CONFIG: '/nowhere.json' });
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain('/nowhere.json');
  });
});

test('config lists the homes that were found and are left alone', async () => {
  await user.bare('.claude');
  await user.bare('.claude-b');

  const { stdout } = await cli(['config', '--home=~/.claude']);

  expect(stdout).toContain('homes (--home)\n  ~/.claude\n  found, but not used:\n  ~/.claude-b\n');
});

test('CLAUDE_CONFIG_DIR counts as a home that is asked for', async () => {
  await user.healthy('.claude');
  await user.healthy('new');

  const { stdout } = await cli(['doctor'], { CLAUDE_CONFIG_DIR: user.at('new') });

  expect(stdout).toContain('2 account homes');
});

test('--home takes patterns', async () => {
  await user.healthy('.claude-a');
  await user.healthy('.claude-b');
  await user.healthy('.other');

  expect((await cli(['doctor', '--home=~/.claude-*'])).stdout).toContain('2 account homes');
  const nothing = await cli(['doctor', '--home=~/work/*']);
  expect(nothing).toMatchObject({ exitCode: 2, stdout: '' });
  expect(nothing.stderr).toContain('no account home matches ~/work/*');
});

test.each([
  ['{\n  "version": 1,\n  "homes": [\n}', '4:1: this is not JSON: unexpected }'],
  ['{ "version": 1 ', '1:16: this is not JSON: the file ends too early'],
  ['', '1:1: this is not JSON: the file ends too early'],
  ['{ "version": 1 } x', '1:18: this is not JSON: unexpected x'],
  ['[]', '1:1: it must be an object'],
  ['{}', '1:1: "version" is missing: it must be 1'],
  ['{ "version": 2 }', '1:3: "version" must be 1'],
  ['{ "version": 1,\n  "home": [] }', '2:3: there is no setting "home"; did you mean homes?'],
  ['{"version":1,"homes":[1]}', '1:14: "homes" must be a list of paths'],
  ['{"version":1,"homes":["a/b"]}', '1:14: "homes" must be a list of paths'],
  ['{"version":1,"root":"a"}', '1:14: "root" must be a path that begins with / or ~/'],
  ['{"version":1,"shared":{"projects":1}}', '1:14: "shared" must be an object'],
  ['{"version":1,"root":"/a","shared":{"a":"/b"}}', '1:26: "root" and "shared" exclude each other'],
])(
  'a mistake in the configuration is shown with its line and column (%#)',
  async (text, message) => {
    await user.bare('.claude');
    await user.write(PATH, text);

    const { exitCode, stderr, stdout } = await cli(['doctor']);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`${PATH}:${message}`);
  },
);

describe('config', () => {
  test('prints what is in force, and where it comes from', async () => {
    await user.bare('.claude');
    await configure({ shared: { projects: '~/pool' }, archive: '~/kept' });

    const { exitCode, stdout } = await cli(['config']);

    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `configuration ~/${PATH}\nhomes (found)\n  ~/.claude\nshared (~/${PATH})\n  projects → ~/pool\n` +
        `archive (~/${PATH})\n  ~/kept\n`,
    );
  });

  test('init shows what was found, asks, and writes it', async () => {
    await user.bare('.claude');
    await user.bare('.claude-b');
    await user.link('../.claude/projects', '.claude-b/projects');
    await user.transcript('.claude/projects/-work');

    const declined = await cli(['config', 'init'], {}, false);
    expect(declined).toMatchObject({ exitCode: 1, questions: ['Write it?'] });
    expect((await cli(['config'])).stdout).toContain('none yet');
    expect(await cli(['config', 'init'])).toMatchObject({ exitCode: 2 });
    expect(await cli(['config', 'init'], {}, true)).toMatchObject({ exitCode: 0 });

    expect(JSON.parse(await readFile(user.at(PATH), 'utf8'))).toEqual({
      version: 1,
      homes: ['~/.claude', '~/.claude-b'],
      shared: { projects: '~/.claude/projects' },
    });
    expect((await cli(['doctor'])).exitCode).toBe(0);
  });

  test('init never overwrites a file', async () => {
    await user.bare('.claude');
    await configure({ homes: ['~/.claude'] });

    const { exitCode, stderr } = await cli(['config', 'init', '--yes']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('already exists');
  });

  test('knows no other argument', async () => {
    await user.bare('.claude');

    expect((await cli(['config', 'edit'])).exitCode).toBe(2);
  });

  test('init needs a home', async () => {
    const { exitCode, stderr } = await cli(['config', 'init', '--yes']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('there is no account home to write down');
  });

  test('init writes a root that was named, and homes elsewhere with their whole path', async () => {
    await user.bare('me/.claude');
    await user.bare('other');
    const argv = ['config', 'init', '--yes', '--home', user.at('other'), '--root', user.at('srv')];

    await run(argv, { home: user.at('me') });

    expect(JSON.parse(await readFile(user.at('me', PATH), 'utf8'))).toEqual({
      version: 1,
      homes: [user.at('other')],
      root: user.at('srv'),
    });
  });

  test('is found where XDG_CONFIG_HOME says', async () => {
    await user.bare('.claude');

    const { stdout } = await cli(['config'], { XDG_CONFIG_HOME: '/nowhere' });

    expect(stdout).toContain('configuration /nowhere/claude-shared-state/config.json');
  });
});
