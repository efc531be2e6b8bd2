import { describe, expect, test } from 'vitest';
import { type Call, hooked, once } from '../support/hooked.ts';
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
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../support/migrating.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

const INDEX = `${KEY}/memory/MEMORY.md`;
const NOTES = `${KEY}/memory/notes.md`;
const NEW_KEY = '-home-me-worktree';

/** The plan has been made; the first file has not been brought yet. */
const locks = (call: Call, path: string) => call === 'symlink' && path.endsWith('/lock');
/** Everything has been brought; nothing has been moved. */
const preparesLink = (call: Call, path: string) =>
  call === 'symlink' && path.endsWith('/link-projects');

const movesAsideIn = (home: string) => (call: Call, path: string, to?: string) =>
  movesAside(call, path, to) && path.endsWith(`${home}/projects`);

function isLinked(world: World, home: string): boolean {
  return statsOf(world, `${home}/projects`).isSymbolicLink();
}

async function moveTo(world: World, home: string): Promise<void> {
  await world.fs.promises.rename(
    inPlace(world, `${home}/projects/${TRANSCRIPT}`),
    inPlace(world, `${home}/projects/${NEW_KEY}/${ID}.jsonl`),
  );
}

describe.each(worldKinds)('a change after the plan (%s)', (kind) => {
  test('is shared if it is new', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      for (const [name, moment] of Object.entries({ locks, preparesLink, movesAside })) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
          const create = () =>
            fill(world, {
              [`a/projects/new/deep/${OTHER_ID}.jsonl`]: lines(1),
              [`a/projects/${NOTES}`]: 'late',
            });
          const report = await run(world, ['a'], {
            fs: hooked(world, { before: once(moment, create) }),
          });
          expect([name, report.outcome, report.unmerged]).toEqual([name, 'done', []]);
          expect(read(world, `a/projects/new/deep/${OTHER_ID}.jsonl`)).toBe(lines(1));
          expect(read(world, `a/projects/${NOTES}`)).toBe('late');
        });
      }
    }));

  test('to a memory file is shared, and so is the text before if it was shared', () =>
    inWorld(kind, async () => {
      for (const [name, moment] of Object.entries({ locks, preparesLink, movesAside })) {
        for (const file of [INDEX, NOTES]) {
          await inWorld(kind, async (world) => {
            fill(world, { [`a/projects/${file}`]: 'old\n' });
            const edit = () => editByRename(world, `a/projects/${file}`, 'new text\n');
            const report = await run(world, ['a'], {
              fs: hooked(world, { before: once(moment, edit) }),
            });
            expect([name, file, report.outcome]).toEqual([name, file, 'done']);
            expect(read(world, `a/projects/${file}`)).toBe('new text\n');
            expect([name, contents(world).includes('old\n')]).toEqual([name, name !== 'locks']);
          });
        }
      }
    }));

  test('is shared if lines were appended to a transcript', () =>
    inWorld(kind, async () => {
      for (const moment of [locks, preparesLink, movesAside]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
          const append = () => {
            world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(2));
          };
          const fs = hooked(world, { before: once(moment, append) });
          expect((await run(world, ['a'], { fs })).outcome).toBe('done');
          expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
        });
      }
    }));

  test('does not matter if files are deleted', () =>
    inWorld(kind, async (world) => {
      const names = ['one', 'two', 'three'];
      fill(world, Object.fromEntries(names.map((name) => [`a/projects/${KEY}/${name}`, name])));
      const vanish = (name: string) => () => {
        world.fs.unlinkSync(inPlace(world, `a/projects/${KEY}/${name}`));
      };
      const removals = [
        // Between its lstat and its copy.
        once((call, path) => call === 'copyFile' && path.endsWith('/one'), vanish('one')),
        once(locks, vanish('two')),
        once(movesAside, vanish('three')),
      ];
      const before = async (...call: Parameters<(typeof removals)[0]>) => {
        for (const removal of removals) await removal(...call);
      };
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(names.filter((name) => has(world, `shared/projects/${KEY}/${name}`))).toEqual([
        'three',
      ]);
    }));

  test('is a conflict that refuses the migration as long as no directory was moved', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${KEY}/x`]: '' });
      const diverge = () => fill(world, { [`b/projects/${TRANSCRIPT}`]: lines('other') });
      const fs = hooked(world, { before: once(locks, diverge) });
      const report = await run(world, ['a', 'b'], { fs });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`transcripts-diverge b/projects/${TRANSCRIPT}`],
      ]);
      expect([isLinked(world, 'a'), isLinked(world, 'b')]).toEqual([false, false]);
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines('other'));
      expect(told(world, await run(world, ['a', 'b']))).toEqual(told(world, report));
    }));

  test('is refused if another home has another kind, or it cannot be shared', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/any/x`]: 'x', [`b/projects/${KEY}/x`]: '' });
      const create = () => {
        fill(world, { [`b/projects/${KEY}/any`]: 'a file' });
        world.fs.symlinkSync('../../..', inPlace(world, `b/projects/${KEY}/out`), 'junction');
      };
      const fs = hooked(world, { before: once(locks, create) });
      const report = await run(world, ['a', 'b'], { fs });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`kinds-differ b/projects/${KEY}/any`, `not-mergeable b/projects/${KEY}/out`],
      ]);
      expect([isLinked(world, 'a'), isLinked(world, 'b')]).toEqual([false, false]);
    }));

  test('stays in the restore point if it conflicts with another home', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${NOTES}`]: 'one', [`b/projects/${KEY}/x`]: '' });
      const diverge = () =>
        fill(world, { [`b/projects/${NOTES}`]: 'other', [`b/projects/${INDEX}`]: 'late\n' });
      const fs = hooked(world, { before: once(movesAsideIn('b'), diverge) });
      const report = await run(world, ['a', 'b'], { fs });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'partial',
        [`conflict b/.claude-shared-state/restore-points/RUN/projects/${NOTES}`],
      ]);
      expect([isLinked(world, 'a'), isLinked(world, 'b')]).toEqual([true, true]);
      expect(read(world, `a/projects/${NOTES}`)).toBe('one');
      expect(read(world, `a/projects/${INDEX}`)).toBe('late\n');
      expect(contents(world)).toContain('other');
    }));
});

describe.each(worldKinds)('a transcript in the cut-over (%s)', (kind) => {
  const live = 'merge';

  test('is shared if it compacts it, and what it was before is kept', () =>
    inWorld(kind, async () => {
      for (const moment of [preparesLink, movesAside]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
          const compact = () =>
            editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 2));
          const fs = hooked(world, { before: once(moment, compact) });
          const report = await run(world, ['a'], { fs, live });
          expect([report.outcome, report.unmerged.map(({ reason }) => reason)]).toEqual([
            'done',
            ['replaced'],
          ]);
          expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines('compacted', 2));
          expect(contents(world)).toContain(lines(1, 2));
        });
      }
    }));

  test('is shared if compacted, with the lines that came through the link', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
      });
      const before = once(movesAsideIn('a'), () =>
        editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 2)),
      );
      const after = once(linksProjects, () => {
        world.fs.appendFileSync(inPlace(world, `shared/projects/${TRANSCRIPT}`), lines('late'));
      });
      const report = await run(world, ['a', 'b'], { fs: hooked(world, { before, after }), live });
      expect(report.outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines('compacted', 2, 'late'));
    }));

  test('is listed if it compacts it in a run that does not expect sessions', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const compact = () => editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 2));
      const fs = hooked(world, { before: once(movesAside, compact) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'partial',
        [`conflict a/.claude-shared-state/restore-points/RUN/projects/${TRANSCRIPT}`],
      ]);
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1, 2), lines('compacted', 2)]));
    }));

  test('is under its new project key only if the session moves', () =>
    inWorld(kind, async () => {
      for (const moment of [preparesLink, movesAside]) {
        await inWorld(kind, async (world) => {
          fill(world, {
            [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
            [`a/projects/${NEW_KEY}/x`]: '',
          });
          const fs = hooked(world, { before: once(moment, () => moveTo(world, 'a')) });
          const report = await run(world, ['a'], { fs, live });
          expect([report.outcome, told(world, report)]).toEqual(['done', []]);
          expect(new Set(report.unmerged.map(({ reason }) => reason))).toEqual(new Set(['moved']));
          expect(read(world, `a/projects/${NEW_KEY}/${ID}.jsonl`)).toBe(lines(1, 2));
          expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
        });
      }
    }));

  test('is where its session goes if that moves and, through the link, back', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${NEW_KEY}/x`]: '' });
      const before = once(movesAside, () => moveTo(world, 'a'));
      const after = once(replacing(world), () =>
        world.fs.renameSync(
          inPlace(world, `shared/projects/${NEW_KEY}/${ID}.jsonl`),
          inPlace(world, `shared/projects/${TRANSCRIPT}`),
        ),
      );
      const report = await run(world, ['a'], { fs: hooked(world, { before, after }), live });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(has(world, `shared/projects/${NEW_KEY}/${ID}.jsonl`)).toBe(false);
    }));

  test('is listed under both keys if its session moves unexpectedly', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${NEW_KEY}/x`]: '' });
      const fs = hooked(world, { before: once(movesAside, () => moveTo(world, 'a')) });
      const report = await run(world, ['a'], { fs });
      for (const key of [KEY, NEW_KEY]) {
        expect(read(world, `a/projects/${key}/${ID}.jsonl`)).toBe(lines(1, 2));
      }
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'partial',
        [
          `duplicate-session-id shared/projects/${TRANSCRIPT}`,
          `duplicate-session-id shared/projects/-home-me-worktree/${ID}.jsonl`,
        ],
      ]);
    }));
});

const replacing = (world: World) => (call: Call, path: string) =>
  call === 'rename' && path === inPlace(world, `shared/projects/${TRANSCRIPT}`);
const linking = (world: World) => (call: Call, _: string, to?: string) =>
  call === 'link' && to === inPlace(world, `shared/projects/${TRANSCRIPT}`);

describe.each(worldKinds)('a change while absorbed (%s)', (kind) => {
  test('is compared again if the transcript in the target is about to be replaced', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`shared/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const rewrite = () => fill(world, { [`shared/projects/${TRANSCRIPT}`]: lines(1, 9) });
      const fs = hooked(world, { before: once(replacing(world), rewrite) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`transcripts-diverge a/projects/${TRANSCRIPT}`],
      ]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 9));
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('never takes the name from a transcript that appears in the target meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`shared/projects/${KEY}/x`]: '' });
      const appear = () => fill(world, { [`shared/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { before: once(linking(world), appear) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('is listed if a transcript is rewritten while it replaces another', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`shared/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      const rewrite = () => editByRename(world, `a/projects/${TRANSCRIPT}`, lines(1, 9, 9));
      const fs = hooked(world, { before: once(linking(world), rewrite) });
      const report = await run(world, ['a'], { fs });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 9, 9));
      expect(contents(world)).toContain(lines(1, 2));
      expect(report.unmerged.map(({ reason }) => reason)).toEqual(['replaced']);
    }));

  test('is listed if a program goes on writing to a transcript that was displaced', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
      });
      const replaced: string[] = [];
      const after = (call: Call, path: string, to = path) => {
        if (call === 'rename' && to.includes('/replaced/')) replaced.push(to);
        if (linksProjects(call, path, to)) {
          world.fs.appendFileSync(replaced[0] ?? '', lines('late'));
        }
      };
      const report = await run(world, ['a'], { fs: hooked(world, { after }) });
      expect([report.outcome, report.unmerged]).toEqual([
        'partial',
        [{ path: replaced[0], reason: 'changed' }],
      ]);
      expect(contents(world)).toContain(lines(1, 'late'));
    }));

  test('is copied whole if a file is edited while it is copied', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${NOTES}`]: 'old' });
      const copies = (call: Call, path: string) => call === 'copyFile' && path.endsWith(NOTES);
      const edits = [
        () => fill(world, { [`a/projects/${NOTES}`]: 'in place' }),
        () => editByRename(world, `a/projects/${NOTES}`, 'by rename'),
      ].map((edit, index) => once(copies, edit, index + 1));
      const after = async (...call: Parameters<(typeof edits)[0]>) => {
        for (const edit of edits) await edit(...call);
      };
      const report = await run(world, ['a'], { fs: hooked(world, { after }) });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `a/projects/${NOTES}`)).toBe('by rename');
    }));

  test('is added in its place if the target loses the directory meanwhile', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${NOTES}`]: 'notes' });
      const remove = () => {
        world.fs.rmdirSync(inPlace(world, `shared/projects/${KEY}/memory`));
        world.fs.rmdirSync(inPlace(world, `shared/projects/${KEY}`));
      };
      const links = (call: Call, _: string, to?: string) =>
        call === 'link' && to === inPlace(world, `shared/projects/${NOTES}`);
      const report = await run(world, ['a'], {
        fs: hooked(world, { before: once(links, remove) }),
      });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `a/projects/${NOTES}`)).toBe('notes');
    }));
});

describe.each(worldKinds)('a change through the link (%s)', (kind) => {
  test('counts if a memory file is edited: the edit stays as it is', () =>
    inWorld(kind, async () => {
      for (const file of [INDEX, NOTES]) {
        await inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${file}`]: 'old\n' });
          const edit = () => editByRename(world, `a/projects/${file}`, 'new text\n');
          const fs = hooked(world, { after: once(linksProjects, edit) });
          const report = await run(world, ['a'], { fs });
          expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
          expect([file, read(world, `a/projects/${file}`)]).toEqual([file, 'new text\n']);
          expect(contents(world)).toContain('old\n');
        });
      }
    }));

  test('counts if a transcript is compacted: the compacted one stays as it is', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const compact = () => editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 2));
      const fs = hooked(world, { after: once(linksProjects, compact) });
      const report = await run(world, ['a'], { fs, live: 'merge' });
      expect(report.outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines('compacted', 2));
      expect(contents(world)).toContain(lines(1, 2));
    }));
});
