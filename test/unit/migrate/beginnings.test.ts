import { describe, expect, test } from 'vitest';
import { withBeginnings } from '../../../src/migrate/moves/beginnings.ts';
import { factsIn } from '../support/directly.ts';
import { fillInOrder } from '../support/merging.ts';
import { inPlace, lines } from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

async function begunIn(world: World, ...names: readonly string[]) {
  const files = names.map((name) => ({ at: inPlace(world, name), facts: factsIn(world, name) }));
  const begun = await withBeginnings(world.fs.promises, files);
  return begun?.map((it) => it.begun);
}

describe.each(worldKinds)('when a transcript was begun (%s)', (kind) => {
  test.each([
    ['short', 'a'],
    ['very long', 'a'.repeat(100_000)],
  ])('is told by the oldest file with its first line, which is %s', (_, first) =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { old: lines(first), other: lines('b'), now: lines(first, 2) });
      const [old, other] = [factsIn(world, 'old').birth, factsIn(world, 'other').birth];
      expect(await begunIn(world, 'now', 'other', 'old')).toEqual([old, other, old]);
    }),
  );

  test('is not told by one that has no whole line yet', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { old: '{"uu', now: lines(1), empty: '' });
      expect(await begunIn(world, 'old', 'now', 'empty')).toEqual([factsIn(world, 'now').birth]);
    }));

  test('cannot be told while one of them has vanished', () =>
    inWorld(kind, async (world) => {
      fillInOrder(world, { old: lines(1), now: lines(2) });
      const files = ['old', 'exited', 'now'].map((name) => {
        const facts = factsIn(world, name === 'exited' ? 'old' : name);
        return { at: inPlace(world, name), facts };
      });
      expect(await withBeginnings(world.fs.promises, files)).toBeUndefined();
    }));
});
