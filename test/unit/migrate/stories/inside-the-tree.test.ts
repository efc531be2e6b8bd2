import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Call, hooked, once } from '../../support/hooked.ts';
import {
  contents,
  fill,
  KEY,
  lines,
  movesAside,
  read,
  run,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { everyCall, kindAt, lostOf, onlyProjects, pruneAll } from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../../support/world.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;

/**
 * A process that has its working directory in `projects` of a home, or that directory mounted elsewhere, as a dev
 * container has: it goes on to work there wherever the directory is moved.
 */
function processInside(world: World, home: string, path: string) {
  const { fs } = world;
  const { ino } = fs.lstatSync(at(world, `${home}/${path}`), { bigint: true });
  const points = at(world, `${home}/.claude-shared-state/restore-points`);
  const here = () => {
    const aside = fs.existsSync(points)
      ? fs.readdirSync(points).map((point) => join(points, String(point), path))
      : [];
    const places = [at(world, `${home}/${path}`), ...aside];
    return places.find(
      (place) => fs.existsSync(place) && fs.lstatSync(place, { bigint: true }).ino === ino,
    );
  };
  return {
    /** Edits a file as editors do; nothing if the directory is gone. */
    edit(name: string, content: string): boolean {
      const directory = here();
      if (directory === undefined) return false;
      fs.writeFileSync(join(directory, `.${name}.tmp`), content);
      fs.renameSync(join(directory, `.${name}.tmp`), join(directory, name));
      return true;
    },
    create(name: string, content: string): boolean {
      const directory = here();
      if (directory === undefined) return false;
      fs.writeFileSync(join(directory, name), content);
      return true;
    },
  };
}

function stage(world: World) {
  fill(world, {
    [`a/${NOTES}`]: 'first version\n',
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`shared/projects/${TRANSCRIPT}`]: lines(1),
  });
  return processInside(world, 'a', `projects/${KEY}/memory`);
}

/** The file system of a run, in which no name may ever be renamed over. */
function neverOver(world: World, before: (call: Call, path: string) => void = () => {}) {
  const renamedOver: string[] = [];
  const fs = hooked(world, {
    before: (call, path, to) => {
      before(call, path);
      if (call === 'rename' && to !== undefined && world.fs.existsSync(to)) renamedOver.push(to);
    },
  });
  return { fs, renamedOver };
}

async function expectKept(world: World, text: string): Promise<void> {
  const [pruned] = await pruneAll(world, ['a']);
  expect(pruned?.kept).toEqual([NOTES]);
  expect(lostOf(world, [text])).toEqual([]);
}

describe.each(worldKinds)('a process inside (%s)', (kind) => {
  test('may edit at any call of a migration: its text and the one before are kept', async () => {
    await everyCall(kind, async (world, moment) => {
      const program = stage(world);
      const seen = { isEdited: false };
      const { fs, renamedOver } = neverOver(world, (call, path) => {
        if (moment(call, path)) seen.isEdited = program.edit('notes.md', 'second version\n');
      });
      const first = await run(world, ['a'], { ...onlyProjects(world), fs });
      const report =
        first.outcome === 'done' ? first : await run(world, ['a'], onlyProjects(world));
      expect(renamedOver).toEqual([]);
      // What the program itself has replaced is nobody's loss.
      expect(lostOf(world, [seen.isEdited ? 'second version\n' : 'first version\n'])).toEqual([]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      const isShared = read(world, `shared/${NOTES}`) === 'second version\n';
      const isListed = [...report.unmerged, ...report.problems].length > 0;
      // What came after the last look stays where it was written, for the deletion to find.
      if (seen.isEdited && !isShared && !isListed) {
        await expectKept(world, 'second version\n');
      }
    });
  });

  test('may edit right after the directory was set aside: the text is shared or listed', () =>
    inWorld(kind, async (world) => {
      const program = stage(world);
      const act = () => {
        program.edit('notes.md', 'second version\n');
        program.create('new.md', 'new file\n');
      };
      const fs = hooked(world, { after: once(movesAside, act) });
      const report = await run(world, ['a'], { fs });
      expect(read(world, `shared/projects/${KEY}/memory/new.md`)).toBe('new file\n');
      const isShared = read(world, `shared/${NOTES}`) === 'second version\n';
      expect(isShared || report.outcome === 'partial').toBe(true);
      expect(lostOf(world, ['first version\n', 'second version\n'])).toEqual([]);
    }));

  test('may edit at any call of a restore: its text and the shared one are kept', async () => {
    await everyCall(kind, async (world, moment) => {
      const program = stage(world);
      await run(world, ['a'], onlyProjects(world));
      world.fs.writeFileSync(at(world, `a/${NOTES}`), 'shared by now\n');
      const seen = { isEdited: false };
      const { fs, renamedOver } = neverOver(world, (call, path) => {
        if (moment(call, path)) seen.isEdited = program.edit('notes.md', 'edited inside\n');
      });
      const report = await restoring(world, 'a', { fs });
      if (!report.ok) await restoring(world, 'a');
      expect(renamedOver).toEqual([]);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(lostOf(world, [seen.isEdited ? 'edited inside\n' : 'first version\n'])).toEqual([]);
      expect(read(world, `shared/${NOTES}`)).toBe('shared by now\n');
    });
  });

  test('may edit at any call of a deletion: what was not proved to be shared is kept', async () => {
    await everyCall(kind, async (world, moment) => {
      const program = stage(world);
      await run(world, ['a'], onlyProjects(world));
      const seen = { isEdited: false };
      const { fs, renamedOver } = neverOver(world, (call, path) => {
        if (moment(call, path)) seen.isEdited = program.edit('notes.md', 'edited inside\n');
      });
      const [report] = await pruneAll(world, ['a'], { fs });
      expect(renamedOver).toEqual([]);
      expect(
        lostOf(world, ['first version\n', ...(seen.isEdited ? ['edited inside\n'] : [])]),
      ).toEqual([]);
      expect(report?.ok).toBe(!seen.isEdited);
      // Once more, now that nobody works there.
      for (const { outcome, kept } of await pruneAll(world, ['a'])) {
        expect([outcome, kept]).toEqual(['partial', [NOTES]]);
      }
      expect(contents(world).some((it) => it === 'edited inside\n')).toBe(seen.isEdited);
    });
  });

  test('may create a file in the set-aside directory later, which no deletion removes', () =>
    inWorld(kind, async (world) => {
      const program = stage(world);
      await run(world, ['a']);
      program.create('later.md', 'much later\n');
      const [report] = await pruneAll(world, ['a']);
      expect([report?.outcome, report?.kept]).toEqual([
        'partial',
        [`projects/${KEY}/memory/later.md`],
      ]);
      expect(lostOf(world, ['much later\n'])).toEqual([]);
      const [point] = await restorePointsIn(world, 'a');
      expect(point?.state).toBe('complete');
      const discard = [`projects/${KEY}/memory`];
      const [discarded] = await pruneAll(world, ['a'], { discard });
      expect(discarded?.ok).toBe(true);
    }));
});
