import { describe, expect, test } from 'vitest';
import {
  type Call,
  contents,
  dying,
  editByRename,
  fill,
  has,
  hooked,
  ID,
  inPlace,
  KEY,
  leftIn,
  lines,
  linksProjects,
  movesAside,
  once,
  OTHER_ID,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { at, inWorld, makeFile, worldKinds } from '../support/world.ts';

const MEMORY = `${KEY}/memory/MEMORY.md`;
const NEW_KEY = '-home-me-worktree';

/** Whether the second pass over a home begins; planning and the first one have read it, too. */
const beginsSecondPass = (call: Call, path: string) =>
  call === 'opendir' && path.endsWith('/a/projects');
const SECOND_PASS = 3;

describe.each(worldKinds)('what happens between two passes (%s)', (kind) => {
  test('a transcript that is replaced by rename, compacted say: the new one is shared', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1),
      });
      const before = once(
        beginsSecondPass,
        () => editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 2)),
        SECOND_PASS,
      );
      const report = await run(world, ['a', 'b'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines('compacted', 2));
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1, 2), lines(1)]));
    }));

  test('a memory that is edited by rename: the edited one is shared', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${MEMORY}`]: 'old' });
      const edit = () => editByRename(world, `a/projects/${MEMORY}`, 'new');
      const before = once(beginsSecondPass, edit, SECOND_PASS);
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${MEMORY}`)).toBe('new');
      expect(contents(world)).toContain('old');
    }));

  test('a memory that is edited by rename right before the swap: the edited one is shared', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${MEMORY}`]: 'old' });
      const before = once(movesAside, () => editByRename(world, `a/projects/${MEMORY}`, 'new'));
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${MEMORY}`)).toBe('new');
      expect(contents(world)).toContain('old');
    }));

  test('a memory that is edited through the link right after the swap stays as it was edited', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${MEMORY}`]: 'old' });
      const after = once(linksProjects, () => editByRename(world, `a/projects/${MEMORY}`, 'new'));
      const report = await run(world, ['a'], { fs: hooked(world, { after }) });
      expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(read(world, `a/projects/${MEMORY}`)).toBe('new');
      expect(contents(world)).toContain('old');
    }));

  test('a file that is edited in place after a run died in its sweep stays as it was edited', () =>
    inWorld(kind, async (world) => {
      const file = `${KEY}/${ID}/notes.json`;
      fill(world, { [`a/projects/${file}`]: 'old' });
      world.fs.utimesSync(inPlace(world, `a/projects/${file}`), 1_771_600_000, 1_771_600_000);
      // The file in the originals has got an inode of its own.
      const fs = hooked(
        world,
        dying((call, _, to) => call === 'rename' && (to ?? '').endsWith(`projects/${file}`)),
      );
      expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
      world.fs.writeFileSync(inPlace(world, `a/projects/${file}`), 'new');
      const report = await run(world, ['a']);
      expect(report.ok || report.outcome === 'done-with-leftovers').toBe(true);
      expect(read(world, `a/projects/${file}`)).toBe('new');
      expect(contents(world)).toContain('old');
    }));

  test('a transcript that is moved to another project directory is there only', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`a/projects/${NEW_KEY}/x`]: '',
      });
      const before = once(
        beginsSecondPass,
        () =>
          world.fs.promises.rename(
            at(world, `a/projects/${TRANSCRIPT}`),
            at(world, `a/projects/${NEW_KEY}/${ID}.jsonl`),
          ),
        SECOND_PASS,
      );
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
        'done',
        [],
        [],
      ]);
      expect(read(world, `a/projects/${NEW_KEY}/${ID}.jsonl`)).toBe(lines(1, 2));
      expect(has(world, `shared/projects/${TRANSCRIPT}`)).toBe(false);
    }));

  test('files that are born: they are shared', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const before = once(
        beginsSecondPass,
        () => fill(world, { [`a/projects/new/deep/${OTHER_ID}.jsonl`]: lines(1) }),
        SECOND_PASS,
      );
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/new/deep/${OTHER_ID}.jsonl`)).toBe(lines(1));
    }));

  test('files that are born and are none of the history of others: refused, nothing is swapped', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${KEY}/x`]: '' });
      const before = once(
        beginsSecondPass,
        () => fill(world, { [`b/projects/${TRANSCRIPT}`]: lines('other') }),
        SECOND_PASS,
      );
      const report = await run(world, ['a', 'b'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`transcripts-diverge b/projects/${TRANSCRIPT}`],
      ]);
      for (const home of ['a', 'b']) {
        const entry = world.fs.lstatSync(at(world, `${home}/projects`), { bigint: true });
        expect(entry.isDirectory()).toBe(true);
      }
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines('other'));
    }));

  test('files that are born right before the swap and conflict stay in the originals', () =>
    inWorld(kind, async (world) => {
      const memory = `projects/${KEY}/memory/x.md`;
      fill(world, { [`a/${memory}`]: 'one', [`b/projects/${KEY}/x`]: '' });
      const before = once(
        (call, path, to) => movesAside(call, path, to) && path.endsWith('b/projects'),
        () => fill(world, { [`b/${memory}`]: 'other' }),
      );
      const report = await run(world, ['a', 'b'], { fs: hooked(world, { before }) });
      expect([report.outcome, leftIn(world, report)]).toEqual([
        'done-with-leftovers',
        [`unmergeable b/.claude-shared-state/originals/RUN/${memory}`],
      ]);
      expect(contents(world)).toContain('other');
    }));

  test('a transcript that is begun anew right before the swap goes on from the shared one', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${KEY}/x`]: '' });
      const before = once(
        (call, path, to) => movesAside(call, path, to) && path.endsWith('b/projects'),
        () => fill(world, { [`b/projects/${TRANSCRIPT}`]: lines('other') }),
      );
      const report = await run(world, ['a', 'b'], { fs: hooked(world, { before }) });
      expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 'other'));
    }));

  test('files that vanish are no matter', () =>
    inWorld(kind, async (world) => {
      const names = ['one', 'two', 'three'];
      fill(world, Object.fromEntries(names.map((name) => [`a/projects/${KEY}/${name}`, name])));
      const vanish = (name: string) => () => {
        world.fs.unlinkSync(at(world, `a/projects/${KEY}/${name}`));
      };
      const removals = [
        // Between its lstat and its link.
        once((call, path) => call === 'link' && path.endsWith('/one'), vanish('one')),
        once(beginsSecondPass, vanish('two'), SECOND_PASS),
        once(movesAside, vanish('three')),
      ];
      const before = async (...call: Parameters<(typeof removals)[0]>) => {
        for (const removal of removals) await removal(...call);
      };
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(has(world, `shared/projects/${KEY}/one`)).toBe(false);
    }));

  test('a file that is deleted from the target while a run is half-way is not brought back', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${KEY}/x.md`]: 'x' });
      const fs = hooked(world, dying(movesAside));
      expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      const report = await run(world, ['a']);
      expect([report.outcome, leftIn(world, report)]).toEqual([
        'done',
        [`deleted-since a/.claude-shared-state/originals/RUN/projects/${TRANSCRIPT}`],
      ]);
      expect(has(world, `a/projects/${TRANSCRIPT}`)).toBe(false);
      expect(has(world, `a/projects/${KEY}/x.md`)).toBe(true);
    }));

  test('names that live for a moment only are never shared', () =>
    inWorld(kind, async (world) => {
      const temporary = `${KEY}/.claude-shared-state-0123456789abcdef`;
      fill(world, { [`a/projects/${KEY}/x`]: 'x', [`a/projects/${temporary}`]: 'x' });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(has(world, `shared/projects/${temporary}`)).toBe(false);
      makeFile(world, at(world, 'unused'));
    }));
});
