import type { MigrateFs } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { OPEN } from '../../../src/fs/migrate-fs.ts';
import { appendGrowth } from '../../../src/migrate/merge/append-growth.ts';
import { editByRename, fill, inPlace, lines, read } from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const [FROM, TO] = ['from.jsonl', 'to.jsonl'];

/** Appends to `to.jsonl` what `from.jsonl` has beyond an offset; something happens right before. */
async function appended(
  world: World,
  offset: number,
  { isAnywhere = false, before = () => Promise.resolve() } = {},
) {
  const { promises } = world.fs;
  const fs: Pick<MigrateFs, 'open'> = {
    open: async (path, flags) => {
      if (flags === OPEN.append) await before();
      return await promises.open(path, flags);
    },
  };
  return await appendGrowth(fs, inPlace(world, FROM), offset, inPlace(world, TO), isAnywhere);
}

describe.each(worldKinds)('what a transcript has gained (%s)', (kind) => {
  test('is not known of one that has become shorter', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1), [TO]: lines(1, 2) });
      expect(await appended(world, lines(1, 2).length)).toEqual({ kind: 'changed' });
      expect(read(world, TO)).toBe(lines(1, 2));
    }));

  test('is nothing where it ends there', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1), [TO]: lines(1, 2) });
      expect(await appended(world, lines(1).length)).toMatchObject({ kind: 'nothing' });
      expect(read(world, TO)).toBe(lines(1, 2));
    }));

  test('is not added to one that had something else before', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1, 2), [TO]: lines(9) });
      expect(await appended(world, lines(1).length)).toEqual({ kind: 'changed' });
      expect(read(world, TO)).toBe(lines(9));
    }));

  test('is added there where it came a moment ago, but for what is found anywhere in it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1, 2, 3), [TO]: lines(2, 9) });
      const growth = await appended(world, lines(1).length, { isAnywhere: true });
      expect(growth).toMatchObject({ kind: 'appended', torn: false });
      expect(read(world, TO)).toBe(lines(2, 9, 3));
    }));

  test('waits where the other one was replaced meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1, 2), [TO]: lines(1) });
      const before = () => editByRename(world, TO, lines(1, 'edited'));
      expect(await appended(world, lines(1).length, { before })).toEqual({ kind: 'vanished' });
      expect(read(world, TO)).toBe(lines(1, 'edited'));
    }));

  test('waits where the other one was deleted meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1, 2), [TO]: lines(1) });
      const before = () => world.fs.promises.unlink(inPlace(world, TO));
      expect(await appended(world, lines(1).length, { before })).toEqual({ kind: 'vanished' });
      expect(world.fs.existsSync(inPlace(world, TO))).toBe(false);
    }));

  test('is there once where somebody else has just added it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1, 2), [TO]: lines(1) });
      const before = async () => {
        world.fs.appendFileSync(inPlace(world, TO), lines('own', 2));
        await Promise.resolve();
      };
      const growth = await appended(world, lines(1).length, { before });
      expect(growth).toMatchObject({ kind: 'nothing', torn: false });
      expect(read(world, TO)).toBe(lines(1, 'own', 2));
    }));

  test('is all of it for an empty one', () =>
    inWorld(kind, async (world) => {
      fill(world, { [FROM]: lines(1, 2), [TO]: '' });
      expect(await appended(world, 0)).toMatchObject({ kind: 'appended' });
      expect(read(world, TO)).toBe(lines(1, 2));
    }));

  test('does not become one line with a torn one', () =>
    inWorld(kind, async (world) => {
      const torn = '{"uuid":"to';
      fill(world, { [FROM]: lines(1, 2), [TO]: lines(1) + torn });
      expect(await appended(world, lines(1).length)).toMatchObject({ kind: 'appended' });
      expect(read(world, TO)).toBe(`${lines(1)}${torn}\n${lines(2)}`);
    }));

  test('is but its whole lines, in their order, however many there are', () =>
    inWorld(kind, async (world) => {
      const long = Array.from({ length: 12 }, (_, n) => `${String(n)} ${'x'.repeat(1000)}`);
      fill(world, { [FROM]: `${lines(1, ...long)}{"uuid"`, [TO]: lines(1) });
      const growth = await appended(world, lines(1).length);
      expect(growth).toMatchObject({ kind: 'appended', torn: true });
      expect(read(world, TO)).toBe(lines(1, ...long));
    }));
});
