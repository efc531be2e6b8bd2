import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dyingBefore, type Call, hooked } from '../support/hooked.ts';
import {
  movesAside,
  contents,
  editByRename,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  NOW,
  OTHER_ID,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { needs, whyNamesAreOne } from '../support/required-here.ts';
import { deleting, restorePointsIn, restoring } from '../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;
const DAY_MS = 86_400_000;

/** There and back again, and there: that these files of home `a` have these texts in each state. */
async function expectRoundTrip(
  world: World,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const expectAll = () => {
    for (const [path, text] of Object.entries(files)) {
      expect([path, read(world, `a/projects/${path}`)]).toEqual([path, text]);
    }
  };
  for (const round of [1, 2]) {
    const report = await run(world, ['a']);
    expect([round, report.outcome, report.unmerged]).toEqual([round, 'done', []]);
    expectAll();
    const restored = await restoring(world, 'a');
    expect([round, restored.outcome, restored.unmerged]).toEqual([round, 'done', []]);
    expectAll();
  }
  expect((await run(world, ['a'])).outcome).toBe('done');
  for (const { path } of await restorePointsIn(world, 'a')) {
    expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
  }
  expectAll();
}

describe.each(worldKinds)('names of files (%s)', (kind) => {
  test('of 255 bytes are migrated, restored and deleted', () =>
    inWorld(kind, async (world) => {
      const files = {
        [`${KEY}/${'x'.repeat(255)}`]: 'ascii',
        [`${KEY}/${'ä'.repeat(127)}z`]: 'two bytes each',
        [`${KEY}/${'y'.repeat(249)}.jsonl`]: lines(1),
        [`${'d'.repeat(255)}/${'e'.repeat(255)}/x`]: 'deep',
      };
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      await expectRoundTrip(world, files);
    }));

  test('of 255 bytes can be displaced, though no number fits behind them', () =>
    inWorld(kind, async (world) => {
      const name = `${KEY}/${'y'.repeat(249)}.jsonl`;
      fill(world, {
        [`a/projects/${name}`]: lines(1),
        [`b/projects/${name}`]: lines(1, 2),
        [`c/projects/${name}`]: lines(1, 2, 3),
      });
      const report = await run(world, ['a', 'b', 'c']);
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${name}`)).toBe(lines(1, 2, 3));
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1), lines(1, 2)]));
    }));

  test('with newlines, quotes, blanks and control characters are migrated', () =>
    inWorld(kind, async (world) => {
      const names = [
        'a\nb',
        ' ',
        "it's",
        '"',
        '\u{1b}[2J',
        'tab\t',
        '-rf',
        '*',
        '\\',
        '%s',
        '\u{7f}',
      ];
      const files = Object.fromEntries(names.map((name) => [`${KEY}/${name}`, `text of ${name}`]));
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      await expectRoundTrip(world, files);
    }));

  test('that Unicode composes differently stay two files', (context) =>
    inWorld(kind, async (world) => {
      needs(context, whyNamesAreOne());
      const files = { [`${KEY}/caf\u{e9}.md`]: 'NFC', [`${KEY}/cafe\u{301}.md`]: 'NFD' };
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      await expectRoundTrip(world, files);
    }));

  test('that Unicode composes differently in two homes stay two files', (context) =>
    inWorld(kind, async (world) => {
      needs(context, whyNamesAreOne());
      fill(world, {
        [`a/projects/${KEY}/caf\u{e9}.md`]: 'NFC',
        [`b/projects/${KEY}/cafe\u{301}.md`]: 'NFD',
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `b/projects/${KEY}/caf\u{e9}.md`)).toBe('NFC');
      expect(read(world, `a/projects/${KEY}/cafe\u{301}.md`)).toBe('NFD');
    }));

  test('that differ in their case only stay two files', (context) =>
    inWorld(kind, async (world) => {
      needs(context, whyNamesAreOne());
      const files = {
        [`${KEY}/notes.md`]: 'lower',
        [`${KEY}/Notes.md`]: 'upper',
        '-K/x': '1',
        '-k/x': '2',
      };
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      fill(world, { [`b/projects/${KEY}/NOTES.md`]: 'all upper' });
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(read(world, `a/projects/${KEY}/NOTES.md`)).toBe('all upper');
      await restoring(world, 'a');
      await expectRoundTrip(world, files);
    }));

  test('that a restore point has for itself are only names inside of a directory', () =>
    inWorld(kind, async (world) => {
      const names = ['complete', 'restoring', 'link-projects', 'incoming/x', 'replaced/x', 'lock'];
      const files = Object.fromEntries(names.map((name) => [name, `text of ${name}`]));
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      fill(world, { 'a/projects/.claude-shared-state/x': 'x' });
      await expectRoundTrip(world, { ...files, '.claude-shared-state/x': 'x' });
    }));
});

describe.each(worldKinds)('a tree (%s)', (kind) => {
  test('that is 60 levels deep is migrated, restored and deleted', () =>
    inWorld(kind, async (world) => {
      const deep = Array.from({ length: 60 }, (_, level) => `level-${level}`).join('/');
      const files = { [`${deep}/x.md`]: 'deep', [`${deep}/t.jsonl`]: lines(1), 'level-0/y': 'y' };
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      await expectRoundTrip(world, files);
    }));

  test('of nothing but empty directories and files is migrated', () =>
    inWorld(kind, async (world) => {
      const files = { [`${KEY}/empty`]: '', [TRANSCRIPT]: '', [`${KEY}/other.jsonl`]: '' };
      fill(
        world,
        Object.fromEntries(Object.entries(files).map(([p, t]) => [`a/projects/${p}`, t])),
      );
      fill(world, { [`b/projects/${TRANSCRIPT}`]: lines(1), [`b/projects/${KEY}/empty`]: '' });
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
      await restoring(world, 'a');
      await expectRoundTrip(world, { ...files, [TRANSCRIPT]: lines(1) });
    }));

  test('in which equal files are one inode is migrated, and none of them follows another', () =>
    inWorld(kind, async (world) => {
      const paths = [`${KEY}/${OTHER_ID}.jsonl`, `${KEY}/a.md`, `${KEY}/b.md`];
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      for (const path of paths) {
        fill(world, { [`a/projects/${path}`]: '' });
        world.fs.unlinkSync(inPlace(world, `a/projects/${path}`));
        world.fs.linkSync(
          inPlace(world, `a/projects/${TRANSCRIPT}`),
          inPlace(world, `a/projects/${path}`),
        );
      }
      await expectRoundTrip(
        world,
        Object.fromEntries([TRANSCRIPT, ...paths].map((path) => [path, lines(1)])),
      );
    }));
});

/** The file system gives the transcript no more names. */
function refuseLink(call: Call, path: string, to?: string): void {
  if (call === 'link' && path.endsWith(TRANSCRIPT)) throw posixError('EMLINK', 'link', path, to);
}

describe.each(worldKinds)('a file at the limit of links (%s)', (kind) => {
  test('is copied instead of linked', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
      });
      const fs = hooked(world, { before: refuseLink });
      expect((await plan(world, ['a'], { fs })).ok).toBe(true);
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(statsOf(world, `shared/projects/${TRANSCRIPT}`).nlink).toBe(1n);
      expect(await restoring(world, 'a', { fs })).toMatchObject({ outcome: 'done' });
      expect((await run(world, ['a'], { fs })).outcome).toBe('done');
    }));

  test('is copied in the place of a shorter one', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
      });
      const before = (call: Call, path: string, to?: string) => {
        if (path.startsWith(at(world, 'a'))) refuseLink(call, path, to);
      };
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(contents(world)).toContain(lines(1));
    }));

  test('goes on if its home appends to it after it was copied', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const before = (call: Call, path: string, to?: string) => {
        if (path.startsWith(at(world, 'a'))) refuseLink(call, path, to);
        if (call === 'symlink' && path.endsWith('/link-projects')) {
          world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(2));
        }
      };
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, read(world, `a/projects/${TRANSCRIPT}`)]).toEqual([
        'done',
        lines(1, 2),
      ]);
    }));
});

describe.each(worldKinds)('times (%s)', (kind) => {
  test('of files in the future and in 1970 are kept', () =>
    inWorld(kind, async (world) => {
      const seconds = { future: 4_102_444_800, epoch: 0 };
      const entries = Object.entries(seconds).map(
        ([name, time]) => [`${KEY}/${name}`, time] as const,
      );
      for (const [path, time] of entries) {
        for (const end of ['.jsonl', '.md']) {
          fill(world, { [`a/projects/${path}${end}`]: lines(1) });
          world.fs.utimesSync(inPlace(world, `a/projects/${path}${end}`), time, time);
        }
      }
      const options = { acceptRetention: true };
      expect((await run(world, ['a'], options)).outcome).toBe('done');
      const expectTimes = () => {
        for (const [path, time] of entries) {
          for (const end of ['.jsonl', '.md']) {
            const { mtimeMs } = statsOf(world, `a/projects/${path}${end}`);
            expect([path, end, Number(mtimeMs)]).toEqual([path, end, time * 1000]);
          }
        }
      };
      expectTimes();
      expect((await restoring(world, 'a')).outcome).toBe('done');
      expectTimes();
    }));

  test('of a conflict that no calendar has are described all the same', () =>
    inWorld(kind, async (world) => {
      for (const [home, time] of [
        ['a', 253_402_300_800],
        ['b', -62_167_219_300],
      ] as const) {
        fill(world, { [`${home}/file-history/f`]: home });
        try {
          world.fs.utimesSync(inPlace(world, `${home}/file-history/f`), time, time);
        } catch {
          // Not every file system can store it.
        }
      }
      const planned = await plan(world, ['a', 'b'], { acceptRetention: true });
      expect(planned.problems.map(({ code }) => code)).toContain('files-differ');
    }));

  test('of a clock that jumps back matter to no run: restore, migrate, restore again', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${NOTES}`]: 'first' });
      for (const [round, days] of [0, -400, -800].entries()) {
        const now = new Date(NOW.getTime() + days * DAY_MS);
        expect((await run(world, ['a'], { now, acceptRetention: true })).outcome).toBe('done');
        await editByRename(world, `a/projects/${NOTES}`, `round ${round}`);
        world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(round + 2));
        const restored = await restoring(world, 'a', { now });
        expect([round, restored.outcome, restored.restored]).toMatchObject([
          round,
          'done',
          { 0: 'projects' },
        ]);
        expect(read(world, `a/projects/${NOTES}`)).toBe(`round ${round}`);
      }
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect((await restorePointsIn(world, 'a')).map(({ state }) => state)).toEqual([
        'restored',
        'restored',
        'restored',
      ]);
    }));

  test('of a clock that jumps back after a run died do not keep the next one from completing it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x': 'x' });
      await run(world, ['a'], { fs: hooked(world, dyingBefore(movesAside)) });
      const now = new Date(NOW.getTime() - 500 * DAY_MS);
      const report = await run(world, ['a'], { now, acceptRetention: true });
      expect(report.outcome).toBe('done');
      expect(await restorePointsIn(world, 'a')).toMatchObject([
        { state: 'complete', names: ['projects', 'session-env'] },
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('of a run in the year 12026 name a restore point that is found again', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const now = new Date(Date.UTC(12_026, 0, 2));
      expect((await run(world, ['a'], { now, acceptRetention: true })).outcome).toBe('done');
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ createdAt: now }]);
      expect((await restoring(world, 'a', { now })).outcome).toBe('done');
    }));
});

describe('very large files (disk)', () => {
  test('are merged like small ones, also beyond what is read at once', () =>
    inWorld('disk', async (world) => {
      const big = `${'x'.repeat(5_000_000)}\n`;
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: '',
        [`b/projects/${TRANSCRIPT}`]: '',
        [`b/projects/${KEY}/${ID}/x.bin`]: '',
      });
      writeFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), big);
      writeFileSync(inPlace(world, `b/projects/${TRANSCRIPT}`), big + big);
      writeFileSync(inPlace(world, `b/projects/${KEY}/${ID}/x.bin`), big);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(statsOf(world, `shared/projects/${TRANSCRIPT}`).size).toBe(10_000_002n);
      expect(has(world, `a/projects/${KEY}/${ID}/x.bin`)).toBe(true);
    }));
});
