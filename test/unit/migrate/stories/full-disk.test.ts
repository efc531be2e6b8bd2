import { describe, expect, test } from 'vitest';
import { type Call, hooked } from '../../support/hooked.ts';
import {
  fill,
  ID,
  inPlace,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  plan,
  read,
  run,
  statsOf,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { failWith } from '../../support/posix-error.ts';
import { everyChange, kindAt, lostOf, PROJECTS_LINK, pruneAll } from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { inWorld, type World, worldKinds } from '../../support/world.ts';

const INDEX = `projects/${KEY}/memory/MEMORY.md`;
const FILES = {
  [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
  [`a/${INDEX}`]: 'Use tabs.\n',
  [`a/projects/${KEY}/memory/notes.md`]: 'notes\n',
  [`a/projects/${KEY}/${ID}/tool-results/1.txt`]: 'a large result',
  [`a/file-history/${ID}/1@v1`]: 'before',
  [`a/session-env/${ID}/hook.sh`]: 'export A=1\n',
  [`b/${INDEX}`]: 'Be short.\n',
  [`b/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
  [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(4),
  [`b/file-history/${OTHER_ID}/1@v1`]: 'another one',
};
const TEXTS = Object.values(FILES);

const NEEDS_SPACE: ReadonlySet<Call> = new Set<Call>([
  'copyFile',
  'link',
  'mkdir',
  'symlink',
  'handle.write',
]);

/** A disk that becomes full at some call, and has space again when somebody has deleted something. */
function filling(world: World, fillsAt: (call: Call, path: string, to?: string) => boolean) {
  let isFull = false;
  const fs = hooked(world, {
    before: (call) => {
      if (isFull && NEEDS_SPACE.has(call)) failWith('ENOSPC');
    },
    after: (call, path, to) => {
      if (fillsAt(call, path, to)) isFull = true;
    },
  });
  return { fs, isFull: () => isFull };
}

/** No home is without its sessions: behind a link, or in a directory. */
function expectUsable(world: World): void {
  for (const home of ['a', 'b']) {
    expect(kindAt(world, `${home}/projects`)).not.toBe('nothing');
    expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toContain(lines(1, 2));
  }
}

describe.each(worldKinds)('a full disk (%s)', (kind) => {
  test('right after the first directory was moved leaves every home usable', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const { fs } = filling(world, movesAside);
      const report = await run(world, ['a', 'b'], { fs });
      expect(report.outcome).toBe('failed');
      const text = report.problems.map(({ message }) => message).join('\n');
      expect(text).toContain('ENOSPC');
      expect(text).toContain('Free some space first');
      expectUsable(world);
      expect(lostOf(world, TEXTS)).toEqual([]);
      expect((await run(world, ['a', 'b'])).ok).toBe(true);
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
    }));

  test('and stays full leaves every home usable however often the command is run', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      for (let time = 1; time <= 3; time += 1) {
        const { fs } = filling(world, time === 1 ? movesAside : () => true);
        expect((await run(world, ['a', 'b'], { fs })).ok).toBe(false);
        expectUsable(world);
      }
      expect(lostOf(world, TEXTS)).toEqual([]);
    }));

  test('at any call of a migration leaves every home usable, and is finished later', async () => {
    await everyChange(kind, async (world, moment) => {
      fill(world, FILES);
      const { fs } = filling(world, moment);
      await run(world, ['a', 'b'], { fs });
      expectUsable(world);
      expect(lostOf(world, TEXTS)).toEqual([]);
      const report = await run(world, ['a', 'b']);
      expect(report.ok).toBe(true);
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(read(world, `a/${INDEX}`)).toBe('Use tabs.\nBe short.\n');
    });
  });

  test('at any call of a restore leaves the home usable, and is finished later', async () => {
    await everyChange(kind, async (world, moment) => {
      fill(world, FILES);
      await run(world, ['a', 'b']);
      const { fs } = filling(world, moment);
      const first = await restoring(world, 'a', { fs });
      expectUsable(world);
      expect(lostOf(world, TEXTS)).toEqual([]);
      const last = first.ok ? first : await restoring(world, 'a');
      expect(last.ok).toBe(true);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    });
  });

  test('at any call of a deletion keeps what is not deleted, and is finished later', async () => {
    await everyChange(kind, async (world, moment) => {
      fill(world, FILES);
      await run(world, ['a', 'b']);
      const { fs } = filling(world, moment);
      await pruneAll(world, ['a', 'b'], { fs });
      expectUsable(world);
      for (const { ok, kept } of await pruneAll(world, ['a', 'b'])) {
        expect([ok, kept]).toEqual([true, []]);
      }
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(read(world, `a/${INDEX}`)).toBe('Use tabs.\nBe short.\n');
    });
  });

  test('lets a full disk be pruned, because deleting needs no space worth mentioning', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      await run(world, ['a', 'b']);
      // Names and small directories still fit where no data does.
      const fs = hooked(world, {
        before: (call) => {
          if (call === 'copyFile' || call === 'handle.write') failWith('ENOSPC');
        },
      });
      for (const { ok } of await pruneAll(world, ['a', 'b'], { fs })) expect(ok).toBe(true);
    }));

  test('while copying keeps the copies that are complete, so that the next run needs less', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const { fs } = filling(
        world,
        (call, _, to) => call === 'link' && to?.endsWith('@v1') === true,
      );
      expect((await run(world, ['a', 'b'], { fs })).outcome).toBe('failed');
      const copied: string[] = [];
      const counting = hooked(world, {
        before: (call, path) => {
          if (call === 'copyFile') copied.push(path);
        },
      });
      const planned = await plan(world, ['a', 'b']);
      const before = TEXTS.join('').length;
      expect(planned.spaceNeeded).toBeLessThan(before);
      expect((await run(world, ['a', 'b'], { fs: counting })).ok).toBe(true);
      const shared = copied.filter((path) => path.endsWith('@v1'));
      expect(shared.length).toBeLessThan(2);
    }));

  test('leaves no half of a copy behind', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const fs = hooked(world, {
        before: (call, path) => {
          // Only now the file system notices that it has no room for what was written.
          if (call === 'handle.sync' && path.includes('/incoming/')) failWith('ENOSPC');
        },
      });
      for (let time = 1; time <= 3; time += 1) {
        expect((await run(world, ['a', 'b'], { fs })).outcome).toBe('failed');
      }
      const incoming = inPlace(world, 'a').replace(/a$/, 'shared/.claude-shared-state/incoming');
      expect(world.fs.readdirSync(incoming)).toEqual([]);
    }));
});

/** What a run copies, by path, and what it does first. */
function watching(world: World) {
  const copied = new Map<string, number>();
  const order: string[] = [];
  const fs = hooked(world, {
    before: (call, path, to) => {
      if (call === 'copyFile') {
        copied.set(path, Number(world.fs.lstatSync(path, { bigint: true }).size));
        order.push('copy');
      }
      if (call === 'handle.write') order.push('write');
      if (movesAside(call, path, to) || (call === 'rename' && to?.includes('restore-points'))) {
        order.push('move');
      }
    },
  });
  return { fs, copied, order };
}

describe.each(worldKinds)('what is copied (%s)', (kind) => {
  test('is in the space that the plan asks for, to the byte', () =>
    inWorld(kind, async (world) => {
      const { [`b/${INDEX}`]: _, ...files } = FILES;
      fill(world, files);
      const planned = await plan(world, ['a', 'b']);
      const { fs, copied } = watching(world);
      expect((await run(world, ['a', 'b'], { fs })).ok).toBe(true);
      const bytes = [...copied.values()].reduce((sum, size) => sum + size, 0);
      expect(planned.spaceNeeded).toBe(bytes);
      const entries = planned.homes.flatMap((home) => home.entries);
      expect(entries.reduce((sum, { copyBytes }) => sum + copyBytes, 0)).toBe(bytes);
      expect(entries.reduce((sum, { files: { copy } }) => sum + copy, 0)).toBe(copied.size);
    }));

  test('to unite a memory index is in the plan, too, and never less than it comes to', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/${INDEX}`]: 'Use tabs.\n', [`b/${INDEX}`]: 'Be short.\n' });
      const planned = await plan(world, ['a', 'b']);
      await run(world, ['a', 'b']);
      const united = Number(statsOf(world, `shared/${INDEX}`).size);
      expect(planned.spaceNeeded).toBeGreaterThanOrEqual('Use tabs.\n'.length + united);
    }));

  test('is copied before the first directory is moved, and nothing afterwards', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      const { fs, order } = watching(world);
      expect((await run(world, ['a', 'b'], { fs })).ok).toBe(true);
      const first = order.indexOf('move');
      expect(first).toBeGreaterThan(0);
      expect(order.slice(first).filter((it) => it !== 'move')).toEqual([]);
    }));

  test('by a migration that changes nothing is nothing', () =>
    inWorld(kind, async (world) => {
      fill(world, FILES);
      await run(world, ['a', 'b']);
      expect((await plan(world, ['a', 'b'])).spaceNeeded).toBe(0);
      const { fs, order } = watching(world);
      expect((await run(world, ['a', 'b'], { fs })).outcome).toBe('done');
      expect(order).toEqual([]);
    }));
});
