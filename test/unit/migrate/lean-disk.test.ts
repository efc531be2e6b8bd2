import type { MigrateFs } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { hooked } from '../support/hooked.ts';
import { fill, inPlace, KEY, lines, read, run, TRANSCRIPT } from '../support/migrating.ts';
import { deleting, restoring } from '../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;

/** A disk whose handles know no `sync`, as an injected one may; records what was made durable. */
function withoutSync(world: World, synced: string[]): MigrateFs {
  return {
    ...hooked(world, {}),
    open: async (path, flags, mode) => {
      const handle = await world.fs.promises.open(path, flags, mode);
      return {
        stat: (options) => handle.stat(options),
        read: (...args) => handle.read(...args),
        write: (...args) => handle.write(...args),
        chmod: (bits) => handle.chmod(bits),
        utimes: (accessed, modified) => handle.utimes(accessed, modified),
        close: () => handle.close(),
        datasync: async () => {
          synced.push(path);
          await handle.datasync();
        },
      };
    },
  };
}

function fillHome(world: World): void {
  fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${NOTES}`]: 'first\n' });
}

describe.each(worldKinds)('with datasync only (%s)', (kind) => {
  test('a migration is done, and durable before it says so', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const synced: string[] = [];
      const report = await run(world, ['a'], { fs: withoutSync(world, synced) });
      expect(report.outcome).toBe('done');
      const project = inPlace(world, `shared/projects/${KEY}`);
      const [restorePoint = ''] = report.restorePoints;
      for (const path of [restorePoint, project, `${project}/memory`, at(world, 'a')]) {
        expect(synced).toContain(path);
      }
      expect(synced.some((path) => path.includes('/incoming/'))).toBe(true);
    }));

  test('a restore gives the directories back, with copies that are durable', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      await run(world, ['a']);
      fill(world, { [`shared/projects/${KEY}/memory/late.md`]: 'late\n' });
      const synced: string[] = [];
      const report = await restoring(world, 'a', { fs: withoutSync(world, synced) });
      expect(report.outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(read(world, `a/projects/${KEY}/memory/late.md`)).toBe('late\n');
      expect(synced.some((path) => path.includes('/incoming/'))).toBe(true);
      expect(synced).toContain(at(world, 'a'));
    }));

  test('a deletion is done', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const [path = ''] = (await run(world, ['a'])).restorePoints;
      const report = await deleting(world, path, { fs: withoutSync(world, []) });
      expect(report).toMatchObject({ outcome: 'done', kept: [] });
      expect(world.fs.existsSync(path)).toBe(false);
    }));
});
