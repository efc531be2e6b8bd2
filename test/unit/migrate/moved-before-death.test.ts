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
import { posixError } from '../support/posix-error.ts';
import { inWorld, worldKinds } from '../support/world.ts';

const MOVED = `-home-me-tree/${ID}.jsonl`;
const isRoomForDisplaced = (call: string, path: string) =>
  call === 'mkdir' && path.includes('/displaced/') && path.endsWith(KEY);
const isPrepared = (call: string, path: string) =>
  call === 'symlink' && path.endsWith('/prepared-projects');

describe.each(worldKinds)('a session that moved to another project key (%s)', (kind) => {
  test('after it was linked by a run that died then is under its new key only', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await run(world, ['a'], { fs: hooked(world, dying(isPrepared)) });
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

  test.each([
    ['', undefined],
    [', also where a directory is said to be there that is not', isRoomForDisplaced],
  ] as const)('right before the swap is under its new key only%s', (_, isLiedAbout) =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${KEY}/x`]: 'x' });
      const moves = once(movesAside, async () => {
        fill(world, { 'a/projects/-home-me-tree/memory/MEMORY.md': 'x' });
        await world.fs.promises.rename(
          inPlace(world, `a/projects/${TRANSCRIPT}`),
          inPlace(world, `a/projects/${MOVED}`),
        );
      });
      let lies = 0;
      const lie = once(
        (call, path) => isLiedAbout?.(call, path) === true,
        () => {
          lies += 1;
          throw posixError('EEXIST', 'mkdir');
        },
      );
      const before = async (...call: Parameters<typeof moves>) => {
        await moves(...call);
        await lie(...call);
      };
      const fs = hooked(world, { before });
      expect((await run(world, ['a'], { fs, live: 'merge' })).outcome).toBe('done');
      expect(read(world, `shared/projects/${MOVED}`)).toBe(lines(1, 2));
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
      expect(lies).toBe(isLiedAbout === undefined ? 0 : 1);
    }),
  );
});
