import { describe, expect, test } from 'vitest';
import { type IsMeant, dyingBefore, dying, hooked, type Hooks, once } from '../support/hooked.ts';
import {
  contents,
  editByRename,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  linksProjects,
  movesAside,
  OTHER_ID,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../support/migrating.ts';
import { restorePointOf, restorePointsIn } from '../support/way-back.ts';
import { at, inWorld, makeDirectory, snapshot, type World, worldKinds } from '../support/world.ts';

const INDEX = `${KEY}/memory/MEMORY.md`;
const NOTES = `${KEY}/memory/notes.md`;
const INCOMPLETE = 'earlier-run-incomplete a/.claude-shared-state/restore-points/RUN';

const completes: IsMeant = (call, path) => call === 'mkdir' && path.endsWith('/complete');
const preparesLink: IsMeant = (call, path) => call === 'symlink' && path.endsWith('/link-projects');

/** A run on home `a` that dies right before a call. */
async function dieBefore(world: World, moment: IsMeant): Promise<void> {
  const report = await run(world, ['a'], { fs: hooked(world, dyingBefore(moment)) });
  expect(report.outcome).toBe('failed');
}

const isLinked = (world: World, home = 'a') => statsOf(world, `${home}/projects`).isSymbolicLink();

describe.each(worldKinds)('a run after a crash (%s)', (kind) => {
  test('starts again if nothing had been moved, and leaves no temporary names', () =>
    inWorld(kind, async () => {
      const moments: Readonly<Record<string, IsMeant>> = {
        'in the first copy': (call) => call === 'copyFile',
        'before a copy gets its name': (call, path) =>
          call === 'link' && path.includes('/incoming/'),
        'before the restore point is prepared': preparesLink,
      };
      for (const [name, moment] of Object.entries(moments)) {
        await inWorld(kind, async (world) => {
          fill(world, {
            [`a/projects/${TRANSCRIPT}`]: lines(1),
            [`a/projects/${NOTES}`]: 'notes',
            'a/session-env/x': 'x',
          });
          await dieBefore(world, moment);
          expect([name, isLinked(world)]).toEqual([name, false]);
          const report = await run(world, ['a']);
          expect([name, report.outcome, report.unmerged]).toEqual([name, 'done', []]);
          const left = Object.keys(snapshot(world)).filter((it) =>
            /incoming\/|trial|lock/.test(it),
          );
          expect(left).toEqual([]);
          expect(await restorePointsIn(world, 'a')).toHaveLength(1);
        });
      }
    }));

  test('shares what the home edited meanwhile, and keeps the text before', () =>
    inWorld(kind, async () => {
      for (const file of [INDEX, NOTES, `${ID}.json`]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${file}`]: 'old\n' });
          await dieBefore(world, preparesLink);
          expect(read(world, `shared/projects/${file}`)).toBe('old\n');
          await editByRename(world, `a/projects/${file}`, 'new text\n');
          expect((await plan(world, ['a'])).ok).toBe(true);
          const report = await run(world, ['a']);
          expect([file, report.outcome]).toEqual([file, 'done']);
          expect(read(world, `a/projects/${file}`)).toBe('new text\n');
          expect(contents(world)).toContain('old\n');
        });
      }
    }));

  test('shares what was edited right before the directory was moved', () =>
    inWorld(kind, async () => {
      for (const file of [INDEX, NOTES, `${ID}.json`]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${file}`]: 'old\n' });
          const path = `a/projects/${file}`;
          const edit = once(preparesLink, async () => {
            await editByRename(world, path, 'new text\n');
            const before = Date.now() / 1000 - 1;
            world.fs.utimesSync(inPlace(world, path), before, before);
          });
          const { before: die } = dyingBefore(linksProjects);
          const fs = hooked(world, {
            before: async (...call) => {
              await edit(...call);
              await die?.(...call);
            },
          });
          expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
          const report = await run(world, ['a']);
          expect([file, report.outcome]).toEqual([file, 'done']);
          expect(read(world, path)).toBe('new text\n');
          expect(contents(world)).toContain('old\n');
        });
      }
    }));

  test('creates the link if the directory was moved, and goes on', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x': 'x' });
      await dieBefore(world, linksProjects);
      expect(has(world, 'a/projects')).toBe(false);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['done', [INCOMPLETE]]);
      expect(report.restorePoints).toEqual([await restorePointOf(world, 'a')]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('completes the same restore point if directories are still to be moved', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/session-env/x': 'x',
        'a/file-history/s/f@v1': 'f',
      });
      await dieBefore(world, movesAside);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['done', [INCOMPLETE]]);
      const [point, ...others] = await restorePointsIn(world, 'a');
      expect([point?.state, point?.names, others]).toEqual([
        'complete',
        ['file-history', 'projects', 'session-env'],
        [],
      ]);
    }));

  test('completes a restore point that lacks only its mark', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await dieBefore(world, completes);
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ state: 'incomplete' }]);
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['done', [INCOMPLETE]]);
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ state: 'complete' }]);
      expect(told(world, await run(world, ['a']))).toEqual([]);
    }));

  test('leaves a file as it was edited through the link meanwhile', () =>
    inWorld(kind, async () => {
      for (const file of [INDEX, NOTES]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${file}`]: 'before\n' });
          await dieBefore(world, completes);
          await editByRename(world, `shared/projects/${file}`, 'edited\n');
          const report = await run(world, ['a']);
          expect([file, report.outcome]).toEqual([file, 'done']);
          expect([file, read(world, `a/projects/${file}`)]).toEqual([file, 'edited\n']);
          expect(contents(world)).toContain('before\n');
        });
      }
    }));

  test('keeps lines that were appended through the link meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await dieBefore(world, completes);
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(3));
      fill(world, { [`shared/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(4) });
      const report = await run(world, ['a']);
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(4));
    }));

  test('lists both versions of a compacted transcript, and refuses to choose', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await dieBefore(world, completes);
      await editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 2));
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [
          INCOMPLETE,
          `transcripts-diverge a/.claude-shared-state/restore-points/RUN/projects/${TRANSCRIPT}`,
        ],
      ]);
      const preferShared = report.problems.flatMap(({ code, path }) =>
        code === 'transcripts-diverge' ? [path] : [],
      );
      const decided = await run(world, ['a'], { preferShared });
      expect([decided.outcome, unmergedIn(world, decided)]).toEqual([
        'done',
        [`kept-aside a/.claude-shared-state/restore-points/RUN/projects/${TRANSCRIPT}`],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines('compacted', 2));
    }));

  test('brings back a name that was deleted from the target meanwhile, and says so', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${NOTES}`]: 'notes' });
      for (const path of [TRANSCRIPT, NOTES]) {
        world.fs.utimesSync(inPlace(world, `a/projects/${path}`), 1_771_600_000, 1_771_600_000);
      }
      await dieBefore(world, completes);
      for (const path of [TRANSCRIPT, NOTES]) {
        world.fs.unlinkSync(inPlace(world, `shared/projects/${path}`));
      }
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual([
        'done',
        [
          `deleted-name-returned shared/projects/${TRANSCRIPT}`,
          `deleted-name-returned shared/projects/${NOTES}`,
          INCOMPLETE,
        ].toSorted(),
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
      expect(read(world, `a/projects/${NOTES}`)).toBe('notes');
    }));

  test('brings everything into a target that is gone since', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      await dieBefore(world, completes);
      world.fs.renameSync(inPlace(world, 'shared/projects'), at(world, 'gone'));
      const report = await run(world, ['a']);
      expect(report.outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('creates the link also if something else refuses the rest, and its target', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${NOTES}`]: 'b' });
      await dieBefore(world, linksProjects);
      world.fs.renameSync(inPlace(world, 'shared/projects'), at(world, 'gone'));
      fill(world, { [`shared/projects/${NOTES}`]: 'shared' });
      const report = await run(world, ['a', 'b']);
      expect(report.outcome).toBe('refused');
      expect(told(world, report)).toContain(`files-differ b/projects/${NOTES}`);
      expect(isLinked(world)).toBe(true);
      expect(has(world, 'a/projects/.')).toBe(true);
    }));

  test('refuses what was begun again without the directory and diverged', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${NOTES}`]: 'before' });
      await dieBefore(world, linksProjects);
      fill(world, { [`a/projects/${NOTES}`]: 'begun anew' });
      const report = await run(world, ['a']);
      expect(contents(world)).toEqual(expect.arrayContaining(['before', 'begun anew']));
      expect(['done', 'refused']).toContain(report.outcome);
      const preferHome = report.problems.flatMap(({ severity, path }) =>
        severity === 'error' ? [path] : [],
      );
      expect((await run(world, ['a'], { preferHome })).outcome).toBe('done');
      expect(read(world, `a/projects/${NOTES}`)).toBe('begun anew');
      expect(contents(world)).toContain('before');
    }));

  test('with another target says which one to name, and creates no second pool', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      await dieBefore(world, linksProjects);
      const required = [{ name: 'projects', target: at(world, 'other/projects') }];
      const report = await run(world, ['a'], { required });
      expect(report.outcome).toBe('refused');
      expect(report.problems).toContainEqual(
        expect.objectContaining({
          code: 'earlier-run-other-target',
          path: await restorePointOf(world, 'a'),
          target: inPlace(world, 'shared/projects'),
        }),
      );
      expect(has(world, 'other/projects')).toBe(false);
      const begun = Object.entries(snapshot(world)).filter(
        ([path, what]) => path.startsWith(at(world, 'other')) && !what.startsWith('directory'),
      );
      expect(begun).toEqual([]);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('with one home less completes what concerns that home, and the other one later', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(2),
      });
      const second = dying(linksProjects, 2);
      await run(world, ['a', 'b'], { fs: hooked(world, second) });
      expect((await run(world, ['b'])).outcome).toBe('done');
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ state: 'incomplete' }]);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ state: 'complete' }]);
      expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(2));
    }));

  test('completes though a person removed link, lock or state directory', () =>
    inWorld(kind, async () => {
      const removals: Readonly<Record<string, (world: World) => Promise<void>>> = {
        'the link': async (world) => world.fs.unlinkSync(at(world, 'a/projects')),
        'the lock': async (world) => world.fs.unlinkSync(at(world, 'a/.claude-shared-state/lock')),
        'the state directory of the home': (world) =>
          world.fs.promises.rename(at(world, 'a/.claude-shared-state'), at(world, 'removed')),
        'the state directory of the targets': (world) =>
          world.fs.promises.rename(at(world, 'shared/.claude-shared-state'), at(world, 'removed')),
      };
      for (const [name, remove] of Object.entries(removals)) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${NOTES}`]: 'notes' });
          await dieBefore(world, completes);
          await remove(world);
          const report = await run(world, ['a']);
          expect([name, report.outcome]).toEqual([name, 'done']);
          expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
          expect(read(world, `a/projects/${NOTES}`)).toBe('notes');
        });
      }
    }));
});

