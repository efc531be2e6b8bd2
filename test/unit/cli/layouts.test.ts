import * as nodeFs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { build, fixtures } from '../homes/layouts.ts';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const cli = (...argv: readonly string[]) => run(argv, { home: user.home });
const stage = (title: string) => {
  const fixture = fixtures.find((one) => one.title.startsWith(title));
  if (fixture === undefined) throw new Error(`no layout ${title}`);
  build({ kind: 'disk', root: user.home, fs: nodeFs }, fixture);
};
const json = async (...argv: readonly string[]): Promise<unknown> =>
  JSON.parse((await cli(...argv, '--json')).stdout);

/** What the doctor says about links in each layout, and the commands that it proposes; `~` is the home directory. */
const proposals: Readonly<Record<string, readonly [from: string, ...commands: string[]]>> = {
  ours: ['agreed', 'config init'],
  'the primary home': ['agreed', 'config init'],
  'a shared directory made by hand': ['agreed', 'config init'],
  cchost: ['agreed', 'config init'],
  ccs: [
    'home',
    `doctor --home ~/.ccs/instances/a --home ~/.ccs/instances/b ${ccsLinks('default')}`,
    `doctor --home ~/.ccs/instances/client ${ccsLinks('client')}`,
  ],
  'claude-swap': ['agreed', 'config init'],
  'dev-3.0': ['agreed', 'config init'],
  aimux: ['agreed', "ensure --shared 'projects=~/.claude/projects'", 'config init'],
  gastown: ['home', 'ensure'],
  'claude-nonstop': ['home', 'ensure'],
  'live-log-viewer': ['agreed', 'config init'],
};

function ccsLinks(group: string): string {
  const place = `~/.ccs/shared/context-groups/${group}`;
  return ['session-env', 'file-history', 'projects', 'todos', 'shell-snapshots']
    .map((name) => `--shared '${name}=${place}/${name === 'projects' ? '' : 'continuity/'}${name}'`)
    .join(' ');
}

describe('the doctor proposes what the homes agree on already:', () => {
  test.each(Object.entries(proposals))('%s', async (title, [from, ...commands]) => {
    stage(title);

    expect(await json('doctor')).toMatchObject({
      required: { from },
      next: commands.map((words) => ({
        command: `claude-shared-state ${words.replaceAll('~', user.home)}`,
      })),
    });
  });
});

describe('the primary home as the pool', () => {
  test('is one note with one way to a neutral place, and needs no links itself', async () => {
    stage('the primary home');

    const { exitCode, stdout } = await cli('doctor');

    expect(stdout).toContain('4 account homes, found in ~');
    expect(stdout).toContain(
      'shared where the homes already share:\n  projects → ~/.claude/projects\n',
    );
    expect(stdout).toContain('The homes share the directories of ~/.claude');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('migrate --home');
    expect(stdout).not.toContain('divergent-link');
    expect(exitCode).toBe(0);
  });

  test('is left by the command that the note names, and the other homes follow', async () => {
    stage('the primary home');

    expect(await cli('migrate', '--home', user.at('.claude'), '--yes')).toMatchObject({
      exitCode: 0,
    });

    expect(await json('doctor')).toMatchObject({ required: { from: 'home' } });
    expect((await cli('doctor', '--verbose')).stdout).toContain('equivalent');
    await cli('ensure');
    expect((await cli('doctor')).exitCode).toBe(0);
  });

  test('is joined by a new home, and no second pool is made', async () => {
    stage('the primary home');
    await user.bare('.claude-new');

    expect(await cli('ensure')).toMatchObject({ exitCode: 0 });

    expect(nodeFs.realpathSync(user.at('.claude-new/projects'))).toBe(user.at('.claude/projects'));
    expect(nodeFs.existsSync(user.at('.claude-projects-shared'))).toBe(false);
  });
});

describe('homes in groups that share nothing', () => {
  test.each(['ensure', 'migrate'])('are not mixed by %s', async (command) => {
    stage('ccs');

    const { exitCode, stderr } = await cli(command, '--dry-run');

    expect(exitCode).toBe(2);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('share their sessions in 2 groups');
  });

  test('are checked one group at a time', async () => {
    stage('ccs');

    const named = ['a', 'b'].flatMap((name) => ['--home', user.at(`.ccs/instances/${name}`)]);

    expect((await cli('doctor')).stdout).toContain('2 groups, which share nothing with each other');
    expect(await json('doctor', ...named)).toMatchObject({
      required: { from: 'agreed' },
      ok: true,
    });
  });
});

test('a copy of a home and a second home of one account are left alone, and named', async () => {
  await user.bare('.claude');
  await user.transcript('.claude/projects/-work');
  await user.bare('.claude-backup2');
  await user.transcript('.claude-backup2/projects/-work');

  const { stdout } = await cli('doctor');

  expect(stdout).toContain('This home looks like a copy of ~/.claude');
  expect(await json('migrate', '--dry-run')).toMatchObject({
    accountHomes: { paths: [user.at('.claude')] },
  });
  const named = ['--home', user.at('.claude-backup2')];
  expect(await json('migrate', '--dry-run', ...named)).toMatchObject({
    accountHomes: { paths: [user.at('.claude-backup2')] },
  });
});

describe('a home that a running process uses', () => {
  const outside = userHome();

  test('is one if it is below the home directory, or shares', async () => {
    await user.healthy('.claude');
    await user.healthy('work');
    await outside.bare('far');
    await outside.link(user.at('.claude-projects-shared'), 'far/projects');

    const configDirs = [user.at('work'), outside.at('far')];
    const { stdout } = await run(['config'], { home: user.home, configDirs });

    const chosen = stdout.slice(0, stdout.indexOf('shared ('));
    expect(chosen).toContain('  ~/work\n');
    expect(chosen).toContain(`  ${outside.at('far')}\n`);
  });

  test('is left out elsewhere elsewhere, whatever it shares with others', async () => {
    await user.bare('.claude');
    for (const name of ['a', 'b', 'c']) await outside.bare(name);
    for (const name of ['a', 'b']) await outside.link(outside.at('c'), `${name}/projects`);

    const configDirs = ['a', 'b', 'c'].map((name) => outside.at(name));
    const { stdout } = await run(['config'], { home: user.home, configDirs });

    expect(stdout).toContain('homes (found)\n  ~/.claude\nshared (the default)\n');
  });
});
