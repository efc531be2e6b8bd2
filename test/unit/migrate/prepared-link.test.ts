import type { MigrateFs } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../support/hooked.ts';
import {
  fill,
  has,
  lines,
  linksProjects,
  movesAside,
  read,
  run,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { needs, whyNoLinkOfSymlink } from '../support/required-here.ts';
import { deleting } from '../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../support/world.ts';

/** That the link is in its place, with the text of the target, and the prepared one is in the restore point. */
function expectLink(world: World, restorePoints: readonly string[]): void {
  const target = at(world, 'shared/.claude-projects-shared');
  expect(world.fs.readlinkSync(at(world, 'a/projects'))).toBe(target);
  expect(restorePoints).toHaveLength(1);
  expect(world.fs.readlinkSync(`${restorePoints[0]}/link-projects`)).toBe(target);
  expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
}

describe.each(worldKinds)('the link of a directory (%s)', (kind) => {
  test('is put there although the file system can create nothing more by then', (context) =>
    inWorld(kind, async (world) => {
      needs(context, kind === 'disk' ? whyNoLinkOfSymlink() : undefined);
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      let isFull = false;
      const fs = hooked(world, {
        before: (call) => {
          if (isFull && (call === 'symlink' || call === 'mkdir')) throw posixError('ENOSPC', call);
        },
        after: (...called) => {
          if (movesAside(...called)) isFull = true;
          else if (linksProjects(...called)) isFull = false;
        },
      });
      const { outcome, restorePoints } = await run(world, ['a'], { fs });
      expect(outcome).toBe('done');
      expectLink(world, restorePoints);
    }));

  test('is created there if a link can have no second name', () =>
    inWorld(kind, async () => {
      for (const code of ['EPERM', 'ENOTSUP', 'EMLINK']) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
          const fs = hooked(world, {
            before: (...called) => {
              if (called[0] === 'link' && linksProjects(...called)) throw posixError(code, 'link');
            },
          });
          const { outcome, restorePoints } = await run(world, ['a'], { fs });
          expect([code, outcome]).toEqual([code, 'done']);
          expectLink(world, restorePoints);
        });
      }
    }));

  test('is created there if a second name of a link becomes a link to the first one', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const fs = hooked(world, {});
      const link: MigrateFs['link'] = async (from, to) => {
        await (linksProjects('link', from, to)
          ? fs.symlink(from, to, 'junction')
          : fs.link(from, to));
      };
      const { outcome, restorePoints } = await run(world, ['a'], { fs: { ...fs, link } });
      expect(outcome).toBe('done');
      expectLink(world, restorePoints);
    }));

  test('gives way to the directory if it can’t be put there at all', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x': 'x' });
      const fs = hooked(world, {
        before: (...called) => {
          if (linksProjects(...called)) throw posixError('EIO', called[0]);
        },
      });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, report.problems.at(-1)]).toMatchObject([
        'failed',
        { code: 'io-error', errno: 'EIO' },
      ]);
      const entry = world.fs.lstatSync(at(world, 'a/projects'), { bigint: true });
      expect(entry.isDirectory()).toBe(true);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('is not put there again if it took effect and failed', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const fs = hooked(world, {
        after: (...called) => {
          if (linksProjects(...called)) throw posixError('EIO', 'link');
        },
      });
      const { outcome, restorePoints } = await run(world, ['a'], { fs });
      expect(outcome).toBe('done');
      expectLink(world, restorePoints);
    }));

  test('is deleted with the restore point of a run that died right then', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await run(world, ['a'], { fs: hooked(world, dying(linksProjects)) });
      const { outcome, restorePoints } = await run(world, ['a']);
      expect(outcome).toBe('done');
      expectLink(world, restorePoints);
      const [path = ''] = restorePoints;
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      expect(world.fs.existsSync(path)).toBe(false);
      expect(has(world, `a/projects/${TRANSCRIPT}`)).toBe(true);
    }));
});
