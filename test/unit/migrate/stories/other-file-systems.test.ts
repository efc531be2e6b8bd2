import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Call, failing, hooked, showing } from '../../support/hooked.ts';
import {
  exactly,
  fill,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { failWith } from '../../support/posix-error.ts';
import { kindAt, lostOf, PROJECTS_LINK, pruneAll } from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import { at, inWorld, makeFile, type World, worldKinds } from '../../support/world.ts';

/** Whether a path is below another one. */
function isBelow(path: string, directory: string): boolean {
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    if (above === directory) return true;
  }
  return false;
}

const NOTES = `projects/${KEY}/memory/notes.md`;
const FILES = {
  [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
  [`a/${NOTES}`]: 'Use tabs.\n',
  [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
};
const BYTES = Object.values(FILES).join('').length;

/** A number that every path has of its own, as mergerfs and sshfs make inode numbers. */
function numberOf(path: string): bigint {
  return Buffer.from(path).reduce((sum, byte) => BigInt.asUintN(63, sum * 31n + BigInt(byte)), 7n);
}

describe.each(worldKinds)('two inodes for one file (%s)', (kind) => {
  test('is refused by the plan and by the run, before anything is changed', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const fs = showing(world, (path) => ({ ino: numberOf(path) }));
      const before = ['a', 'b'].map((home) => exactly(world, at(world, home)));
      const planned = await plan(world, ['a', 'b'], { fs });
      expect(planned.ok).toBe(false);
      expect(planned.problems).toContainEqual(
        expect.objectContaining({ code: 'place-unsuitable', reason: 'link-changes-identity' }),
      );
      const report = await run(world, ['a', 'b'], { fs });
      expect([report.outcome, told(world, report)]).toEqual(['refused', told(world, planned)]);
      expect(['a', 'b'].map((home) => exactly(world, at(world, home)))).toEqual(before);
      expect(kindAt(world, 'shared')).toBe('nothing');
    }));

  test('is refused also if only one home is on it', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const fs = showing(world, (path) => (path.includes('/b/') ? { ino: numberOf(path) } : {}));
      const report = await run(world, ['a', 'b'], { fs });
      expect(report.outcome).toBe('refused');
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }));
});

/** The layers of an overlay can't be seen from inside a container: only the move says that it can't be done. */
const hiddenLayer = (home: string) => (call: Call, path: string, to?: string) => {
  if (movesAside(call, path, to) && path.includes(`/${home}/`)) failWith('EXDEV');
};

