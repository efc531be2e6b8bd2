import { describe, expect, test } from 'vitest';
import {
  dying,
  fill,
  has,
  hooked,
  ID,
  inPlace,
  KEY,
  lines,
  movesAside,
  once,
  read,
  run,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const MOVED = `-home-me-tree/${ID}.jsonl`;
const isTrial = (call: string, path: string) => call === 'symlink' && path.endsWith('/trial');

describe.each(worldKinds)('a session that moved to another project key (%s)', (kind) => {
  test('after it was linked by a run that died then is under its new key only', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await run(world, ['a'], { fs: hooked(world, dying(isTrial)) });
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(true);
      fill(world, { 'a/projects/-home-me-tree/memory/MEMORY.md': 'x' });
      await world.fs.promises.rename(
        inPlace(world, `a/projects/${TRANSCRIPT}`),
        inPlace(world, `a/projects/${MOVED}`),
      );
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/projects/${MOVED}`)).toBe(lines(1, 2));
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));

  test('right before the swap is under its new key only', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${KEY}/x`]: 'x' });
      const before = once(movesAside, async () => {
        fill(world, { 'a/projects/-home-me-tree/memory/MEMORY.md': 'x' });
        await world.fs.promises.rename(
          inPlace(world, `a/projects/${TRANSCRIPT}`),
          inPlace(world, `a/projects/${MOVED}`),
        );
      });
      const fs = hooked(world, { before });
      expect((await run(world, ['a'], { fs, live: 'merge' })).outcome).toBe('done');
      expect(read(world, `shared/projects/${MOVED}`)).toBe(lines(1, 2));
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));
});
