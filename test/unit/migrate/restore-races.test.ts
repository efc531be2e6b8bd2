import { ensureForAccountSync } from 'claude-shared-state';
import { migrate } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { dying, hooked as disk } from '../support/migrating.ts';
import {
  diskOf,
  hooked,
  lines,
  makeHome,
  migrateIn,
  ONE,
  optionsIn,
  restoreIn,
  TWO,
} from '../support/migration/way-back.ts';
import {
  at,
  inWorld,
  makeFile,
  makeLink,
  requiredIn,
  type World,
  worldKinds,
} from '../support/world.ts';

const shared = 'shared/.claude-projects-shared';
const transcript = `a/projects/-app/${ONE}.jsonl`;

function read(world: World, path: string): string {
  return String(world.fs.readFileSync(at(world, path), 'utf8'));
}

function isDirectory(world: World, path: string): boolean {
  return world.fs.lstatSync(at(world, path), { bigint: true }).isDirectory();
}

/** A disk on which something happens right after the link `projects` has been removed, the first few times. */
function afterUnlink(world: World, act: () => void, times = 1) {
  let left = times;
  return hooked(diskOf(world), (call, path) => {
    if (call !== 'unlink' || path !== at(world, 'a/projects') || left === 0) return;
    left -= 1;
    act();
  });
}

/** Gives the home back in a process that dies right after a call; `path`: the new one of a rename. */
async function dieAfter(
  world: World,
  home: string,
  isLast: (call: string, path: string) => boolean,
) {
  const fs = disk(
    world,
    dying((call, path, to) => isLast(call, to ?? path)),
  );
  expect(await restoreIn(world, home, { fs })).toMatchObject({ outcome: 'failed' });
}

