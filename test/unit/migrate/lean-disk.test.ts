import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../src/migrate/disk/facts.ts';
import {
  lines,
  makeHome,
  migrateIn,
  ONE,
  optionsIn,
  restoreIn,
  retireIn,
} from '../support/migration/way-back.ts';
import { migrate, type MigrateFs, type MigrateStats } from 'claude-shared-state/migrate';
import { hooked } from '../support/migrating.ts';
import { at, inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

/** A disk whose handles know no `sync`, as an injected one may; tells what was made durable. */
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

const read = (world: World, path: string) => String(world.fs.readFileSync(at(world, path), 'utf8'));

describe.each(worldKinds)('a disk that knows no `sync` (%s)', (kind) => {
  test('is migrated, and everything is durable by `datasync` before it is said to be', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const synced: string[] = [];
      const options = optionsIn(world, withoutSync(world, synced));
      const report = await migrate([home], { ...options, acceptRetention: true });
      expect(report.outcome).toBe('done');
      const [originals = ''] = report.originals;
      const project = at(world, 'shared/.claude-projects-shared/-app');
      for (const path of [`${originals}/manifest`, `${originals}/sealed`, project, home]) {
        expect(synced).toContain(path);
      }
    }));

  test('gives the directories back, with copies that are durable', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      makeFile(world, at(world, 'a/projects/-app/memory/late.md'), 'late\n');
      const synced: string[] = [];
      const fs = withoutSync(world, synced);
      expect(await restoreIn(world, home, { fs })).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/-app/${ONE}.jsonl`)).toBe(lines(1, 3));
      expect(read(world, 'a/projects/-app/memory/late.md')).toBe('late\n');
      expect(synced.some((path) => /state-[0-9a-f]{16}$/.test(path))).toBe(true);
    }));

  test('loses no originals before what they are in is durable', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const { originals } = await migrateIn(world, [home]);
      const [path = ''] = originals;
      // Another file with all of its lines, as an editor leaves it.
      const transcript = at(world, `shared/.claude-projects-shared/-app/${ONE}.jsonl`);
      makeFile(world, `${transcript}.new`, lines(1, 4));
      world.fs.renameSync(`${transcript}.new`, transcript);
      const synced: string[] = [];
      const fs = withoutSync(world, synced);
      expect(await retireIn(world, path, { fs })).toMatchObject({ outcome: 'done', kept: [] });
      expect(synced).toContain(transcript);
      expect(world.fs.existsSync(path)).toBe(false);
    }));
});

describe('stats that tell less', () => {
  const stats: MigrateStats = {
    dev: 1,
    ino: 2,
    mode: 0o100_644,
    nlink: 1,
    uid: 3,
    size: 4,
    mtimeMs: 1_700_000_000_000,
    isDirectory: () => false,
    isFile: () => true,
    isSymbolicLink: () => false,
  };

  test('tell the time as exactly as they can, and no birth', () => {
    expect(factsOf(stats)).toMatchObject({ birth: 0n, mtime: 1_700_000_000_000_000_000n });
  });

  test('are of something unknown where the kind is none that is known', () => {
    expect(factsOf({ ...stats, mode: 0o644 })).toMatchObject({ kind: 'unknown', mode: 0o644 });
  });
});
