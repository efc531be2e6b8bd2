import { describe, expect, test } from 'vitest';
import { bringBack } from '../../../src/migrate/restore/bring-back.ts';
import { broughtBack, leftBy, returningIn } from '../support/bringing-back.ts';
import { factsIn, fails, temporariesIn } from '../support/directly.ts';
import {
  type Call,
  contents,
  editByRename,
  fill,
  has,
  inPlace,
  lines,
  once,
  read,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { at, inWorld, makeDirectory, makeLink, type World, worldKinds } from '../support/world.ts';

const NOTES = '-app/memory/MEMORY.md';

/** The directories that a run makes before. */
function fillUsual(world: World, files: Readonly<Record<string, string>>): void {
  fill(world, { 'run/x': '', 'tree/-app/memory/x': '', 'tree/-home-me-app/x': '', ...files });
}

const linksTo = (world: World, file: string) => (call: Call, _: string, to?: string) =>
  call === 'link' && to === inPlace(world, file);

describe.each(worldKinds)('a file that only the target has (%s)', (kind) => {
  test('is the one that the home has begun at that moment, until the next look', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [`target/${TRANSCRIPT}`]: lines(1, 2) });
      const before = once(linksTo(world, `tree/${TRANSCRIPT}`), () =>
        fill(world, { [`tree/${TRANSCRIPT}`]: lines(3) }),
      );
      const returning = returningIn(world, { hooks: { before } });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect(read(world, `tree/${TRANSCRIPT}`)).toBe(lines(3));
      expect(returning.seen(TRANSCRIPT)).toBeUndefined();
    }));

  test('is looked at anew where it was deleted at that moment', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [`target/${TRANSCRIPT}`]: lines(1, 2) });
      const before = once(linksTo(world, `tree/${TRANSCRIPT}`), () => {
        world.fs.unlinkSync(inPlace(world, `target/${TRANSCRIPT}`));
      });
      const returning = returningIn(world, { hooks: { before } });
      expect(await broughtBack(world, returning, TRANSCRIPT)).toBe(true);
      expect(has(world, `tree/${TRANSCRIPT}`)).toBe(false);
    }));

  test('is copied where it turns out that it cannot have two names', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [`target/${TRANSCRIPT}`]: lines(1, 2) });
      const before = once(linksTo(world, `tree/${TRANSCRIPT}`), () => fails('EXDEV'));
      expect(await broughtBack(world, returningIn(world, { hooks: { before } }), TRANSCRIPT)).toBe(
        true,
      );
      expect(read(world, `tree/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(factsIn(world, `tree/${TRANSCRIPT}`).inode).not.toBe(
        factsIn(world, `target/${TRANSCRIPT}`).inode,
      );
      expect(temporariesIn(world)).toEqual([]);
    }));

  test('is looked at anew where it was edited before it was copied', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [`target/${NOTES}`]: 'first' });
      const before = once(
        (call) => call === 'open',
        () => editByRename(world, `target/${NOTES}`, 'second'),
      );
      expect(await broughtBack(world, returningIn(world, { hooks: { before } }), NOTES)).toBe(true);
      expect([has(world, `tree/${NOTES}`), temporariesIn(world)]).toEqual([false, []]);
    }));

  test('does not replace what the home has made while it was copied', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [`target/${NOTES}`]: 'first' });
      const before = once(linksTo(world, `tree/${NOTES}`), () =>
        fill(world, { [`tree/${NOTES}`]: 'own' }),
      );
      expect(await broughtBack(world, returningIn(world, { hooks: { before } }), NOTES)).toBe(true);
      expect([read(world, `tree/${NOTES}`), temporariesIn(world)]).toEqual(['own', []]);
    }));
});

describe.each(worldKinds)(
  'a file of the home that differs from that of the target (%s)',
  (kind) => {
    test('is looked at anew where it was deleted while they were compared', () =>
      inWorld(kind, async (world) => {
        fillUsual(world, { [`target/${NOTES}`]: 'first', [`tree/${NOTES}`]: 'own' });
        const before = once(
          (call, path) => call === 'open' && path === inPlace(world, `tree/${NOTES}`),
          () => {
            world.fs.unlinkSync(inPlace(world, `tree/${NOTES}`));
          },
        );
        expect(await broughtBack(world, returningIn(world, { hooks: { before } }), NOTES)).toBe(
          true,
        );
        expect([has(world, `tree/${NOTES}`), read(world, `target/${NOTES}`)]).toEqual([
          false,
          'first',
        ]);
      }));

    test('stays where Claude Code may have written it, and is told of', () =>
      inWorld(kind, async (world) => {
        fillUsual(world, { [`target/${NOTES}`]: 'first', [`tree/${NOTES}`]: 'own' });
        const returning = returningIn(world, { isInHome: true });
        expect(await broughtBack(world, returning, NOTES)).toBe(false);
        expect([read(world, `tree/${NOTES}`), leftBy(returning)]).toEqual(['own', ['changed']]);
      }));

    test('stays where both have been edited since they were equal', () =>
      inWorld(kind, async (world) => {
        fillUsual(world, { [`target/${NOTES}`]: 'first', [`tree/${NOTES}`]: 'first' });
        const returning = returningIn(world, { isInHome: true });
        await broughtBack(world, returning, NOTES);
        fill(world, { [`target/${NOTES}`]: 'of the target', [`tree/${NOTES}`]: 'of the home' });
        expect(await broughtBack(world, returning, NOTES)).toBe(false);
        expect([read(world, `tree/${NOTES}`), leftBy(returning)]).toEqual([
          'of the home',
          ['changed'],
        ]);
      }));

    test('keeps its place where the other one was edited before it was copied', () =>
      inWorld(kind, async (world) => {
        fillUsual(world, { [`target/${NOTES}`]: 'first', [`tree/${NOTES}`]: 'own' });
        const before = once(
          (call, path) => call === 'open' && path === inPlace(world, `target/${NOTES}`),
          () => editByRename(world, `target/${NOTES}`, 'second'),
          2,
        );
        await broughtBack(world, returningIn(world, { hooks: { before } }), NOTES);
        expect([read(world, `tree/${NOTES}`), temporariesIn(world)]).toEqual(['own', []]);
      }));

    test('keeps its place where it was edited while the other one was copied', () =>
      inWorld(kind, async (world) => {
        fillUsual(world, { [`target/${NOTES}`]: 'first', [`tree/${NOTES}`]: 'own' });
        const before = once(
          (call, path) => call === 'link' && path === inPlace(world, `tree/${NOTES}`),
          () => editByRename(world, `tree/${NOTES}`, 'edited'),
        );
        const returning = returningIn(world, { hooks: { before } });
        await broughtBack(world, returning, NOTES);
        expect([read(world, `tree/${NOTES}`), temporariesIn(world)]).toEqual(['edited', []]);
        // The next look takes that of the target, and keeps the edited one.
        await broughtBack(world, returning, NOTES);
        expect(read(world, `tree/${NOTES}`)).toBe('first');
        expect(contents(world)).toContain('edited');
      }));
  },
);

describe.each(worldKinds)('what is no file, on the way back (%s)', (kind) => {
  test('is told of, and stays what it is on either side', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { 'target/x': 'file', 'target/dir/x': 'below', 'tree/dir': 'a file' });
      makeLink(world, at(world, 'target/link'), 'x');
      makeDirectory(world, at(world, 'tree/x'));
      const returning = returningIn(world);
      await bringBack(returning);
      expect(leftBy(returning)).toEqual(['unmergeable', 'unmergeable', 'unmergeable']);
      expect([read(world, 'tree/dir'), has(world, 'tree/link')]).toEqual(['a file', false]);
      expect(world.fs.readdirSync(at(world, 'tree/x'))).toEqual([]);
    }));

  test('is not needed where it is a cache that nobody asks again', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { 'target/-app/sessions-index.json': '{}', 'target/-app/x': 'file' });
      const returning = returningIn(world);
      await bringBack(returning);
      expect([has(world, 'tree/-app/sessions-index.json'), leftBy(returning)]).toEqual([false, []]);
      expect(read(world, 'tree/-app/x')).toBe('file');
    }));
});
