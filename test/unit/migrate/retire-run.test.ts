import { describe, expect, test } from 'vitest';
import { moveAside, removeRun } from '../../../src/migrate/retire/retire-run.ts';
import { factsIn, fails, toolsOn } from '../support/directly.ts';
import { fill, has, type Hooks, hooked, inPlace, once, read } from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const [RUN, ASIDE] = ['originals/run', 'originals/retiring-run'];

async function movedAside(world: World, hooks: Hooks = {}, isAllowed = true) {
  const [path, to] = [inPlace(world, RUN), inPlace(world, ASIDE)];
  const facts = factsIn(world, RUN);
  const allow = () => Promise.resolve(isAllowed);
  return await moveAside(toolsOn(hooked(world, hooks)), path, to, facts, allow);
}

const moves = (world: World) => (call: string, path: string) =>
  call === 'rename' && path === inPlace(world, RUN);

describe.each(worldKinds)('originals that are to be removed (%s)', (kind) => {
  test('keep their name where the lock was lost', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${RUN}/x`]: 'original' });
      await expect(movedAside(world, {}, false)).rejects.toMatchObject({ code: 'ESTALE' });
      expect([read(world, `${RUN}/x`), has(world, ASIDE)]).toEqual(['original', false]);
    }));

  test('never take the place of others that are being removed', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${RUN}/x`]: 'original', [`${ASIDE}/x`]: 'other' });
      await expect(movedAside(world)).rejects.toMatchObject({ path: inPlace(world, ASIDE) });
      expect([read(world, `${RUN}/x`), read(world, `${ASIDE}/x`)]).toEqual(['original', 'other']);
    }));

  test('get their name back where they are not those that were looked at', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${RUN}/x`]: 'original', 'other/x': 'other' });
      const before = once(moves(world), async () => {
        await world.fs.promises.rename(inPlace(world, RUN), inPlace(world, 'elsewhere'));
        await world.fs.promises.rename(inPlace(world, 'other'), inPlace(world, RUN));
      });
      expect(await movedAside(world, { before })).toBe(false);
      expect([read(world, `${RUN}/x`), has(world, ASIDE)]).toEqual(['other', false]);
    }));

  test('are moved where the call has taken effect although it failed', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${RUN}/x`]: 'original' });
      const after = once(moves(world), () => fails('EIO'));
      expect(await movedAside(world, { after })).toBe(true);
      expect([has(world, RUN), read(world, `${ASIDE}/x`)]).toEqual([false, 'original']);
    }));

  test('are said to be elsewhere where somebody has moved them on at once', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${RUN}/x`]: 'original' });
      const after = once(moves(world), () =>
        world.fs.promises.rename(inPlace(world, ASIDE), inPlace(world, 'elsewhere')),
      );
      await expect(movedAside(world, { after })).rejects.toMatchObject({ code: 'ESTALE' });
      expect(read(world, 'elsewhere/x')).toBe('original');
    }));

  test('keep what comes there at the last moment', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`${RUN}/manifest`]: '', [`${RUN}/sealed`]: '' });
      const after = once(
        (call, path) => call === 'unlink' && path === inPlace(world, `${RUN}/sealed`),
        () => fill(world, { [`${RUN}/late`]: 'late' }),
      );
      const removing = removeRun(toolsOn(hooked(world, { after })), inPlace(world, RUN));
      await expect(removing).rejects.toMatchObject({ path: inPlace(world, RUN) });
      expect(read(world, `${RUN}/late`)).toBe('late');
    }));
});
