import { describe, expect, test } from 'vitest';
import { requiredSharedUnder } from 'claude-shared-state';
import { findHomes } from '../../../src/cli/find-homes.ts';
import { userHome } from './support/homes.ts';
import { run } from './support/run.ts';

const user = userHome();
const find = () => findHomes(user.home, requiredSharedUnder(user.home));

test('homes are ~/.claude and ~/.claude-*, in this order', async () => {
  for (const name of ['.claude-b', '.claude', '.claude-a', '.claudia', 'claude-c']) {
    await user.bare(name);
  }

  const homes = ['.claude', '.claude-a', '.claude-b'].map((name) => user.at(name));
  expect(await find()).toEqual({ homes, skipped: [] });
});

test.each(['.claude.json', '.credentials.json', 'settings.json', 'sessions/1.json'])(
  '%s is a mark of Claude Code',
  async (mark) => {
    await user.write(`.claude-x/${mark}`, '{}');

    expect((await find()).homes).toEqual([user.at('.claude-x')]);
  },
);

test('so is a shared link, which a new home has first', async () => {
  await user.write('.claude-x/other', '');
  await user.link(user.at('.claude-projects-shared'), '.claude-x/projects');

  expect((await find()).homes).toEqual([user.at('.claude-x')]);
});

describe('what is passed over is told:', () => {
  test('a directory without a mark', async () => {
    await user.write('.claude-backup/projects/-work/x.jsonl', '');

    expect(await find()).toEqual({
      homes: [],
      skipped: [{ path: user.at('.claude-backup'), reason: 'no-mark' }],
    });
  });

  test('a shared target and the state directory, whatever is in them', async () => {
    await user.bare('.claude-projects-shared');
    await user.bare('.claude-shared-state');

    expect((await find()).skipped).toEqual([
      { path: user.at('.claude-projects-shared'), reason: 'shared-target' },
      { path: user.at('.claude-shared-state'), reason: 'shared-target' },
    ]);
  });

  test('a shared target, by its real path', async () => {
    await user.bare('elsewhere');
    await user.link(user.at('elsewhere'), '.claude-projects-shared');
    await user.link(user.at('elsewhere'), '.claude-x');

    expect((await find()).skipped.map(({ reason }) => reason)).toEqual([
      'shared-target',
      'shared-target',
    ]);
  });

  test('a directory inside a state directory, by its real path', async () => {
    await user.bare('.claude-shared-state/archive');
    await user.link(user.at('.claude-shared-state/archive'), '.claude-archive');

    expect((await find()).skipped).toContainEqual({
      path: user.at('.claude-archive'),
      reason: 'shared-target',
    });
  });

  test('a file', async () => {
    await user.write('.claude-notes', '');

    const skipped = [{ path: user.at('.claude-notes'), reason: 'not-a-directory' }];
    expect(await find()).toEqual({ homes: [], skipped });
  });

  test('a link to another home, whichever comes first', async () => {
    await user.bare('.claude-work');
    await user.link('.claude-work', '.claude-alias');
    await user.link('.claude-work', '.claude-zebra');

    expect(await find()).toEqual({
      homes: [user.at('.claude-work')],
      skipped: [
        { path: user.at('.claude-alias'), reason: 'same-directory' },
        { path: user.at('.claude-zebra'), reason: 'same-directory' },
      ],
    });
  });

  test('a link to nothing, which may be a volume that is not mounted: it is no healthy state', async () => {
    await user.healthy('.claude');
    await user.link('/mnt/volume', '.claude-work');

    const skipped = [{ path: user.at('.claude-work'), reason: 'unreadable', errno: 'ENOENT' }];
    expect((await find()).skipped).toContainEqual(skipped[0]);
    const { exitCode, stdout } = await run([], { home: user.home });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('passed over (could not be looked at, ENOENT; if it is a home,');
  });
});

test('a link to a home that lies elsewhere is a home', async () => {
  await user.bare('volume/claude');
  await user.link(user.at('volume', 'claude'), '.claude-work');

  expect((await find()).homes).toEqual([user.at('.claude-work')]);
});

test('a home directory that lies behind a link itself has the same homes', async () => {
  await user.bare('me/.claude-work');
  await user.link('.claude-work', 'me/.claude-alias');
  await user.link('me', 'link');

  const home = user.at('link');
  const { homes } = await findHomes(home, requiredSharedUnder(home));
  expect(homes).toEqual([user.at('link', '.claude-work')]);
});

describe('where there is no home', () => {
  test('the command line cannot be carried out', async () => {
    await user.write('.claude-backup/x', '');

    const { exitCode, stdout, stderr } = await run([], { home: user.home });

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('✗ no account home was found in');
    expect(stderr).toContain('name one with --home');
    expect(stderr).toContain('~/.claude-backup: nothing of Claude Code is in it');
  });

  test('nor where the home directory is not there', async () => {
    const { exitCode, stderr } = await run([], { home: user.at('nobody') });

    expect(exitCode).toBe(2);
    expect(stderr).toContain('ENOENT');
  });
});
