import { describe, expect, test } from 'vitest';
import { findAccountHomes } from '../../../src/homes/index.ts';
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

const mark = (world: World, name: string) =>
  makeFile(world, at(world, `${name}/settings.json`), '{}');
const find = (world: World, directory = world.root) =>
  findAccountHomes(directory, { required: requiredIn(world), fs: world.fs });

describe.each(worldKinds)('findAccountHomes in %s', (kind) => {
  test('takes .claude and every .claude-*, in natural order', async () => {
    await inWorld(kind, async (world) => {
      for (const name of ['.claude-10', '.claude', '.claude-2', '.claudia', 'claude-c']) {
        mark(world, name);
      }

      const homes = ['.claude', '.claude-2', '.claude-10'].map((name) => at(world, name));
      expect(await find(world)).toEqual({ homes, skipped: [] });
    });
  });

  test.each(['.claude.json', '.credentials.json', 'settings.json', 'sessions/1.json'])(
    'takes %s for a mark of Claude Code',
    async (name) => {
      await inWorld(kind, async (world) => {
        makeFile(world, at(world, `.claude-x/${name}`), '{}');

        expect((await find(world)).homes).toEqual([at(world, '.claude-x')]);
      });
    },
  );

  test('takes a shared link for a mark, which a new home has first', async () => {
    await inWorld(kind, async (world) => {
      makeLink(world, at(world, '.claude-x/projects'), at(world, 'nowhere'));

      expect((await find(world)).homes).toEqual([at(world, '.claude-x')]);
    });
  });

  test('skips a directory without a mark, and a file', async () => {
    await inWorld(kind, async (world) => {
      makeFile(world, at(world, '.claude-backup/projects/-work/x.jsonl'));
      makeFile(world, at(world, '.claude-notes'));

      expect(await find(world)).toEqual({
        homes: [],
        skipped: [
          { path: at(world, '.claude-backup'), reason: 'no-mark' },
          { path: at(world, '.claude-notes'), reason: 'not-a-directory' },
        ],
      });
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

  test('skips a link to another home, whichever comes first', async () => {
    await inWorld(kind, async (world) => {
      mark(world, '.claude-work');
      makeLink(world, at(world, '.claude-alias'), at(world, '.claude-work'));
      makeLink(world, at(world, '.claude-zebra'), at(world, '.claude-work'));

      expect(await find(world)).toEqual({
        homes: [at(world, '.claude-work')],
        skipped: [
          { path: at(world, '.claude-alias'), reason: 'same-directory' },
          { path: at(world, '.claude-zebra'), reason: 'same-directory' },
        ],
      });
    });
  });

  test('reports a link to nothing as unreadable: a volume may not be mounted', async () => {
    await inWorld(kind, async (world) => {
      makeLink(world, at(world, '.claude-work'), '/mnt/volume');

      const skipped = [{ path: at(world, '.claude-work'), reason: 'unreadable', errno: 'ENOENT' }];
      expect(await find(world)).toEqual({ homes: [], skipped });
    });
  });

  test('takes a link to a home that lies elsewhere', async () => {
    await inWorld(kind, async (world) => {
      mark(world, 'volume/claude');
      makeLink(world, at(world, '.claude-work'), at(world, 'volume/claude'));

      expect((await find(world)).homes).toEqual([at(world, '.claude-work')]);
    });
  });

  test('finds the same homes through a link to the home directory', async () => {
    await inWorld(kind, async (world) => {
      mark(world, 'me/.claude-work');
      makeLink(world, at(world, 'me/.claude-alias'), at(world, 'me/.claude-work'));
      makeLink(world, at(world, 'link'), at(world, 'me'));

      const { homes } = await find(world, at(world, 'link'));
      expect(homes).toEqual([at(world, 'link/.claude-work')]);
    });
  });

  test('reports a directory that does not exist', async () => {
    await inWorld(kind, async (world) => {
      const directory = at(world, 'nobody');
      makeDirectory(world, at(world, 'me'));

      const skipped = [{ path: directory, reason: 'unreadable', errno: 'ENOENT' }];
      expect(await find(world, directory)).toEqual({ homes: [], skipped });
    });
  });
});
