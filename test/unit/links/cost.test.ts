import { inspectAll, validateAll, validateAllSync } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { counting } from '../support/watched.ts';
import { at, inWorld, requiredIn, type World, worldKinds } from '../support/world.ts';

const counts = [1, 2, 100];

function homesIn(world: World, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => at(world, `home-${index}`));
}

describe.each(worldKinds)('%s', (kind) => {
  describe.each(counts)('%i healthy homes', (count) => {
    const expected = { access: 3, readlink: 3 * count, stat: 3 };

    test('cost validateAll one readlink per link, one stat and one access per target', async () => {
      await inWorld(kind, async (world) => {
        const [homes, required] = [homesIn(world, count), requiredIn(world)];
        await validateAll(homes, { required, fs: world.fs });
        const { calls, fs } = counting(world);
        await validateAll(homes, { required, fs });
        expect(Object.fromEntries(calls)).toEqual(expected);
      });
    });

    test('cost validateAllSync the same', async () => {
      await inWorld(kind, (world) => {
        const [homes, required] = [homesIn(world, count), requiredIn(world)];
        validateAllSync(homes, { required, fs: world.fs });
        const { calls, fs } = counting(world);
        validateAllSync(homes, { required, fs });
        expect(Object.fromEntries(calls)).toEqual(expected);
      });
    });

    test('cost inspectAll one stat per home more, to find homes that are one directory', async () => {
      await inWorld(kind, async (world) => {
        const [homes, required] = [homesIn(world, count), requiredIn(world)];
        await validateAll(homes, { required, fs: world.fs });
        const { calls, fs } = counting(world);
        await inspectAll(homes, { required, fs });
        expect(Object.fromEntries(calls)).toEqual({ ...expected, stat: 3 + count });
      });
    });
  });
});
