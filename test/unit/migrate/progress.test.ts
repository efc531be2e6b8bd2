import type { MigrationPhase, MigrationProgress } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { hooked, once } from '../support/hooked.ts';
import {
  contents,
  exactly,
  fill,
  has,
  inPlace,
  KEY,
  lines,
  OTHER_ID,
  processesWith,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { isThorough, rounds } from '../support/proof.ts';
import { deleting, restoring } from '../support/way-back.ts';
import { at, inWorld, snapshot, type World, worldKinds } from '../support/world.ts';

function fillTwo(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1),
    [`a/projects/${KEY}/memory/x.md`]: 'x',
    'a/file-history/s/f@v1': 'v1',
    [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
    'b/session-env/s/x': 'x',
  });
}

const texts = [lines(1), 'x', 'v1', lines(1, 2), lines(3)];

/** How a run may end that is stopped: at the very end there is no step left before which it could stop. */
const endsOf = { abort: ['aborted', 'done'], throw: ['Error: thrown by the caller'] } as const;

/** Both homes linked, with everything in them. */
async function expectCompleted(world: World): Promise<void> {
  expect(contents(world)).toEqual(expect.arrayContaining(texts));
  const report = await run(world, ['a', 'b']);
  expect([report.outcome, report.unmerged]).toEqual(['done', []]);
  for (const home of ['a', 'b']) {
    expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    expect(read(world, `${home}/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(3));
    expect(read(world, `${home}/file-history/s/f@v1`)).toBe('v1');
  }
}

/** Homes and targets, without what is set aside, and the times of directories, which trial links change. */
function outcomeOf(world: World): Readonly<Record<string, string>> {
  const kept = Object.entries(exactly(world)).filter(
    ([path]) => !path.includes('.claude-shared-state'),
  );
  return Object.fromEntries(
    kept.map(([path, what]) => [path, what.replace(/^(\d+ 40\d+) \d+/, '$1')]),
  );
}

/** These phases one after the other, in which no number becomes smaller, and none above all. */
function expectOrder(all: readonly MigrationProgress[], phases: readonly MigrationPhase[]): void {
  const order = all.map(({ phase }) => phase).filter((it, i, list) => it !== list[i - 1]);
  expect(order).toEqual(phases);
  expect(all.filter(({ done, total }) => done > total)).toEqual([]);
  for (const phase of phases) {
    const own = all.filter((it) => it.phase === phase);
    for (const key of ['done', 'total', 'bytes'] as const) {
      const numbers = own.map((it) => it[key]);
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    }
  }
}

const firstOf = (all: readonly MigrationProgress[], wanted: MigrationPhase) =>
  all.find(({ phase }) => phase === wanted);
const lastOf = (all: readonly MigrationProgress[], wanted: MigrationPhase) =>
  all.findLast(({ phase }) => phase === wanted);

describe.each(worldKinds)('a migration that runs (%s)', (kind) => {
  test('tells how far it is: phases in their order, up to all that there is', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const all: MigrationProgress[] = [];
      const onProgress = (progress: MigrationProgress) => {
        all.push(progress);
      };
      expect((await run(world, ['a', 'b'], { onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'absorb', 'cut-over', 'catch-up']);
      const [files, bytes] = [6, [...texts, 'x'].join('').length];
      expect(all[0]).toEqual({ phase: 'plan', done: 0, total: 0, bytes: 0 });
      expect(lastOf(all, 'plan')).toMatchObject({ done: files, total: files });
      expect(firstOf(all, 'absorb')).toMatchObject({ done: 0, total: files });
      expect(lastOf(all, 'absorb')).toMatchObject({ done: files, total: files, bytes });
      expect(lastOf(all, 'cut-over')).toMatchObject({ done: 4, total: 4 });
      expect(firstOf(all, 'catch-up')).toMatchObject({ done: 0, total: files });
      expect(lastOf(all, 'catch-up')).toMatchObject({ done: files, total: files });
    }));

  test('counts what is written meanwhile, and no number becomes smaller', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const all: MigrationProgress[] = [];
      const onProgress = (progress: MigrationProgress) => {
        all.push(progress);
        fill(world, { [`a/projects/${KEY}/later/${all.length}.jsonl`]: lines(all.length) });
      };
      expect((await run(world, ['a', 'b'], { onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'absorb', 'cut-over', 'catch-up']);
      expect(lastOf(all, 'absorb')?.done).toBeGreaterThan(6);
    }));

  test('restore and deleteRestorePoint tell how far they are, too', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const all: MigrationProgress[] = [];
      const onProgress = (progress: MigrationProgress) => {
        all.push(progress);
      };
      const { restorePoints } = await run(world, ['a', 'b']);
      fill(world, { [`shared/projects/${KEY}/new.jsonl`]: lines(9) });
      expect((await restoring(world, 'a', { onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'restore']);
      expect(lastOf(all, 'restore')?.done).toBeGreaterThanOrEqual(5);
      all.length = 0;
      const ofB = restorePoints.find((path) => path.startsWith(at(world, 'b'))) ?? '';
      expect((await deleting(world, ofB, { onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'delete']);
      expect(lastOf(all, 'delete')?.done).toBeGreaterThanOrEqual(3);
    }));

  test.each(['abort', 'throw'] as const)(
    'can be stopped at any event by %s, and the same call completes it',
    (how) =>
      inWorld(kind, async (counting) => {
        fillTwo(counting);
        let calls = 0;
        const onProgress = () => {
          calls += 1;
        };
        await run(counting, ['a', 'b'], { onProgress });
        expect(calls).toBeGreaterThan(10);
        const step = kind === 'disk' ? rounds(1, 5) : isThorough ? 1 : 3;
        for (let stop = 1; stop <= calls; stop += step) {
          await inWorld(kind, async (world) => {
            fillTwo(world);
            const controller = new AbortController();
            let call = 0;
            const stopping = () => {
              call += 1;
              if (call !== stop) return;
              if (how === 'throw') throw new Error('thrown by the caller');
              controller.abort();
            };
            const options = { onProgress: stopping, signal: controller.signal };
            const ended = await run(world, ['a', 'b'], options).then(
              ({ outcome }) => outcome,
              (error: unknown) => String(error),
            );
            expect(endsOf[how]).toContain(ended);
            await expectCompleted(world);
          });
        }
      }),
    60_000,
  );

  test('is stopped by an aborted signal before anything is changed', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const before = snapshot(world);
      const report = await run(world, ['a', 'b'], { signal: AbortSignal.abort() });
      expect(report.outcome).toBe('aborted');
      expect(snapshot(world)).toMatchObject(before);
    }));

  test('makes another one say who is at work, and touch nothing', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const processInspector = processesWith(4711, 4712);
      const other = once(
        (call) => call === 'copyFile',
        async () => {
          const before = snapshot(world);
          const report = await run(world, ['b', 'a'], { processInspector, pid: 4712 });
          expect(report.outcome).toBe('locked');
          expect(report.problems).toContainEqual(
            expect.objectContaining({ code: 'locked-by-other', pid: 4711 }),
          );
          expect(snapshot(world)).toEqual(before);
        },
      );
      const fs = hooked(world, { before: other });
      const report = await run(world, ['a', 'b'], { processInspector, pid: 4711, fs });
      expect(report.outcome).toBe('done');
      expect.assertions(4);
    }));

  test('names everybody who holds one of its locks, in one try', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      for (const [index, home] of ['a', 'b'].entries()) {
        fill(world, { [`${home}/.claude-shared-state/x`]: '' });
        const lock = at(world, `${home}/.claude-shared-state/lock`);
        world.fs.symlinkSync(`${4711 + index}.1.abc.test`, lock, 'junction');
      }
      const report = await run(world, ['a', 'b'], { processInspector: processesWith(4711, 4712) });
      expect(report.outcome).toBe('locked');
      expect(
        report.problems.flatMap((it) => (it.code === 'locked-by-other' ? [it.pid] : [])),
      ).toEqual([4711, 4712]);
    }));

  test('is stopped by a lock of a living process, and touches nothing', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const processInspector = processesWith(4711);
      const lock = at(world, 'a/.claude-shared-state/lock');
      fill(world, { 'a/.claude-shared-state/x': '', 'b/.claude-shared-state/x': '' });
      world.fs.symlinkSync('4711.1.abc.test', lock, 'junction');
      const homes = ['a', 'b'].map((home) => exactly(world, at(world, home)));
      const report = await run(world, ['a', 'b'], { processInspector });
      expect([report.outcome, told(world, report)]).toEqual([
        'locked',
        [
          `locked-by-other a/.claude-shared-state/lock`,
          `memory-needs-rules a/projects/${KEY}/memory`,
          `memory-needs-rules b/projects/${KEY}/memory`,
        ],
      ]);
      expect(['a', 'b'].map((home) => exactly(world, at(world, home)))).toEqual(homes);
      expect(has(world, 'shared/projects')).toBe(false);
    }));
});

describe.each(worldKinds)('migrating again (%s)', (kind) => {
  test('changes nothing: twice is once', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      const before = outcomeOf(world);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report), report.restorePoints]).toEqual(['done', [], []]);
      expect(outcomeOf(world)).toEqual(before);
      const all = exactly(world);
      await run(world, ['b', 'a']);
      expect(Object.keys(exactly(world))).toEqual(Object.keys(all));
    }));

  test('leaves what was written and deleted since as it is', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      await run(world, ['a', 'b']);
      fill(world, {
        'shared/projects/new/x': 'new',
        [`shared/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
      });
      world.fs.unlinkSync(inPlace(world, `shared/projects/${KEY}/${OTHER_ID}.jsonl`));
      const before = outcomeOf(world);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(outcomeOf(world)).toEqual(before);
    }));

  test('brings in a home that is added later', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      await run(world, ['a', 'b']);
      fill(world, {
        [`c/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`c/projects/${KEY}/memory/x.md`]: 'x',
      });
      const report = await run(world, ['a', 'b', 'c']);
      expect([report.outcome, report.restorePoints.length, report.unmerged]).toEqual([
        'done',
        1,
        [],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));
});
