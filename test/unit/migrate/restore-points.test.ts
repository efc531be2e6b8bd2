import { listRestorePoints } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../support/hooked.ts';
import {
  fill,
  KEY,
  lines,
  linksProjects,
  NOW,
  refusalOf,
  run,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { deleting, restorePointOf, restorePointsIn, restoring } from '../support/way-back.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

const list = (world: World, ...homes: readonly string[]) =>
  listRestorePoints(
    homes.map((home) => at(world, home)),
    { fs: world.fs },
  );

function fillHome(world: World, home = 'a'): void {
  fill(world, {
    [`${home}/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`${home}/projects/${KEY}/memory/notes.md`]: 'first\n',
    [`${home}/file-history/x/1@v1`]: 'before\n',
  });
}

describe.each(worldKinds)('listRestorePoints (%s)', (kind) => {
  test('finds none if nothing was migrated, or if there is no home', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      expect(await list(world, 'a', 'nobody')).toEqual({ restorePoints: [], problems: [] });
    }));

  test('tells home, age, size and targets of each, and changes nothing', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const { restorePoints } = await run(world, ['a']);
      const before = snapshot(world);
      expect(await list(world, 'a')).toEqual({
        problems: [],
        restorePoints: [
          {
            path: restorePoints[0],
            accountHome: at(world, 'a'),
            createdAt: NOW,
            state: 'complete',
            names: ['file-history', 'projects'],
            files: 3,
            bytes: lines(1, 2).length + 'first\nbefore\n'.length,
            targets: expect.arrayContaining(
              ['file-history', 'projects'].map((name) => ({
                name,
                target: at(world, `shared/.claude-${name}-shared`),
              })),
            ) as unknown,
          },
        ],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test('does not look into them if nobody wants the files counted', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = (await run(world, ['a'])).restorePoints[0] ?? '';
      const fs = hooked(world, {
        before: (call, place) => {
          if (place.startsWith(`${path}/projects`)) throw posixError('EIO', call);
        },
      });
      const listed = await listRestorePoints([at(world, 'a')], { fs, countFiles: false });
      expect(listed).toMatchObject({ problems: [], restorePoints: [{ path, state: 'complete' }] });
      expect(listed.restorePoints[0]).not.toHaveProperty('files');
    }));

  test('finds those of several homes, each once, also through a link to a home', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fillHome(world, 'b');
      const { restorePoints } = await run(world, ['a', 'b']);
      makeLink(world, at(world, 'link'), at(world, 'b'));
      const listed = (await list(world, 'a', 'link', 'b', 'a')).restorePoints;
      expect(listed.map(({ path }) => path).toSorted()).toEqual(restorePoints.toSorted());
      expect(listed.map(({ accountHome }) => accountHome).toSorted()).toEqual([
        at(world, 'a'),
        at(world, 'link'),
      ]);
    }));

  test('tells their states apart, the oldest first', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const stateOf = async () => (await restorePointsIn(world, 'a')).map(({ state }) => state);
      await run(world, ['a'], { fs: hooked(world, dying(linksProjects)) });
      expect(await stateOf()).toEqual(['incomplete']);
      await run(world, ['a']);
      expect(await stateOf()).toEqual(['complete']);
      const before = hooked(world, {
        before: (call, path) => {
          if (call === 'unlink' && path.endsWith('/a/projects')) throw posixError('EIO', 'unlink');
        },
      });
      await restoring(world, 'a', { fs: before });
      expect(await stateOf()).toEqual(['restoring']);
      await restoring(world, 'a');
      expect(await stateOf()).toEqual(['restored']);
      await run(world, ['a'], { now: new Date(NOW.getTime() + 60_000) });
      expect(await stateOf()).toEqual(['restored', 'complete']);
      const [, second] = await restorePointsIn(world, 'a');
      const dead = dying((call, path) => call === 'mkdir' && path.endsWith('/deleting'));
      await deleting(world, second?.path ?? '', { fs: hooked(world, dead) });
      expect(await stateOf()).toEqual(['restored', 'deleting']);
    }));

  test('leaves out what is not a restore point, whatever it is', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = (await run(world, ['a'])).restorePoints[0] ?? '';
      const directory = at(world, 'a/.claude-shared-state/restore-points');
      makeDirectory(world, `${directory}/of-somebody`);
      makeFile(world, `${directory}/20250401T000000Z-abc`);
      makeLink(world, `${directory}/20250501T000000Z-abc`, path);
      expect((await restorePointsIn(world, 'a')).map((it) => it.path)).toEqual([path]);
    }));

  test('counts what a restore displaced, too', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await run(world, ['a']);
      fill(world, { [`shared/projects/${KEY}/memory/notes.md`]: 'second\n' });
      await restoring(world, 'a');
      expect(await restorePointsIn(world, 'a')).toMatchObject([
        { state: 'restored', names: [], files: 1, bytes: 'first\n'.length },
      ]);
    }));

  test('tells what could not be read, and lists the rest', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fillHome(world, 'b');
      await run(world, ['a', 'b']);
      const path = await restorePointOf(world, 'a');
      const fs = hooked(world, {
        before: (call, place) => {
          if (call === 'opendir' && place === path) throw posixError('EIO', 'opendir');
        },
      });
      const listed = await listRestorePoints([at(world, 'a'), at(world, 'b')], { fs });
      expect(listed.problems).toMatchObject([{ code: 'io-error', path, errno: 'EIO' }]);
      expect(listed.restorePoints).toMatchObject([{ accountHome: at(world, 'b') }]);
    }));

  test('rejects bad arguments', () =>
    inWorld(kind, async (world) => {
      const rows: readonly (readonly [string, homes: readonly string[], options: object])[] = [
        ['invalid-argument', [], {}],
        ['invalid-argument', ['relative'], {}],
        ['unknown-option', [at(world, 'a')], { required: [] }],
      ];
      for (const [code, homes, options] of rows) {
        const call = listRestorePoints(homes, { fs: world.fs, ...options });
        const { problems, operation } = await refusalOf(call);
        expect([operation, ...problems.map((it) => it.code)]).toEqual(['listRestorePoints', code]);
      }
    }));
});
