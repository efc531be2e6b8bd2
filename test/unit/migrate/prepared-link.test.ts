import { describe, expect, test } from 'vitest';
import type { MigrateFs } from 'claude-shared-state/migrate';
import {
  dying,
  fill,
  hooked,
  inPlace,
  leftIn,
  lines,
  linksProjects,
  movesAside,
  read,
  run,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { retireIn } from '../support/migration/way-back.ts';
import { posixError } from '../support/posix-error.ts';
import { at, inWorld, snapshot, type World, worldKinds } from '../support/world.ts';

/** Where the links that are made before a swap still have a name of their own. */
const preparedIn = (world: World) =>
  Object.keys(snapshot(world)).filter((path) => path.includes('/prepared-'));

const textOfLink = (world: World) => String(world.fs.readlinkSync(at(world, 'a/projects')));

describe.each(worldKinds)('the link that takes the place of a directory (%s)', (kind) => {
  test('is put there although the file system can make nothing more by then', () =>
    inWorld(kind, async (world) => {
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
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(textOfLink(world)).toBe(at(world, 'shared/.claude-projects-shared'));
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('keeps no name among the originals', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x': 'x' });
      const seen: string[] = [];
      const fs = hooked(world, {
        before: (...called) => {
          if (movesAside(...called)) seen.push(...preparedIn(world));
        },
      });
      expect((await run(world, ['a'], { fs })).outcome).toBe('done');
      expect(seen).not.toEqual([]);
      expect(preparedIn(world)).toEqual([]);
    }));

  test.each(['EPERM', 'ENOTSUP', 'EMLINK'])(
    'is made there where a link can have no second name: %s',
    (code) =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
        const fs = hooked(world, {
          before: (...called) => {
            if (linksProjects(...called)) throw posixError(code, 'link');
          },
        });
        const report = await run(world, ['a'], { fs });
        expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
        expect(textOfLink(world)).toBe(at(world, 'shared/.claude-projects-shared'));
        expect(preparedIn(world)).toEqual([]);
      }),
  );

  test('is made there where a second name of a link is a link to its first one', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const fs = hooked(world, {});
      const link: MigrateFs['link'] = async (from, to) => {
        await (linksProjects('link', from, to)
          ? fs.symlink(from, to, 'junction')
          : fs.link(from, to));
      };
      const report = await run(world, ['a'], { fs: { ...fs, link } });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(textOfLink(world)).toBe(at(world, 'shared/.claude-projects-shared'));
      expect(preparedIn(world)).toEqual([]);
    }));

  test('is no failure where its other name cannot be removed, and that goes with the originals', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const fs = hooked(world, {
        before: (call, path) => {
          if (call === 'unlink' && path.includes('/prepared-')) throw posixError('ENOSPC', call);
        },
      });
      const { outcome, originals } = await run(world, ['a'], { fs });
      expect([outcome, preparedIn(world).length]).toEqual(['done', 1]);
      for (const path of originals) {
        expect(await retireIn(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      }
      expect(preparedIn(world)).toEqual([]);
    }));

  test('and its other name, where the run died right then, go with the originals', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await run(world, ['a'], { fs: hooked(world, dying(linksProjects)) });
      expect(preparedIn(world)).not.toEqual([]);
      const { outcome, originals } = await run(world, ['a']);
      expect(outcome).toBe('done');
      expect(originals).not.toEqual([]);
      for (const path of originals) {
        expect(await retireIn(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      }
      expect(preparedIn(world)).toEqual([]);
      expect(world.fs.existsSync(inPlace(world, `a/projects/${TRANSCRIPT}`))).toBe(true);
    }));
});
