import * as nodeFs from 'node:fs';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { findAccountHomes } from '../../../src/homes/index.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  type World,
  worldKinds,
} from '../support/world.ts';

const ACCOUNT = '{"oauthAccount":{"accountUuid":"a"}}';
const good = (world: World) => makeFile(world, at(world, '.claude-good/.claude.json'), ACCOUNT);
const config = (text: string) => (world: World) => {
  makeFile(world, at(world, '.claude-bad/settings.json'), '{}');
  makeFile(world, at(world, '.claude-bad/.claude.json'), text);
};
const link = (name: string, target: string) => (world: World) => {
  makeLink(world, at(world, name), target.replace(/^~/, world.root));
};

/** What may be in a home directory, and the homes that are found beside the good one. */
const hostile: readonly (readonly [
  title: string,
  stage: (world: World) => void,
  homes: readonly string[],
])[] = [
  ['a home that is a link to itself', link('.claude-bad', '.claude-bad'), []],
  ['a projects link in a circle', link('.claude-bad/projects', 'projects'), ['.claude-bad']],
  ['a projects link to the home itself', link('.claude-bad/projects', '.'), ['.claude-bad']],
  ['a projects link to the home directory', link('.claude-bad/projects', '~'), ['.claude-bad']],
  ['a projects link to the root', link('.claude-bad/projects', '/'), ['.claude-bad']],
  ['a home on a mount that is gone', link('.claude-bad', '/mnt/gone'), []],
  ['a link to the directory above', link('.claude-bad', '..'), []],
  [
    'two homes whose links lead to each other',
    (world) => {
      link('.claude-x/projects', '../.claude-y/projects')(world);
      link('.claude-y/projects', '../.claude-x/projects')(world);
    },
    ['.claude-x', '.claude-y'],
  ],
  [
    'names with newlines, escape sequences and quotes',
    (world) => {
      makeFile(world, at(world, `.claude-a\n\u001B[31m'"b/settings.json`), '{}');
    },
    [`.claude-a\n\u001B[31m'"b`],
  ],
  [
    'names with wildcards',
    (world) => {
      makeFile(world, at(world, '.claude-*/settings.json'), '{}');
      makeFile(world, at(world, '.claude-[a-z]?/settings.json'), '{}');
    },
    ['.claude-*', '.claude-[a-z]?'],
  ],
  [
    'names that are members of every object',
    (world) => {
      makeLink(world, at(world, '.claude-bad/__proto__'), '/');
      makeLink(world, at(world, '.claude-bad/constructor'), '/');
      makeFile(world, at(world, '.claude-bad/settings.json'), '{}');
    },
    ['.claude-bad'],
  ],
  ['an empty .claude.json', config(''), ['.claude-bad']],
  ['a .claude.json that is no JSON', config('{"oauthAccount":'), ['.claude-bad']],
  ['a .claude.json that is null', config('null'), ['.claude-bad']],
  ['an account of other types', config('{"oauthAccount":{"accountUuid":7}}'), ['.claude-bad']],
  ['an inherited account', config('{"__proto__":{"oauthAccount":{}}}'), ['.claude-bad']],
  ['a .claude.json nested 100,000 deep', config('['.repeat(100_000)), ['.claude-bad']],
  [
    'a .claude.json that is a directory',
    (world) => {
      makeDirectory(world, at(world, '.claude-bad/.claude.json'));
    },
    ['.claude-bad'],
  ],
  [
    'a home with a hundred links to nothing',
    (world) => {
      for (let index = 0; index < 100; index += 1) link(`.claude-bad/l${index}`, '/nowhere')(world);
      makeFile(world, at(world, '.claude-bad/settings.json'), '{}');
    },
    ['.claude-bad'],
  ],
  [
    'a chain of homes that link to the next',
    (world) => {
      for (let index = 0; index < 20; index += 1) {
        link(`.h${index}/projects`, `~/.h${index + 1}/projects`)(world);
        makeFile(world, at(world, `.h${index}/.claude.json`), ACCOUNT.replace('a"', `${index}"`));
      }
    },
    Array.from({ length: 20 }, (_, index) => `.h${index}`),
  ],
  [
    'a thousand dot directories',
    (world) => {
      for (let index = 0; index < 1000; index += 1) makeDirectory(world, at(world, `.d${index}`));
    },
    [],
  ],
];

describe.each(worldKinds)('findAccountHomes in %s survives', (kind) => {
  test.each(hostile)('%s', async (_, stage, homes) => {
    await inWorld(kind, async (world) => {
      good(world);
      stage(world);

      const { homes: found, pools } = await findAccountHomes({
        homeDirectory: world.root,
        fs: world.fs,
      });

      const names = found.map(({ accountHome }) => accountHome.slice(world.root.length + 1));
      expect(new Set(names)).toEqual(new Set([...homes, '.claude-good']));
      expect(found.find(({ accountHome }) => accountHome.endsWith('good'))?.account).toEqual({
        accountUuid: 'a',
      });
      expect(pools.flatMap(({ links }) => links).every(({ target }) => target !== '')).toBe(true);
    });
  });
});

describe('on a real disk findAccountHomes survives', () => {
  test('a .claude.json of 300 MB, which it does not read', async () => {
    await inWorld('disk', async (world) => {
      const path = good(world);
      const big = makeFile(world, at(world, '.claude-bad/.claude.json'), ACCOUNT);
      nodeFs.truncateSync(big, 300e6);

      const { homes } = await findAccountHomes({ homeDirectory: world.root, fs: world.fs });

      expect(homes.map(({ account }) => account)).toEqual([undefined, { accountUuid: 'a' }]);
      expect(nodeFs.statSync(path).size).toBeLessThan(1000);
    });
  });

  test('a FIFO named like .claude.json, for which nobody waits', async () => {
    await inWorld('disk', async (world) => {
      good(world);
      makeDirectory(world, at(world, '.claude-bad'));
      execFileSync('mkfifo', [at(world, '.claude-bad/.claude.json')]);

      const { homes } = await findAccountHomes({ homeDirectory: world.root, fs: world.fs });

      expect(homes.map(({ account }) => account)).toEqual([undefined, { accountUuid: 'a' }]);
    });
  });
});

test('findAccountHomes finds the homes that processes of this user use on this machine', async () => {
  await inWorld('disk', async (world) => {
    const home = at(world, 'somewhere');
    makeFile(world, at(world, 'somewhere/settings.json'), '{}');
    const env = { ...process.env, CLAUDE_CONFIG_DIR: home };
    const output = execFileSync(
      process.execPath,
      [
        '--import',
        'tsx',
        new URL('../support/find-homes-child.ts', import.meta.url).pathname,
        world.root,
      ],
      { env, encoding: 'utf8' },
    );

    expect(JSON.parse(output)).toContainEqual([home, 'process']);
  });
});
