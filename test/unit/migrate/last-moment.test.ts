import { describe, expect, test } from 'vitest';
import {
  fill,
  has,
  hooked,
  ID,
  leftIn,
  lines,
  linksProjects,
  movesAside,
  once,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { at, inWorld, worldKinds } from '../support/world.ts';

const NEW_KEY = '-home-me-worktree';

describe.each(worldKinds)('what happens at the last moment (%s)', (kind) => {
  test('a transcript that is moved to another project right before the swap is there only', () =>
    inWorld(kind, async (world) => {
      const moved = `projects/${NEW_KEY}/${ID}.jsonl`;
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${NEW_KEY}/x`]: '' });
      const before = once(movesAside, () => {
        world.fs.renameSync(at(world, `a/projects/${TRANSCRIPT}`), at(world, `a/${moved}`));
      });
      const report = await run(world, ['a'], { fs: hooked(world, { before }), live: 'merge' });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/${moved}`)).toBe(lines(1, 2));
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));

  test('what its program then appends at the new place goes on from it', () =>
    inWorld(kind, async (world) => {
      const moved = `a/projects/${NEW_KEY}/${ID}.jsonl`;
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${NEW_KEY}/x`]: '' });
      const before = once(movesAside, () => {
        world.fs.renameSync(at(world, `a/projects/${TRANSCRIPT}`), at(world, moved));
      });
      const after = once(linksProjects, () => fill(world, { [moved]: lines(3) }));
      const fs = hooked(world, { before, after });
      const report = await run(world, ['a'], { fs, live: 'merge' });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(read(world, moved)).toBe(lines(1, 2, 3));
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));

  test('a transcript whose end is written anew before its place is taken is not taken for history', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const before = once(
        (call, path) => call === 'link' && path.endsWith(`/a/projects/${TRANSCRIPT}`),
        () => fill(world, { [`b/projects/${TRANSCRIPT}`]: lines(1, 9) }),
      );
      const report = await run(world, ['a', 'b'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`transcripts-diverge b/projects/${TRANSCRIPT}`],
      ]);
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 9));
    }));
});
