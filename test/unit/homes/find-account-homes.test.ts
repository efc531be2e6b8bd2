import { describe, expect, test } from 'vitest';
import { credentialsIn } from '../../../src/homes/home.ts';
import { findAccountHomes, type FindAccountHomesOptions } from '../../../src/homes/index.ts';
import { changedAt } from '../support/hooked.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  requiredIn,
  type World,
  worldKinds,
} from '../support/world.ts';
import { build, fixtures } from './layouts.ts';

type Given = Partial<FindAccountHomesOptions>;

const mark = (world: World, name: string) =>
  makeFile(world, at(world, `${name}/settings.json`), '{}');
const find = (world: World, given: Given = {}) =>
  findAccountHomes({
    homeDirectory: world.root,
    required: requiredIn(world),
    fs: world.fs,
    ...given,
  });
/** The homes by the rules that found them, below the root of the world. */
const rulesIn = async (world: World, given: Given = {}) => {
  const { homes } = await find(world, given);
  return Object.fromEntries(
    homes.map(({ accountHome, rule }) => [accountHome.slice(world.root.length + 1), rule]),
  );
};
const namesIn = async (world: World, given: Given = {}) => Object.keys(await rulesIn(world, given));

describe.each(worldKinds)('findAccountHomes in %s', (kind) => {
  test.each(fixtures.map((fixture) => [fixture.title, fixture] as const))(
    'knows the layout %s',
    async (_, fixture) => {
      await inWorld(kind, async (world) => {
        build(world, fixture);

        const { homes, pools } = await find(world);

        const rules = homes.map(({ accountHome, rule }) => [accountHome, rule]);
        const absolute = Object.entries(fixture.homes).map(([home, rule]) => [
          at(world, home),
          rule,
        ]);
        expect(Object.fromEntries(rules)).toEqual(Object.fromEntries(absolute));
        const expected = fixture.pools.map(
          ({ projects, names = ['projects'], primary, ...pool }) => ({
            projects: at(world, projects),
            names,
            homes: new Set(pool.homes.map((home) => at(world, home))),
            primary: primary === undefined ? undefined : at(world, primary),
          }),
        );
        const seen = pools.map(({ links, accountHomes, primary }) => ({
          projects: links.find(({ name }) => name === 'projects')?.target,
          names: links.map(({ name }) => name),
          homes: new Set(accountHomes),
          primary,
        }));
        expect(new Set(seen)).toEqual(new Set(expected));
      });
    },
  );

  test('takes .claude and every .claude-*, in natural order', async () => {
    await inWorld(kind, async (world) => {
      for (const name of ['.claude-10', '.claude', '.claude-2', '.claudia', 'claude-c']) {
        mark(world, name);
      }

      expect(await namesIn(world)).toEqual(['.claude', '.claude-2', '.claude-10']);
    });
  });

  test.each(['.claude.json', '.credentials.json', 'settings.json', 'sessions/1.json'])(
    'takes %s for a mark of Claude Code',
    async (name) => {
      await inWorld(kind, async (world) => {
        makeFile(world, at(world, `.claude-x/${name}`), '{}');

        expect(await namesIn(world)).toEqual(['.claude-x']);
      });
    },
  );

  test('takes a shared link for a mark, which a new home has first', async () => {
    await inWorld(kind, async (world) => {
      makeLink(world, at(world, '.claude-x/projects'), at(world, 'nowhere'));

      expect(await namesIn(world)).toEqual(['.claude-x']);
    });
  });

  test('skips a directory without a mark, and a file', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, at(world, '.claude-backup/projects/-work/x.jsonl'));
      makeFile(world, at(world, '.claude-notes'));

      const { homes, skipped } = await find(world);

      expect(homes).toEqual([]);
      expect(skipped).toEqual([
        { path: at(world, '.claude-backup'), reason: 'no-mark' },
        { path: at(world, '.claude-notes'), reason: 'not-a-directory' },
      ]);
    });
  });

  test('skips shared targets and state directories, by their real paths', async () => {
    await inWorld(kind, async (world) => {
      const [projects] = requiredIn(world).map(({ target }) => target);
      mark(world, 'elsewhere');
      makeLink(world, at(world, '.claude-pool'), at(world, 'elsewhere'));
      makeLink(world, projects ?? '', at(world, 'elsewhere'));
      mark(world, '.claude-shared-state/archive');
      makeLink(world, at(world, '.claude-archive'), at(world, '.claude-shared-state/archive'));

      const { homes, skipped } = await find(world);

      expect(homes).toEqual([]);
      expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['shared-target']));
    });
  });

  test('skips the target of another home, whatever is in it', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude-pool');
      mark(world, '.claude-work');
      makeLink(world, at(world, '.claude-work/projects'), at(world, '.claude-pool'));

      const { skipped } = await find(world);

      expect(await namesIn(world)).toEqual(['.claude-work']);
      expect(skipped).toEqual([{ path: at(world, '.claude-pool'), reason: 'shared-target' }]);
    });
  });

  test('skips a link to another home, whichever comes first', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude-work');
      makeLink(world, at(world, '.claude-alias'), at(world, '.claude-work'));
      makeLink(world, at(world, '.claude-zebra'), at(world, '.claude-work'));

      const { skipped } = await find(world);

      expect(await namesIn(world)).toEqual(['.claude-work']);
      expect(skipped).toEqual([
        { path: at(world, '.claude-alias'), reason: 'same-directory' },
        { path: at(world, '.claude-zebra'), reason: 'same-directory' },
      ]);
    });
  });

  test('takes the home that .claude is a link to, and not the link', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude-accounts/a');
      makeLink(world, at(world, '.claude'), '.claude-accounts/a');

      expect(await rulesIn(world)).toEqual({ '.claude-accounts/a': 'claude-accounts' });
    });
  });

  test('reports a link to nothing as unreadable: a volume may not be mounted', async () => {
    await inWorld(kind, async (world) => {
      makeLink(world, at(world, '.claude-work'), '/mnt/volume');

      const skipped = [{ path: at(world, '.claude-work'), reason: 'unreadable', errno: 'ENOENT' }];
      expect(await find(world)).toEqual({ homes: [], skipped, pools: [] });
    });
  });

  test('takes a link to a home that lies elsewhere', async () => {
    await inWorld(kind, async (world) => {
      mark(world, 'volume/claude');
      makeLink(world, at(world, '.claude-work'), at(world, 'volume/claude'));

      expect(await namesIn(world)).toEqual(['.claude-work']);
    });
  });

  test('finds the same homes through a link to the home directory', async () => {
    await inWorld(kind, async (world) => {
      mark(world, 'me/.claude-work');
      makeLink(world, at(world, 'me/.claude-alias'), at(world, 'me/.claude-work'));
      makeLink(world, at(world, 'link'), at(world, 'me'));

      expect(await namesIn(world, { homeDirectory: at(world, 'link') })).toEqual([
        'link/.claude-work',
      ]);
    });
  });

  test('reports a home directory that does not exist', async () => {
    await inWorld(kind, async (world) => {
      const homeDirectory = at(world, 'nobody');
      makeDirectory(world, at(world, 'me'));

      const skipped = [{ path: homeDirectory, reason: 'unreadable', errno: 'ENOENT' }];
      expect(await find(world, { homeDirectory })).toEqual({ homes: [], skipped, pools: [] });
    });
  });

  test('takes named homes as they are, and expands patterns in them', async () => {
    await inWorld(kind, async (world) => {
      for (const name of ['a/10/c', 'a/9/c', 'a/.x/c', 'a/9/d', '.claude']) mark(world, name);
      makeDirectory(world, at(world, 'a/[*]'));

      expect(
        await rulesIn(world, {
          accountHomes: [at(world, 'a/*/c'), at(world, 'a/?*/d'), at(world, 'a/[*]'), '/nowhere'],
        }),
      ).toEqual({
        'a/9/c': 'named',
        'a/10/c': 'named',
        'a/9/d': 'named',
        'a/[*]': 'named',
        ['/nowhere'.slice(world.root.length + 1)]: 'named',
        '.claude': 'claude',
      });
    });
  });

  test('takes CLAUDE_CONFIG_DIR, even if it is new and empty', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude');
      makeDirectory(world, at(world, 'new'));

      const env = { CLAUDE_CONFIG_DIR: at(world, 'new') };
      expect(await rulesIn(world, { env })).toEqual({ '.claude': 'claude', new: 'environment' });
      expect(await namesIn(world, { env: { CLAUDE_CONFIG_DIR: 'new' } })).toEqual(['.claude']);
    });
  });

  test('looks where the XDG variables say', async () => {
    await inWorld(kind, async (world) => {
      mark(world, 'data/claude-swap/sessions/1');
      makeFile(world, at(world, 'conf/c/.claude.json'), '{"oauthAccount":{"accountUuid":"a"}}');

      const env = { XDG_DATA_HOME: at(world, 'data'), XDG_CONFIG_HOME: at(world, 'conf') };
      expect(await rulesIn(world, { env })).toEqual({
        'data/claude-swap/sessions/1': 'claude-swap',
        'conf/c': 'config-directory',
      });
    });
  });

  test('takes the homes that running processes use, if the inspector knows', async () => {
    await inWorld(kind, async (world) => {
      mark(world, 'srv/a');
      makeDirectory(world, at(world, 'srv/b'));
      const paths = [at(world, 'srv/a'), at(world, 'srv/b'), 'relative', '/gone'];

      const processInspector = { configDirs: async () => paths };
      expect(await rulesIn(world, { processInspector })).toEqual({ 'srv/a': 'process' });
      expect((await find(world, { processInspector })).skipped).toEqual([]);
      const failing = { configDirs: () => Promise.reject(new Error('no /proc')) };
      expect(await rulesIn(world, { processInspector: failing })).toEqual({});
    });
  });

  test('calls the home that only a process uses the double, wherever it is', async () => {
    await inWorld(kind, async (world) => {
      const config = '{"oauthAccount":{"accountUuid":"a"}}';
      const [own, scratch] = [at(world, '.claude-own'), at(world, '.a/scratch')];
      for (const home of [own, scratch]) makeFile(world, `${home}/.claude.json`, config);

      const processInspector = { configDirs: async () => [scratch] };
      const { homes } = await find(world, { processInspector });

      expect(homes.map(({ accountHome, remarks }) => [accountHome, remarks])).toEqual([
        [own, []],
        [scratch, [{ kind: 'same-account', accountHome: own }]],
      ]);
    });
  });

  test('takes a home that links of another lead to, and that other', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, at(world, 'data/main/.claude.json'), '{"oauthAccount":{"accountUuid":"a"}}');
      makeDirectory(world, at(world, 'data/main/projects'));
      makeLink(world, at(world, '.claude-b/projects'), at(world, 'data/main/projects'));
      makeLink(world, at(world, '.third/projects'), at(world, 'data/main/projects'));
      makeLink(world, at(world, '.other/projects'), at(world, 'data'));

      expect(await rulesIn(world)).toEqual({
        '.claude-b': 'claude',
        '.third': 'linked',
        'data/main': 'linked',
      });
    });
  });

  test('counts the sessions of a home, and knows when the last one changed', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude');
      mark(world, '.claude-new');
      for (const name of ['a', 'b']) {
        world.fs.utimesSync(
          makeFile(world, at(world, `.claude/projects/-work/${name}.jsonl`), '{}'),
          name === 'a' ? 1000 : 2000,
          name === 'a' ? 1000 : 2000,
        );
      }

      const [first, second] = (await find(world)).homes;

      expect(first?.sessions).toEqual({ count: 2, lastModifiedAt: new Date(2_000_000) });
      expect(second).not.toHaveProperty('sessions');
      const [uncounted] = (await find(world, { sessions: false })).homes;
      expect(uncounted).not.toHaveProperty('sessions');
    });
  });

  test('gives the last time there is for sessions that are of later', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude');
      makeFile(world, at(world, '.claude/projects/-work/a.jsonl'), '{}');
      const [home] = (await find(world, { fs: changedAt(world, 9n * 10n ** 15n) })).homes;
      expect(home?.sessions?.lastModifiedAt).toEqual(new Date(8.64e15));
    });
  });

  test('reads the account beside the default home, inside any other', async () => {
    await inWorld(kind, async (world) => {
      const config = (path: string, uuid: string) =>
        makeFile(
          world,
          at(world, path),
          JSON.stringify({
            oauthAccount: { accountUuid: uuid, emailAddress: `${uuid}@example.com`, other: 1 },
          }),
        );
      config('.claude.json', 'one');
      config('.claude/.claude.json', 'wrong');
      mark(world, '.claude');
      config('.claude-b/.claude.json', 'wrong');
      config('.claude-b/.config.json', 'two');
      makeFile(world, at(world, '.claude-c/.credentials.json'), '{}');

      const { homes } = await find(world);

      expect(homes.map(({ account }) => account)).toEqual([
        { accountUuid: 'one', emailAddress: 'one@example.com' },
        { accountUuid: 'two', emailAddress: 'two@example.com' },
        undefined,
      ]);
      expect(homes.at(-1)?.hasCredentials).toBe(true);
    });
  });

  test('takes no account from .claude.json beside a .config.json that says nothing', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude-b');
      makeFile(world, at(world, '.claude-b/.claude.json'), '{"oauthAccount":{"accountUuid":"a"}}');
      makeFile(world, at(world, '.claude-b/.config.json'), 'no JSON');

      const { homes } = await find(world);

      expect(homes.map(({ account }) => account)).toEqual([undefined]);
    });
  });

  test('remarks on a second home of one account, and on a copy of a home', async () => {
    await inWorld(kind, async (world) => {
      const account = JSON.stringify({ oauthAccount: { accountUuid: 'one' } });
      const transcript = 'projects/-work/3f0c5a52-6f0e-4a57-9d0b-2f3b1c9e7a10.jsonl';
      makeFile(world, at(world, '.claude.json'), account);
      for (const name of ['.claude', '.claude-backup2']) {
        mark(world, name);
        makeFile(world, at(world, `${name}/${transcript}`), '{}');
      }
      makeFile(world, at(world, '.claude-same/.claude.json'), account);
      // Another account, to which somebody copied a session.
      makeFile(world, at(world, '.claude-other/.claude.json'), account.replace('one', 'two'));
      makeFile(world, at(world, `.claude-other/${transcript}`), '{}');
      // A home that was migrated and restored has everything that was shared.
      mark(world, '.claude-restored');
      makeFile(world, at(world, `.claude-restored/${transcript}`), '{}');
      makeDirectory(world, at(world, '.claude-restored/.claude-shared-state/restore-points'));

      const { homes } = await find(world);

      const remarks = homes.map(({ accountHome, remarks: [remark] }) => [accountHome, remark]);
      const original = at(world, '.claude');
      expect(Object.fromEntries(remarks)).toEqual({
        [original]: undefined,
        [at(world, '.claude-backup2')]: { kind: 'looks-like-a-copy', accountHome: original },
        [at(world, '.claude-other')]: undefined,
        [at(world, '.claude-restored')]: undefined,
        [at(world, '.claude-same')]: { kind: 'same-account', accountHome: original },
      });
    });
  });
});

test('findAccountHomes refuses what it cannot search with', async () => {
  const given: object = { homeDirectory: 'relative', processInspector: {}, envs: {} };
  await expect(findAccountHomes(Object.assign({ homeDirectory: '/' }, given))).rejects.toThrow(
    'found 3 problems',
  );
});

test('credentials that may be in the Keychain of macOS are unknown, not missing', () => {
  const [none, some] = [new Set(['.claude.json']), new Set(['.credentials.json'])];
  expect(credentialsIn(none, 'darwin')).toEqual({});
  expect(credentialsIn(some, 'darwin')).toEqual({ hasCredentials: true });
  expect(credentialsIn(none, 'linux')).toEqual({ hasCredentials: false });
});
