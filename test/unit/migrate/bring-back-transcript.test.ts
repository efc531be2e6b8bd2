import { describe, expect, test } from 'vitest';
import { bringBackTranscript } from '../../../src/migrate/restore/bring-back-transcript.ts';
import {
  broughtBack,
  copiedFrom,
  leftBy,
  linkedFrom,
  returningIn,
} from '../support/bringing-back.ts';
import { factsIn, isCallOn } from '../support/directly.ts';
import {
  contents,
  editByRename,
  fill,
  inPlace,
  lines,
  once,
  read,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const IN_TARGET = `target/${TRANSCRIPT}`;
const IN_TREE = `tree/${TRANSCRIPT}`;

function fillBoth(world: World, target: string, tree: string): void {
  fill(world, { [IN_TARGET]: target, [IN_TREE]: tree, 'run/x': '' });
}

describe.each(worldKinds)('a transcript that the home and the target both have (%s)', (kind) => {
  test('is looked at anew where one of them has just vanished', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1));
      const [facts, own] = [factsIn(world, IN_TARGET), factsIn(world, IN_TREE)];
      world.fs.unlinkSync(inPlace(world, IN_TARGET));
      expect(await bringBackTranscript(returningIn(world), TRANSCRIPT, facts, own)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1));
    }));

  test('stays as it is where the home has more', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1), lines(1, 2));
      const returning = returningIn(world);
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(false);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(1, 2), []]);
    }));

  test.each([false, true])('gains what the target has beyond it (in the home: %s)', (isInHome) =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1));
      world.fs.utimesSync(inPlace(world, IN_TARGET), 1_700_000_000, 1_700_000_000);
      expect(await broughtBack(world, returningIn(world, { isInHome }), TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 2));
      // Where nobody else writes, it was last written when that of the target was.
      const isOfThatTime = factsIn(world, IN_TREE).mtime === 1_700_000_000_000_000_000n;
      expect(isOfThatTime).toBe(!isInHome);
    }),
  );

  test('is whole where the one of the home ends in a torn line', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), `${lines(1)}{"uu`);
      expect(await broughtBack(world, returningIn(world), TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 2));
      expect(contents(world)).toContain(`${lines(1)}{"uu`);
    }));

  test('is told of where the target ends in a torn line', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, `${lines(1, 2)}{"uu`, lines(1));
      const returning = returningIn(world, { isInHome: true });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(1, 2), ['torn-line']]);
    }));

  test('is looked at anew where that of the home was replaced before it could gain anything', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1));
      const returning = returningIn(world, {
        isInHome: true,
        hooks: {
          before: once(
            isCallOn(world, 'open', IN_TREE),
            () => editByRename(world, IN_TREE, lines(1, 'edited')),
            4,
          ),
        },
      });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 'edited'));
    }));

  test('is told of where that of the home was edited meanwhile', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1));
      const returning = returningIn(world, {
        isInHome: true,
        hooks: {
          before: once(
            isCallOn(world, 'open', IN_TREE),
            () => fill(world, { [IN_TREE]: lines(9) }),
            3,
          ),
        },
      });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(false);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(9), ['changed']]);
    }));
});

