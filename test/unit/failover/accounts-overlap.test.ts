import { expect, test } from 'vitest';
import { findOverlap } from '../../../src/failover/swap/target.ts';
import { at, inWorld, makeDirectory, makeLink, type World, worldKinds } from '../support/world.ts';

/** A file system that numbers no inodes, as some that are mounted over a network. */
function withoutNumbers({ fs: { promises } }: World, isReadable = true) {
  return {
    stat: async (path: string) => {
      const stats = await promises.stat(path, { bigint: true });
      return Object.assign(stats, { ino: 0n });
    },
    realpath: (path: string) =>
      isReadable ? promises.realpath(path) : Promise.reject(new Error('EACCES')),
  };
}

test.each(worldKinds)(
  'where inodes have no numbers, accounts are told by their paths (%s)',
  (kind) =>
    inWorld(kind, async (world) => {
      const [one, other] = [at(world, 'one'), at(world, 'other')];
      for (const home of [one, other]) makeDirectory(world, `${home}/sessions`);
      makeLink(world, at(world, 'alias'), one);

      const fs = withoutNumbers(world);

      expect(await findOverlap(fs, one, other)).toBeUndefined();
      expect(await findOverlap(fs, one, at(world, 'alias'))).toMatchObject({
        code: 'accounts-overlap',
        path: at(world, 'alias'),
        otherPath: one,
      });
    }),
);

test.each(worldKinds)('what cannot be told is not told as one (%s)', (kind) =>
  inWorld(kind, async (world) => {
    const home = makeDirectory(world, at(world, 'one'));

    expect(await findOverlap(withoutNumbers(world, false), home, home)).toBeUndefined();
  }),
);
