import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import {
  editByRename,
  fill,
  inPlace,
  KEY,
  lines,
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { failWith } from '../../support/posix-error.ts';
import { everyChange, kindAt, lostOf, PROJECTS_LINK } from '../../support/stories.ts';
import { inWorld, type World, worldKinds } from '../../support/world.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;
const INDEX = `projects/${KEY}/memory/MEMORY.md`;

function stage(world: World): void {
  fill(world, {
    [`a/${NOTES}`]: 'old text\n',
    [`a/${INDEX}`]: 'old index\n',
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
  });
}

const isCopied = (call: string, _: string, to?: string) =>
  call === 'link' && to?.endsWith('notes.md') === true;

/** A run that dies after the memory was copied, and before the directory was replaced by its link. */
async function interrupted(world: World, homes: readonly string[] = ['a']): Promise<void> {
  const report = await run(world, homes, { fs: hooked(world, dying(isCopied)) });
  expect(report.outcome).toBe('failed');
  expect(read(world, `shared/${NOTES}`)).toBe('old text\n');
  expect(kindAt(world, 'a/projects')).toBe('directory');
}

const edits = {
  'by rename': async (world: World, text: string) => {
    await editByRename(world, `a/${NOTES}`, text);
  },
  'in place': (world: World, text: string) => {
    world.fs.writeFileSync(inPlace(world, `a/${NOTES}`), text);
  },
};

describe.each(worldKinds)('a text edited after a crash (%s)', (kind) => {
  test.each(Object.entries(edits))(
    'is shared by the same command, without a question (%s)',
    (_, edit) =>
      inWorld(kind, async (world) => {
        stage(world);
        await interrupted(world);
        await edit(world, 'new and longer text\n');
        const planned = await plan(world, ['a']);
        expect([planned.ok, told(world, planned)]).toEqual([true, expect.any(Array)]);
        const report = await run(world, ['a']);
        expect(report.outcome).toBe('done');
        expect(read(world, `shared/${NOTES}`)).toBe('new and longer text\n');
        // Nobody but the interrupted run had put it there, but it is kept all the same.
        expect(lostOf(world, ['old text\n'])).toEqual([]);
      }),
  );

  test('is shared also if its time went back, as after a restored backup', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await interrupted(world);
      await editByRename(world, `a/${NOTES}`, 'text of a backup\n');
      world.fs.utimesSync(inPlace(world, `a/${NOTES}`), 1_770_000_000, 1_770_000_000);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/${NOTES}`)).toBe('text of a backup\n');
    }));

  test('is a conflict if somebody has edited the shared one, too', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await interrupted(world);
      await editByRename(world, `a/${NOTES}`, 'new in the home\n');
      await editByRename(world, `shared/${NOTES}`, 'new in the shared place\n');
      const report = await run(world, ['a']);
      expect(report.outcome).toBe('refused');
      expect(told(world, report)).toContain(`files-differ a/${NOTES}`);
      expect(lostOf(world, ['new in the home\n', 'new in the shared place\n'])).toEqual([]);
    }));

  test('is a conflict if another home has another text', () =>
    inWorld(kind, async (world) => {
      stage(world);
      fill(world, { [`b/${NOTES}`]: 'old text\n' });
      await interrupted(world, ['a', 'b']);
      await editByRename(world, `a/${NOTES}`, 'text of a\n');
      await editByRename(world, `b/${NOTES}`, 'text of b\n');
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, lostOf(world, ['text of a\n', 'text of b\n'])]).toEqual([
        'refused',
        [],
      ]);
      expect(told(world, report).some((it) => it.startsWith('files-differ'))).toBe(true);
    }));

  test('twice, with two interruptions, is the last one', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await interrupted(world);
      for (const text of ['second text\n', 'third text\n']) {
        await editByRename(world, `a/${NOTES}`, text);
        const report = await run(world, ['a'], { fs: hooked(world, dying(isCopied)) });
        expect(report.outcome).toBe('failed');
        expect(read(world, `shared/${NOTES}`)).toBe(text);
      }
      await editByRename(world, `a/${NOTES}`, 'fourth text\n');
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `shared/${NOTES}`)).toBe('fourth text\n');
      expect(lostOf(world, ['old text\n', 'second text\n', 'third text\n'])).toEqual([]);
    }));

  test('after a death at any call is shared by the same command', async () => {
    await everyChange(kind, async (world, moment) => {
      stage(world);
      const hooks = dying((call, path) => moment(call, path));
      await run(world, ['a'], { fs: hooked(world, hooks) });
      const wasMoved = kindAt(world, 'a/projects') !== 'directory';
      // No program finds its memory now: the next run comes first.
      if (kindAt(world, 'a/projects') === 'nothing') await run(world, ['a']);
      await editByRename(world, `a/${NOTES}`, 'new text\n');
      const report = await run(world, ['a']);
      // What was set aside is the older one then, and is listed.
      const isListed = wasMoved && report.unmerged.length > 0;
      expect(report.outcome).toBe(isListed ? report.outcome : 'done');
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect(read(world, `shared/${NOTES}`)).toBe('new text\n');
    });
  });

  test('as a transcript across file systems continues or replaces the copy', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      // As between two file systems: no link from a home to the shared place.
      const apart = (isLast: (to: string) => boolean) => {
        const death = dying((call, _, to) => call === 'link' && isLast(to ?? ''));
        return hooked(world, {
          ...death,
          before: (call, path, to) => {
            void death.before?.(call, path, to);
            const isFromHome = path.includes('/a/projects/');
            if (call === 'link' && isFromHome) failWith('EXDEV');
          },
        });
      };
      const first = await run(world, ['a'], { fs: apart((to) => to.endsWith(TRANSCRIPT)) });
      expect(first.outcome).toBe('failed');
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      // The program compacts it: other bytes, another file.
      await editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted', 3));
      const second = await run(world, ['a'], { fs: apart(() => false) });
      expect([second.outcome, told(world, second)]).toEqual(['done', []]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines('compacted', 3));
      expect(lostOf(world, [lines(1, 2)])).toEqual([]);
    }));
});
