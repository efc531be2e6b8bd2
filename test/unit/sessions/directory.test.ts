import { describe, expect, test } from 'vitest';
import { entriesIn } from '../../../src/sessions/directory.ts';
import { at, inWorld, makeDirectory, makeFile, makeLink, worldKinds } from '../support/world.ts';

describe.each(worldKinds)('listing a directory (%s)', (kind) => {
  test('tells directories, links and anything else apart', () =>
    inWorld(kind, async (world) => {
      const path = makeDirectory(world, at(world, 'listed'));
      makeDirectory(world, at(world, 'listed/directory'));
      makeFile(world, at(world, 'listed/fichier été'));
      makeLink(world, at(world, 'listed/link'), path);
      const answer = await entriesIn(world.fs.promises, path);
      const found = answer.ok ? answer.value : [];
      expect(found.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
        { name: 'directory', kind: 'directory' },
        { name: 'fichier été', kind: 'other' },
        { name: 'link', kind: 'symlink' },
      ]);
    }));

  test('lists more entries than are read at once', () =>
    inWorld(kind, async (world) => {
      const path = makeDirectory(world, at(world, 'many'));
      for (let index = 0; index < 1100; index += 1) {
        world.fs.writeFileSync(at(world, `many/${index}`), '');
      }
      expect(await entriesIn(world.fs.promises, path)).toHaveProperty('value.length', 1100);
    }));

  test('tells what it cannot list', () =>
    inWorld(kind, async (world) => {
      const { promises } = world.fs;
      const file = makeFile(world, at(world, 'file'));
      expect(await entriesIn(promises, file)).toMatchObject({ ok: false, errno: 'ENOTDIR' });
      expect(await entriesIn(promises, at(world, 'no'))).toMatchObject({
        ok: false,
        errno: 'ENOENT',
      });
    }));
});