describe.each(worldKinds)('a migration (%s)', (kind) => {
  test('that finds everything done when it has the lock is content with that', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const before = once(
        (call, path) => call === 'symlink' && path.endsWith('/lock'),
        async () => {
          expect((await run(world, ['a'])).outcome).toBe('done');
        },
      );
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(await restorePointsIn(world, 'a')).toHaveLength(1);
    }));

  test('creates the link of projects last, also if others are only missing', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      makeDirectory(world, at(world, 'b'));
      const created: string[] = [];
      const after: Hooks['after'] = (call, path, to = path) => {
        const [, name] = /\/([ab]\/[a-z-]+)$/.exec(to) ?? [];
        if ((call === 'symlink' || call === 'link') && name !== undefined) created.push(name);
      };
      expect((await run(world, ['a', 'b'], { fs: hooked(world, { after }) })).outcome).toBe('done');
      expect(created).toEqual([
        'a/session-env',
        'a/file-history',
        'a/projects',
        'b/session-env',
        'b/file-history',
        'b/projects',
      ]);
    }));

  test('moves projects last', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/session-env/x': 'x',
        'a/file-history/x': 'x',
      });
      const moved: string[] = [];
      const after: Hooks['after'] = (call, path) => {
        const [, name] = /\/a\/([a-z-]+)$/.exec(path) ?? [];
        if (call === 'rename' && name !== undefined) moved.push(name);
      };
      expect((await run(world, ['a'], { fs: hooked(world, { after }) })).outcome).toBe('done');
      expect(moved).toEqual(['session-env', 'file-history', 'projects']);
    }));

  test('lists no torn line that the longer transcript has completed', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2).slice(0, -5),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
    }));

  test('lists a torn line that the longer transcript lacks', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: `${lines(1)}{"torn`,
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const planned = await plan(world, ['a', 'b']);
      expect([planned.ok, planned.unmerged.map(({ reason }) => reason)]).toEqual([
        true,
        ['partial-line'],
      ]);
      const report = await run(world, ['a', 'b']);
      expect(new Set(report.unmerged.map(({ reason }) => reason))).toEqual(
        new Set(['partial-line']),
      );
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(contents(world)).toContain(`${lines(1)}{"torn`);
    }));

  test('leaves the target its file if a home has the same bytes', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
      });
      const { ino } = statsOf(world, `shared/projects/${TRANSCRIPT}`);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(statsOf(world, `shared/projects/${TRANSCRIPT}`)).toMatchObject({ ino, nlink: 1n });
    }));
});