describe.each(worldKinds)('restore while others are at work, in %s', (kind) => {
  test.each([1, 2, 3])('removes a link again that was made anew %i times', (times) =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const options = { required: requiredIn(world), fs: world.fs };
      const again = () => void ensureForAccountSync(home, options);
      const report = await restoreIn(world, home, { fs: afterUnlink(world, again, times) });
      expect(report.outcome).toBe('done');
      expect(isDirectory(world, 'a/projects')).toBe(true);
      expect(read(world, transcript)).toBe(lines(1, 3));
    }),
  );

  test('gives up where the link is made anew each time, and leaves the home linked', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const options = { required: requiredIn(world), fs: world.fs };
      const again = () => void ensureForAccountSync(home, options);
      const report = await restoreIn(world, home, { fs: afterUnlink(world, again, Infinity) });
      expect(report).toMatchObject({ outcome: 'failed', restored: [] });
      expect(report.problems.map(({ code }) => code)).toEqual(['made-anew']);
      expect(read(world, transcript)).toBe(lines(1, 3));
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(isDirectory(world, 'a/projects')).toBe(true);
    }));

  test('stops where somebody has put another link there, which is not touched', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const other = at(world, 'b');
      const change = () => void makeLink(world, at(world, 'a/projects'), other);
      const report = await restoreIn(world, home, { fs: afterUnlink(world, change) });
      expect(report.outcome).toBe('failed');
      expect(report.problems.map(({ code }) => code)).toEqual(['link-changed']);
      expect(world.fs.readlinkSync(at(world, 'a/projects'))).toBe(other);
    }));

  test('merges what Claude Code has begun anew while nothing was there', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const write = () => {
        makeFile(world, at(world, transcript), lines(4, 5));
        makeFile(world, at(world, `a/projects/-new/${TWO}.jsonl`), lines(1, 1));
        makeFile(world, at(world, 'a/projects/-new/memory/new.md'), 'new\n');
      };
      const report = await restoreIn(world, home, { fs: afterUnlink(world, write) });
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect(read(world, transcript)).toBe(lines(1, 5));
      expect(read(world, `a/projects/-new/${TWO}.jsonl`)).toBe(lines(1, 1));
      expect(read(world, 'a/projects/-new/memory/new.md')).toBe('new\n');
    }));

  test('brings what was shared in the last moment, also where the home has gone on by then', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const late = `-app/${TWO}.jsonl`;
      const fs = hooked(diskOf(world), (call, path) => {
        if (path !== at(world, 'a/projects')) return;
        if (call === 'unlink') makeFile(world, at(world, `${shared}/${late}`), lines(1, 2));
        if (call === 'rename') makeFile(world, at(world, `a/projects/${late}`), lines(3, 4));
      });
      expect(await restoreIn(world, home, { fs })).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/${late}`)).toBe(lines(1, 4));
    }));

  test('does not bring a transcript under the old key that the home has moved by then', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const moved = `a/projects/-tree/${ONE}.jsonl`;
      const fs = hooked(diskOf(world), (call, path) => {
        if (call !== 'rename' || path !== at(world, 'a/projects')) return;
        makeFile(world, at(world, 'a/projects/-tree/x.txt'));
        world.fs.renameSync(at(world, transcript), at(world, moved));
      });
      expect(await restoreIn(world, home, { fs })).toMatchObject({ outcome: 'done' });
      expect(world.fs.existsSync(at(world, transcript))).toBe(false);
      expect(read(world, moved)).toBe(lines(1, 3));
    }));

  test('completes a restore that died with nothing in the place of the link', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      await dieAfter(
        world,
        home,
        (call, path) => call === 'unlink' && path === at(world, 'a/projects'),
      );
      makeFile(world, at(world, transcript), lines(4, 5));
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 5));
    }));

  test('does not put back what was compacted in the home after a restore that died, and says so', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      await dieAfter(
        world,
        home,
        (call, path) => call === 'rename' && path === at(world, 'a/projects'),
      );
      const compacted = lines(1, 1) + lines(9, 9);
      makeFile(world, at(world, `a/projects/-tree/${ONE}.jsonl`), compacted);
      world.fs.unlinkSync(at(world, transcript));
      world.fs.appendFileSync(at(world, `${shared}/-app/${ONE}.jsonl`), lines(4, 4));
      const report = await restoreIn(world, home);
      expect(report.outcome).toBe('done-with-leftovers');
      expect(report.leftovers).toEqual([
        { path: at(world, `${shared}/-app/${ONE}.jsonl`), reason: 'unmergeable' },
      ]);
      expect(read(world, `a/projects/-tree/${ONE}.jsonl`)).toBe(compacted);
      expect(world.fs.existsSync(at(world, transcript))).toBe(false);
    }));

  test('completes a restore after which the home was migrated', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      await dieAfter(
        world,
        home,
        (call, path) => call === 'rename' && path === at(world, 'a/projects'),
      );
      world.fs.appendFileSync(at(world, transcript), lines(4, 5));
      expect(await migrateIn(world, [home])).toMatchObject({ outcome: 'done' });
      expect(world.fs.lstatSync(at(world, 'a/projects'), { bigint: true }).isSymbolicLink()).toBe(
        true,
      );
      expect(await restoreIn(world, home)).toMatchObject({
        outcome: 'done',
        restored: ['projects', 'file-history'],
      });
      expect(read(world, transcript)).toBe(lines(1, 5));
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
    }));

  test('takes back a migration that died half-way, with or without a directory made anew', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const fs = hooked(diskOf(world), (call, path) => {
        if (call === 'rename' && path.endsWith('/projects')) throw new TypeError('died');
      });
      // The link is not made any more, and nothing is moved back.
      const unlessTo =
        (call: 'link' | 'rename' | 'symlink') => async (from: string, path: string) => {
          if (path === at(world, 'a/projects')) throw new Error('dead');
          await fs[call](from, path, 'junction');
        };
      const dead = {
        ...fs,
        link: unlessTo('link'),
        rename: unlessTo('rename'),
        symlink: unlessTo('symlink'),
      };
      const report = await migrate([home], { ...optionsIn(world, dead) });
      expect(report.outcome).toBe('failed');
      expect(world.fs.existsSync(at(world, 'a/projects'))).toBe(false);
      makeFile(world, at(world, transcript), lines(4, 5));
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 5));
      expect(isDirectory(world, 'a/projects')).toBe(true);
      expect(await migrateIn(world, [home])).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 5));
    }));

  test('stops between two steps where the caller says so, and the same call completes it', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const stop = new AbortController();
      const report = await restoreIn(world, home, {
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > 0) stop.abort();
        },
      });
      expect(report.outcome).toBe('aborted');
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 3));
    }));

  test('says who else is at it', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      makeLink(world, at(world, 'a/.claude-shared-state/lock'), '7.1.aa.elsewhere');
      const report = await restoreIn(world, home);
      expect(report.outcome).toBe('locked');
      expect(report.problems).toMatchObject([{ code: 'locked-by-other', pid: 7 }]);
    }));
});