describe.each(worldKinds)('a transcript that went on differently in the home (%s)', (kind) => {
  test('has what was begun in the target after its own where nothing is in common', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(3, 4), lines(1, 2));
      expect(await broughtBack(world, returningIn(world), TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 2, 3, 4));
    }));

  test('has the history of the target first where it was begun after it was given back', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(3, 4));
      const returning = returningIn(world, { isInHome: true });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 2, 3, 4));
    }));

  test('is looked at anew where it was begun again meanwhile', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(3, 4));
      const returning = returningIn(world, {
        isInHome: true,
        hooks: {
          before: once(
            (call, path) => call === 'link' && path === inPlace(world, IN_TREE),
            () => editByRename(world, IN_TREE, lines(5)),
          ),
        },
      });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(false);
      expect(read(world, IN_TREE)).toBe(lines(5));
    }));

  test('follows an edit in the target where the home has not gone on', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1, 2));
      const returning = returningIn(world, { isInHome: true });
      await broughtBack(world, returning, TRANSCRIPT);
      await editByRename(world, IN_TARGET, lines(1, 9));
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 9));
      expect(contents(world)).toContain(lines(1, 2));
    }));

  test('follows an edit in the target, and then what the home has gained since', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1, 2));
      const returning = returningIn(world, { isInHome: true });
      await broughtBack(world, returning, TRANSCRIPT);
      await editByRename(world, IN_TARGET, lines(1, 9));
      fill(world, { [IN_TREE]: lines(1, 2, 3) });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 9, 3));
      expect([leftBy(returning), contents(world)]).toEqual([
        [],
        expect.arrayContaining([lines(1, 2, 3)]),
      ]);
    }));

  test('has what both have gained since they were compared, that of the target first', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1, 2));
      const returning = returningIn(world, { isInHome: true });
      await broughtBack(world, returning, TRANSCRIPT);
      fill(world, { [IN_TARGET]: lines(1, 2, 3), [IN_TREE]: lines(1, 2, 4) });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(1, 2, 3, 4), []]);
    }));

  test('keeps what only the home has where the target is edited after that', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1, 2, 4));
      const returning = returningIn(world, { isInHome: true });
      await broughtBack(world, returning, TRANSCRIPT);
      await editByRename(world, IN_TARGET, lines(1, 2, 3));
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(1, 2, 3, 4), []]);
    }));

  test('has both where the home has replaced it by the same and more since', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1, 2));
      const returning = returningIn(world, { isInHome: true });
      await broughtBack(world, returning, TRANSCRIPT);
      fill(world, { [IN_TARGET]: lines(1, 2, 3) });
      await editByRename(world, IN_TREE, lines(1, 2, 4));
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(1, 2, 4, 3), []]);
    }));

  test('has both where it is begun anew while its name is absent', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), lines(1, 2));
      const returning = returningIn(world, {
        isInHome: true,
        isLive: true,
        hooks: {
          before: once(
            (call, _, to) => call === 'link' && to === inPlace(world, IN_TREE),
            () => fill(world, { [IN_TREE]: lines(5) }),
          ),
        },
      });
      await broughtBack(world, returning, TRANSCRIPT);
      fill(world, { [IN_TARGET]: lines(1, 2, 3), [IN_TREE]: lines(1, 2, 4) });
      for (const _ of [1, 2, 3]) await broughtBack(world, returning, TRANSCRIPT);
      expect([read(world, IN_TREE), leftBy(returning)]).toEqual([lines(1, 2, 3, 5, 4), []]);
    }));

  test.each([
    ['was edited, too', lines(1, 8)],
    ['was never compared with it', undefined],
  ])('is left to the user where the home %s', (_, now) =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2), now === undefined ? lines(1, 8) : lines(1, 2));
      const returning = returningIn(world, { isInHome: true });
      if (now !== undefined) {
        await broughtBack(world, returning, TRANSCRIPT);
        await editByRename(world, IN_TARGET, lines(1, 9));
        await editByRename(world, IN_TREE, now);
      }
      const [target, tree] = [read(world, IN_TARGET), read(world, IN_TREE)];
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(false);
      expect(leftBy(returning)).toEqual(['unmergeable']);
      expect([read(world, IN_TARGET), read(world, IN_TREE)]).toEqual([target, tree]);
    }),
  );

  test('stays where it was edited in the tree after it was linked into the target', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2, 3), lines(1, 'edited', 4));
      const linked = linkedFrom(world, TRANSCRIPT, 1, 2);
      expect(await broughtBack(world, returningIn(world, { linked }), TRANSCRIPT)).toBe(false);
      expect(read(world, IN_TREE)).toBe(lines(1, 'edited', 4));
      expect(read(world, IN_TARGET)).toBe(lines(1, 2, 3));
    }));

  test('gains what the target went on with after it was copied there', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 2, 3), lines(1, 2, 4));
      const linked = copiedFrom(world, TRANSCRIPT, 1, 2);
      expect(await broughtBack(world, returningIn(world, { linked }), TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 2, 4, 3));
    }));

  test('is what the target has edited since it was copied there, and the other is kept', () =>
    inWorld(kind, async (world) => {
      fillBoth(world, lines(1, 9, 3), lines(1, 2, 4));
      const linked = copiedFrom(world, TRANSCRIPT, 1, 2);
      expect(await broughtBack(world, returningIn(world, { linked }), TRANSCRIPT)).toBe(true);
      expect(read(world, IN_TREE)).toBe(lines(1, 9, 3));
      expect(contents(world)).toContain(lines(1, 2, 4));
    }));
});
