import { describe, expect, test } from 'vitest';
import { dying, hooked, once } from '../support/hooked.ts';
import {
  contents,
  editByRename,
  fill,
  inPlace,
  KEY,
  lines,
  linksProjects,
  movesAside,
  processesWith,
  read,
  run,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { deleting, planningDelete, restorePointOf, restoring } from '../support/way-back.ts';
import { at, inWorld, makeLink, snapshot, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;

/** Migrates home `a`, and returns its restore point. */
async function migrated(world: World): Promise<string> {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/projects/${NOTES}`]: 'first\n',
    'a/file-history/x/1@v1': 'before\n',
  });
  const { outcome, restorePoints } = await run(world, ['a']);
  expect(outcome).toBe('done');
  return restorePoints[0] ?? '';
}

/** The codes for which both the plan and the call refuse, without a change. */
async function refused(world: World, path: string): Promise<readonly string[]> {
  const before = snapshot(world);
  const planned = await planningDelete(world, path);
  const report = await deleting(world, path);
  expect(report).toMatchObject({ ok: false, outcome: 'refused', deleted: 0, kept: [] });
  expect(planned).toMatchObject({ ok: false, problems: report.problems });
  expect(snapshot(world)).toEqual(before);
  return report.problems.map(({ code }) => code);
}

describe.each(worldKinds)('deleteRestorePoint refuses (%s)', (kind) => {
  test('if a shared directory is missing, also for the other ones', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      world.fs.renameSync(inPlace(world, 'shared/file-history'), at(world, 'unmounted'));
      expect(await refused(world, path)).toEqual(['other-target']);
      world.fs.renameSync(inPlace(world, 'shared/projects'), at(world, 'unmounted-too'));
      expect(await refused(world, path)).toEqual(['other-target', 'other-target']);
    }));

  test('while its migration is incomplete', () =>
    inWorld(kind, async () => {
      for (const moment of [movesAside, linksProjects]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
          await run(world, ['a'], { fs: hooked(world, dying(moment)) });
          const path = await restorePointOf(world, 'a');
          expect(await refused(world, path)).toEqual(['restore-point-in-use']);
          expect((await run(world, ['a'])).outcome).toBe('done');
          expect(await deleting(world, path)).toMatchObject({ outcome: 'done' });
        });
      }
    }));

  test('while a restore is half done', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const fs = hooked(
        world,
        dying((call, at) => call === 'unlink' && at.endsWith('/a/projects')),
      );
      await restoring(world, 'a', { fs });
      expect(await refused(world, path)).toEqual(['restore-point-in-use']);
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done' });
    }));

  test('while somebody else holds a lock, and says who', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      makeLink(world, at(world, 'shared/.claude-shared-state/lock'), '4711.1.abc.test');
      const before = snapshot(world);
      const report = await deleting(world, path, { processInspector: processesWith(4711) });
      expect(report).toMatchObject({
        outcome: 'locked',
        problems: [{ code: 'locked-by-other', pid: 4711 }],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test('to remove anything once its lock is gone, and stops at the next directory', () =>
    inWorld(kind, async (world) => {
      const moments = {
        'before the first removal': once(
          (call, place) => call === 'opendir' && place === path,
          () => loseLock(),
          2,
        ),
        'after the first one': once(
          (call, place) => call === 'rename' && place.includes('/file-history/'),
          () => loseLock(),
        ),
      };
      const path = await migrated(world);
      const lock = at(world, 'a/.claude-shared-state/lock');
      const loseLock = () => {
        world.fs.unlinkSync(lock);
        makeLink(world, lock, '4711.1.abc.test');
      };
      for (const [moment, before] of Object.entries(moments)) {
        const report = await deleting(world, path, { fs: hooked(world, { before }) });
        expect([moment, report.outcome, report.deleted, report.problems]).toMatchObject([
          moment,
          'failed',
          moment === 'after the first one' ? 1 : 0,
          [{ code: 'io-error', errno: 'ESTALE' }],
        ]);
        expect(world.fs.existsSync(`${path}/projects/${NOTES}`)).toBe(true);
        world.fs.unlinkSync(lock);
      }
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
    }));

  test('nothing, but keeps everything, if the shared directories were emptied', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      world.fs.unlinkSync(inPlace(world, `shared/projects/${NOTES}`));
      world.fs.unlinkSync(inPlace(world, 'shared/file-history/x/1@v1'));
      const before = snapshot(world, path);
      expect(await deleting(world, path)).toMatchObject({ outcome: 'partial', deleted: 0 });
      expect(snapshot(world, path)).toEqual(before);
    }));

  test('to take for a proof what only leads back to the restore point', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const key = inPlace(world, `shared/projects/${KEY}`);
      world.fs.renameSync(key, at(world, 'aside'));
      makeLink(world, key, `${path}/projects/${KEY}`);
      const report = await deleting(world, path);
      expect(report.outcome).toBe('partial');
      expect(report.kept).toEqual([`projects/${TRANSCRIPT}`, `projects/${NOTES}`]);
      expect(contents(world)).toContain('first\n');
    }));

  test('to go through links in the restore point', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      fill(world, { 'elsewhere/x': 'x' });
      makeLink(world, `${path}/projects/link`, at(world, 'elsewhere'));
      expect(await deleting(world, path)).toMatchObject({ kept: ['projects/link'] });
      const discard = ['projects/link'];
      expect(await deleting(world, path, { discard })).toMatchObject({ outcome: 'done' });
      expect(read(world, 'elsewhere/x')).toBe('x');
    }));
});

describe.each(worldKinds)('during a deletion (%s)', (kind) => {
  test('a file that is edited in it stays', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const own = `${path}/projects/${NOTES}`;
      const edits = {
        'in place': () => {
          world.fs.writeFileSync(own, 'edited\n');
        },
        'by rename': () => {
          world.fs.writeFileSync(`${own}.tmp`, 'edited\n');
          world.fs.renameSync(`${own}.tmp`, own);
        },
      };
      for (const [how, edit] of Object.entries(edits)) {
        await inWorld(kind, async () => {
          world.fs.writeFileSync(own, 'first\n');
          const before = once((call, from) => call === 'rename' && from === own, edit);
          const report = await deleting(world, path, { fs: hooked(world, { before }) });
          expect([how, report.outcome, report.kept]).toEqual([
            how,
            'partial',
            [`projects/${NOTES}`],
          ]);
          expect(String(world.fs.readFileSync(own, 'utf8'))).toBe('edited\n');
        });
      }
    }));

  test('a file stays if its shared copy is deleted or edited at the last moment', () =>
    inWorld(kind, async () => {
      const changes: Readonly<Record<string, (world: World) => Promise<void> | void>> = {
        deleted: (world) => {
          world.fs.unlinkSync(inPlace(world, `shared/projects/${NOTES}`));
        },
        edited: (world) => editByRename(world, `shared/projects/${NOTES}`, 'edited\n'),
      };
      for (const [how, change] of Object.entries(changes)) {
        await inWorld(kind, async (world) => {
          const path = await migrated(world);
          const own = `${path}/projects/${NOTES}`;
          const after = once(
            (call, from) => call === 'rename' && from === own,
            () => change(world),
          );
          const report = await deleting(world, path, { fs: hooked(world, { after }) });
          expect([how, report.kept]).toEqual([how, [`projects/${NOTES}`]]);
          expect(String(world.fs.readFileSync(own, 'utf8'))).toBe('first\n');
        });
      }
    }));

  test('a transcript that has lost its shared name stays', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const own = `${path}/projects/${TRANSCRIPT}`;
      const after = once(
        (call, from) => call === 'rename' && from === own,
        () => {
          world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
        },
      );
      const report = await deleting(world, path, { fs: hooked(world, { after }) });
      expect(report.kept).toEqual([`projects/${TRANSCRIPT}`]);
      expect(contents(world)).toContain(lines(1, 2));
    }));

  test('a file that comes into it stays', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const after = once(
        (call, from) => call === 'rename' && from.startsWith(path),
        () => {
          world.fs.writeFileSync(`${path}/projects/late.txt`, 'late');
        },
      );
      const report = await deleting(world, path, { fs: hooked(world, { after }) });
      expect([report.ok, report.outcome]).toEqual([false, 'partial']);
      expect(contents(world)).toContain('late');
    }));

  test('a failed call leaves the file, and the same call completes it', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      let left = 1;
      const before = (call: string, from: string) => {
        if (call !== 'unlink' || !from.includes('/removing/') || left === 0) return;
        left -= 1;
        throw posixError('EIO', 'unlink');
      };
      const report = await deleting(world, path, { fs: hooked(world, { before }) });
      expect(report).toMatchObject({ outcome: 'failed', problems: [{ code: 'io-error' }] });
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      expect(world.fs.existsSync(path)).toBe(false);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));
});