describe.each(worldKinds)('a hidden lower layer (%s)', (kind) => {
  test('stays in its place, and the message says what to do', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      for (let time = 1; time <= 3; time += 1) {
        const report = await run(world, ['a'], {
          fs: hooked(world, { before: hiddenLayer('a') }),
        });
        expect(report.outcome).toBe('failed');
        const problem = report.problems.find(({ severity }) => severity === 'error');
        expect(problem).toMatchObject({
          code: 'place-unsuitable',
          path: at(world, 'a/projects'),
          reason: 'source-in-lower-layer',
        });
        expect(problem?.message).toContain('cp -a');
        expect(problem?.message).not.toContain('same command');
      }
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(await restorePointsIn(world, 'a')).toEqual([]);
    }));

  test('can be migrated once it was copied, as the message says', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      await run(world, ['a'], { fs: hooked(world, { before: hiddenLayer('a') }) });
      // Another directory, with files of its own.
      fill(world, { [`a/copy/${TRANSCRIPT}`]: lines(1, 2, 7) });
      world.fs.renameSync(at(world, 'a/projects'), at(world, 'a/old'));
      world.fs.renameSync(at(world, 'a/copy'), at(world, 'a/projects'));
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['done', expect.any(Array)]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 7));
    }));

  test('of the second home leaves the first one linked and the second one usable', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const report = await run(world, ['a', 'b'], {
        fs: hooked(world, { before: hiddenLayer('b') }),
      });
      expect(report.outcome).toBe('failed');
      expect([kindAt(world, 'a/projects'), kindAt(world, 'b/projects')]).toEqual([
        PROJECTS_LINK,
        'directory',
      ]);
      expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(3));
      expect(await restorePointsIn(world, 'b')).toEqual([]);
      expect((await run(world, ['a', 'b'])).ok).toBe(true);
      expect(lostOf(world, Object.values(FILES))).toEqual([]);
    }));

  test('is refused by the plan where the layers can be seen', () =>
    inWorld(kind, async (world) => {
      fill(world, { ...FILES, [`lower/a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const table =
        `30 1 0:30 / ${world.root} rw - overlay overlay ` +
        `rw,lowerdir=${at(world, 'lower')},upperdir=/u,workdir=/w\n`;
      const plain = hooked(world, {});
      const fs = {
        ...plain,
        readFile: (path: string, encoding: 'utf8') =>
          path === '/proc/self/mountinfo' ? Promise.resolve(table) : plain.readFile(path, encoding),
      };
      const planned = await plan(world, ['a'], { fs });
      expect([planned.ok, told(world, planned)]).toEqual([
        false,
        [`memory-needs-rules a/projects/${KEY}/memory`, 'place-unsuitable a/projects'],
      ]);
    }));
});

/** Two file systems: names of one can't be given to files of the other. */
function apart(world: World, isOther: (path: string) => boolean) {
  return showing(world, (path, { dev }) => (isOther(path) ? { dev: BigInt(dev) + 1n } : {}), {
    before: (call, path, to) => {
      const crosses = to !== undefined && isOther(path) !== isOther(to);
      if ((call === 'link' || call === 'rename') && crosses) failWith('EXDEV');
    },
  });
}

/** The shared place is on the other one. */
function onOther(world: World) {
  const shared = at(world, 'shared');
  return (path: string) => path === shared || isBelow(path, shared);
}

/** A subvolume has a device of its own, is no mount point, and can be renamed; its files can't be linked elsewhere. */
function isInSubvolume(path: string): boolean {
  return path.includes('/a/projects') || /restore-points\/[^/]+\/projects/.test(path);
}

describe.each(worldKinds)('across two file systems (%s)', (kind) => {
  test('have every byte copied, as planned, before a directory moves', () =>
    inWorld(kind, async (world) => {
      fill(world, { ...FILES, 'shared/projects/x': '' });
      const fs = apart(world, onOther(world));
      const planned = await plan(world, ['a', 'b'], { fs });
      expect([planned.ok, planned.spaceNeeded]).toEqual([true, BYTES]);
      expect((await run(world, ['a', 'b'], { fs })).outcome).toBe('done');
      expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(3));
      expect(Number(statsOf(world, `shared/projects/${TRANSCRIPT}`).nlink)).toBe(1);
    }));

  test('have a home given back, and restore points deleted, replaced files included', () =>
    inWorld(kind, async (world) => {
      const index = `projects/${KEY}/memory/MEMORY.md`;
      fill(world, {
        ...FILES,
        [`a/${index}`]: 'one\n',
        [`b/${index}`]: 'two\n',
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
      });
      const fs = apart(world, onOther(world));
      expect((await run(world, ['a', 'b'], { fs })).outcome).toBe('done');
      for (const { outcome, kept, problems } of await pruneAll(world, ['b'], { fs })) {
        expect([outcome, kept, problems]).toEqual(['done', [], []]);
      }
      expect((await restoring(world, 'a', { fs })).ok).toBe(true);
      expect(read(world, `a/${index}`)).toBe('one\ntwo\n');
    }));

  test('are refused where the state directory is on another one than the target', () =>
    inWorld(kind, async (world) => {
      fill(world, { ...FILES, 'shared/projects/x': '' });
      makeFile(world, at(world, 'shared/.claude-shared-state/x'));
      const state = at(world, 'shared/.claude-shared-state');
      const fs = apart(world, (path) => path === state || isBelow(path, state));
      const planned = await plan(world, ['a'], { fs });
      expect(planned.problems).toContainEqual(
        expect.objectContaining({ code: 'place-unsuitable', reason: 'state-on-other-device' }),
      );
      expect((await run(world, ['a'], { fs })).outcome).toBe('refused');
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }));

  test('are refused if state directory and projects of a home are apart', () =>
    inWorld(kind, async (world) => {
      fill(world, { ...FILES, 'a/.claude-shared-state/x': '' });
      const state = at(world, 'a/.claude-shared-state');
      const fs = apart(world, (path) => path === state || isBelow(path, state));
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, kindAt(world, 'a/projects')]).toEqual(['refused', 'directory']);
      expect(report.problems).toContainEqual(
        expect.objectContaining({ code: 'place-unsuitable', reason: 'state-on-other-device' }),
      );
    }));

  test('within one home, as a subvolume is, are planned as they come out, each time', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const fs = showing(
        world,
        (path, { dev }) => (isInSubvolume(path) ? { dev: BigInt(dev) + 1n } : {}),
        {
          before: (call, path, to) => {
            if (call === 'link' && to !== undefined && isInSubvolume(path) !== isInSubvolume(to)) {
              failWith('EXDEV');
            }
          },
        },
      );
      for (let time = 1; time <= 3; time += 1) {
        const planned = await plan(world, ['a'], { fs });
        const report = await run(world, ['a'], { fs });
        expect([time, report.outcome]).toEqual([time, planned.ok ? 'done' : 'refused']);
        const back = report.ok ? await restoring(world, 'a', { fs }) : undefined;
        expect(back?.ok).not.toBe(false);
      }
      expect(lostOf(world, [lines(1, 2), 'Use tabs.\n'])).toEqual([]);
    }));
});

describe.each(worldKinds)('a file system without hard links (%s)', (kind) => {
  test.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('is refused by the plan (%s)', (code) =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const fs = hooked(
        world,
        failing(code, (call) => call === 'link'),
      );
      const planned = await plan(world, ['a'], { fs });
      expect(planned.ok).toBe(false);
      expect(planned.problems).toContainEqual(
        expect.objectContaining({ code: 'place-unsuitable', reason: 'no-hard-links' }),
      );
      expect((await run(world, ['a'], { fs })).outcome).toBe('refused');
      expect(kindAt(world, 'a/projects')).toBe('directory');
    }),
  );
});
