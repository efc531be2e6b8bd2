import { listOriginals } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  hooked,
  lines,
  makeHome,
  migrateIn,
  ONE,
  restoreIn,
} from '../support/migration/way-back.ts';
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

const list = (world: World, home = 'a') => listOriginals(at(world, home), { fs: world.fs });
const pathIn = (world: World, name: string) =>
  at(world, `a/.claude-shared-state/originals/${name}`);

const unreadable = () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }));

describe.each(worldKinds)('listOriginals, in %s', (kind) => {
  test('finds none where nothing was migrated, or nothing is', () =>
    inWorld(kind, async (world) => {
      makeHome(world);
      expect(await list(world)).toEqual({ originals: [], problems: [] });
      expect(await list(world, 'nobody')).toEqual({ originals: [], problems: [] });
    }));

  test('tells what is there, whose, since when, how much and of which targets', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const { originals } = await migrateIn(world, [home]);
      const before = snapshot(world);
      expect(await list(world)).toEqual({
        problems: [],
        originals: [
          {
            path: originals[0],
            accountHome: home,
            made: new Date('2026-01-02T03:04:05Z'),
            state: 'sealed',
            names: ['file-history', 'projects'],
            files: 3,
            bytes: lines(1, 3).length + 'first\nbefore\n'.length,
            targets: ['session-env', 'file-history', 'projects'].map((name) => ({
              name,
              target: at(world, `shared/.claude-${name}-shared`),
            })),
          },
        ],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test('finds them through a link to the home, and counts what was displaced', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeFile(world, at(world, `b/projects/-app/${ONE}.jsonl`), lines(1, 2));
      await migrateIn(world, [home, at(world, 'b')]);
      makeLink(world, at(world, 'link'), at(world, 'b'));
      const { originals } = await list(world, 'link');
      expect(originals).toMatchObject([
        { accountHome: at(world, 'link'), state: 'sealed', names: ['projects'], files: 2 },
      ]);
      expect(originals[0]?.path).toContain(at(world, 'b/.claude-shared-state/originals/'));
    }));

  test('tells pending, returning, restored and retiring ones apart, the oldest first', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      await restoreIn(world, home);
      makeDirectory(world, pathIn(world, '20250101T000000Z-abc/projects'));
      makeDirectory(world, pathIn(world, 'retiring-20250201T000000Z-abc/projects'));
      makeFile(world, pathIn(world, '20250301T000000Z-abc/sealed'));
      makeLink(world, pathIn(world, '20250301T000000Z-abc/link-projects'), at(world, 'shared'));
      makeDirectory(world, pathIn(world, 'of-somebody'));
      makeFile(world, pathIn(world, '20250401T000000Z-abc'));
      const { originals } = await list(world);
      expect(originals.map(({ state, files, targets }) => [state, files, targets.length])).toEqual([
        ['pending', 0, 0],
        ['retiring', 0, 0],
        ['returning', 0, 0],
        ['restored', 0, 3],
      ]);
    }));

  test('tells no targets where the manifest was tampered with', () =>
    inWorld(kind, async (world) => {
      const { originals } = await migrateIn(world, [makeHome(world)]);
      world.fs.appendFileSync(`${originals[0] ?? ''}/manifest`, '');
      expect((await list(world)).originals[0]?.targets).toHaveLength(3);
      const manifest = `${originals[0] ?? ''}/manifest`;
      const text = String(world.fs.readFileSync(manifest, 'utf8'));
      world.fs.writeFileSync(manifest, text.replace('MEMORY', 'memory'));
      expect((await list(world)).originals).toMatchObject([{ state: 'sealed', targets: [] }]);
    }));

  test('tells what could not be looked at', () =>
    inWorld(kind, async (world) => {
      await migrateIn(world, [makeHome(world)]);
      const fs = { ...hooked(world.fs.promises, () => undefined), opendir: unreadable };
      expect(await listOriginals(at(world, 'a'), { fs })).toMatchObject({
        originals: [],
        problems: [{ code: 'call-failed', errno: 'EACCES' }],
      });
    }));

  test('refuses bad arguments by rejecting', () =>
    inWorld(kind, async (world) => {
      await expect(listOriginals('relative', { fs: world.fs })).rejects.toMatchObject({
        operation: 'listOriginals',
        problems: [{ code: 'path-relative' }],
      });
      const options = { fs: world.fs, required: [] };
      await expect(listOriginals(at(world, 'a'), options)).rejects.toMatchObject({
        problems: [{ code: 'unknown-option' }],
      });
    }));
});
