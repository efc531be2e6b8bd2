import { describe, expect, test } from 'vitest';
import { bringFile } from '../../../src/migrate/merge/bring-file.ts';
import type { Source } from '../../../src/migrate/merge/merge.ts';
import { mergeFile } from '../../../src/migrate/merge/merge-file.ts';
import { supersede } from '../../../src/migrate/merge/supersede.ts';
import { factsIn, isCallOn, temporariesIn } from '../support/directly.ts';
import { linkedAt, mergeIn, sourceIn } from '../support/merging.ts';
import {
  type Call,
  contents,
  editByRename,
  fill,
  has,
  type Hooks,
  inPlace,
  once,
  read,
} from '../support/migrating.ts';
import { inWorld, makeDirectory, type World, worldKinds } from '../support/world.ts';

const NOTES = '-app/memory/MEMORY.md';
const [FROM, TO] = [`tree/${NOTES}`, `target/${NOTES}`];

function fillUsual(world: World, files: Readonly<Record<string, string>>): void {
  fill(world, { 'run/x': '', 'target/-app/memory/x': '', ...files });
}

async function brought(world: World, hooks: Hooks = {}) {
  const source = sourceIn(world, { canLink: false });
  const merge = mergeIn(world, [source], { hooks });
  const answer = await bringFile(merge, source, NOTES, factsIn(world, FROM));
  return [answer, source.linked.has(NOTES)];
}

const links = (world: World, file: string) => (call: Call, _: string, to?: string) =>
  call === 'link' && to === inPlace(world, file);

describe.each(worldKinds)('a file that is copied into the target (%s)', (kind) => {
  test('is there, and nothing else of it', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'first' });
      expect(await brought(world)).toEqual(['brought', true]);
      expect([read(world, TO), temporariesIn(world)]).toEqual(['first', []]);
    }));

  test('is looked at anew where it was edited meanwhile', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'first' });
      const before = once(isCallOn(world, 'open', FROM), () => editByRename(world, FROM, 'second'));
      expect(await brought(world, { before })).toEqual(['changed', false]);
      expect([has(world, TO), temporariesIn(world)]).toEqual([false, []]);
    }));

  test('never takes a name that somebody else has just given to another one', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'first' });
      const before = once(links(world, TO), () => fill(world, { [TO]: 'other' }));
      expect(await brought(world, { before })).toEqual(['taken', false]);
      expect([read(world, TO), temporariesIn(world)]).toEqual(['other', []]);
    }));

  test('is looked at anew where its directory has to be made first', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'target/x': '', [FROM]: 'first' });
      expect(await brought(world)).toEqual(['changed', false]);
      expect(await brought(world)).toEqual(['brought', true]);
      expect([read(world, TO), temporariesIn(world)]).toEqual(['first', []]);
    }));

  test('is not taken for brought where it was deleted there at once', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'first' });
      const after = once(links(world, TO), () => {
        world.fs.unlinkSync(inPlace(world, TO));
      });
      expect(await brought(world, { after })).toEqual(['brought', false]);
      expect(has(world, TO)).toBe(false);
    }));
});

/** Puts the edited file of the tree in the place of that in the target. */
async function superseded(world: World, source: Source, hooks: Hooks = {}, isLive = false) {
  const merge = mergeIn(world, [source], { hooks, isLive });
  const [facts, there] = [factsIn(world, FROM), factsIn(world, TO)];
  await supersede(merge, source, NOTES, facts, there);
  return merge;
}

describe.each(worldKinds)('an edited file that is put in the place of another (%s)', (kind) => {
  test.each([true, false])('is there, and the other one is kept (linked: %s)', (canLink) =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'edited', [TO]: 'first' });
      const source = sourceIn(world, { canLink });
      await superseded(world, source);
      expect([read(world, TO), source.linked.has(NOTES)]).toEqual(['edited', true]);
      expect([contents(world).includes('first'), temporariesIn(world)]).toEqual([true, []]);
    }),
  );

  test('waits where it was edited again while it was copied', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'edited', [TO]: 'first' });
      const before = once(isCallOn(world, 'open', FROM), () => editByRename(world, FROM, 'again'));
      const source = sourceIn(world, { canLink: false });
      await superseded(world, source, { before });
      expect([read(world, TO), source.linked.has(NOTES)]).toEqual(['first', false]);
    }));

  test('waits where the other one was edited, too', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'edited', [TO]: 'first' });
      const before = once(isCallOn(world, 'link', TO), () => editByRename(world, TO, 'other edit'));
      const source = sourceIn(world);
      await superseded(world, source, { before });
      expect([read(world, TO), source.linked.has(NOTES)]).toEqual(['other edit', false]);
    }));

  test('leaves the place to what Claude Code begins there, and says so', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'edited', [TO]: 'first' });
      const after = once(isCallOn(world, 'rename', TO), () => fill(world, { [TO]: 'begun' }));
      const source = sourceIn(world);
      const merge = await superseded(world, source, { after }, true);
      expect([read(world, TO), read(world, FROM)]).toEqual(['begun', 'edited']);
      expect(contents(world)).toContain('first');
      expect([merge.begun.has(NOTES), source.linked.has(NOTES)]).toEqual([true, false]);
    }));
});

describe.each(worldKinds)('a file that the target has in another way (%s)', (kind) => {
  test('stays where it is where a directory has come to stand there', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'first' });
      makeDirectory(world, inPlace(world, TO));
      const source = sourceIn(world);
      const merge = mergeIn(world, [source]);
      expect(await mergeFile(merge, source, NOTES, factsIn(world, FROM))).toBe(false);
      expect(merge.stuck.map(({ problem }) => problem.code)).toEqual(['kinds-differ']);
      expect(read(world, FROM)).toBe('first');
    }));

  test('is looked at anew where that was deleted while they were compared', () =>
    inWorld(kind, async (world) => {
      fillUsual(world, { [FROM]: 'first', [TO]: 'other' });
      const before = once(isCallOn(world, 'open', TO), () => {
        world.fs.unlinkSync(inPlace(world, TO));
      });
      const source = sourceIn(world);
      linkedAt(world, source.linked, NOTES, 1);
      const merge = mergeIn(world, [source], { hooks: { before } });
      expect(await mergeFile(merge, source, NOTES, factsIn(world, FROM))).toBe(true);
      expect([read(world, FROM), merge.stuck]).toEqual(['first', []]);
    }));
});
