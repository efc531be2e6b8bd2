import assert from 'node:assert/strict';
import {
  type MigrationPhase,
  type MigrationProgress,
  restore,
  retireOriginals,
} from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  contents,
  exactly,
  fill,
  has,
  inPlace,
  KEY,
  leftIn,
  lines,
  OTHER_ID,
  processesWith,
  read,
  run,
  told,
  TRANSCRIPT,
  usual,
} from '../support/migrating.ts';
import { rounds } from '../support/proof.ts';
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

const originals = [lines(1), 'x', 'v1', lines(1, 2), lines(3)];

/** How a run may end that is stopped: at the very end there is no step left before which it could stop. */
const endsOf = { abort: ['aborted', 'done'], throw: ['Error: thrown by the caller'] } as const;

/** Both homes linked, with everything in them. */
async function expectCompleted(world: World): Promise<void> {
  expect(contents(world)).toEqual(expect.arrayContaining(originals));
  const report = await run(world, ['a', 'b']);
  expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
  for (const home of ['a', 'b']) {
    expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    expect(read(world, `${home}/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(3));
    expect(read(world, `${home}/file-history/s/f@v1`)).toBe('v1');
  }
}

/** What stands where no run leaves anything: homes and targets, without what is set aside and how it is called. */
function outcomeOf(world: World): Readonly<Record<string, string>> {
  const kept = Object.entries(exactly(world)).filter(
    ([path]) => !path.includes('.claude-shared-state') && !path.includes('.state'),
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

const size = (text: string | number) => (typeof text === 'string' ? text : lines(text)).length;
const add = (one: number, other: number) => one + other;

describe.each(worldKinds)('while a migration runs (%s)', (kind) => {
  test('it tells how far it is: phases in their order, up to all that there is', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const all: MigrationProgress[] = [];
      const onProgress = (progress: MigrationProgress) => {
        all.push(progress);
      };
      expect((await run(world, ['a', 'b'], { onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'couple', 'swap', 'sweep', 'verify']);
      const [files, bytes] = [6, [...originals, 'x'].join('').length];
      expect(all[0]).toEqual({ phase: 'plan', done: 0, total: 0, bytes: 0 });
      expect(lastOf(all, 'plan')).toMatchObject({ done: files, total: files });
      expect(firstOf(all, 'couple')).toMatchObject({ done: 0, total: files });
      expect(lastOf(all, 'couple')).toMatchObject({ done: files, total: files, bytes });
      expect(lastOf(all, 'swap')).toMatchObject({ done: 4, total: 4 });
      expect(firstOf(all, 'sweep')).toMatchObject({ done: 0, total: files });
      expect(lastOf(all, 'sweep')).toMatchObject({ done: files, total: files });
      expect(lastOf(all, 'verify')).toMatchObject({ done: files, total: files });
    }));

  test('what is written meanwhile adds to all, and no number becomes smaller', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const all: MigrationProgress[] = [];
      const onProgress = (progress: MigrationProgress) => {
        all.push(progress);
        fill(world, { [`a/projects/${KEY}/later/${all.length}.jsonl`]: lines(all.length) });
      };
      expect((await run(world, ['a', 'b'], { onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'couple', 'swap', 'sweep', 'verify']);
      expect(lastOf(all, 'couple')?.done).toBeGreaterThan(6);
    }));

  test('the way back and the removal of the originals tell how far they are as well', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const { required: _, ...usually } = usual(world);
      const all: MigrationProgress[] = [];
      const onProgress = (progress: MigrationProgress) => {
        all.push(progress);
      };
      const { originals } = await run(world, ['a', 'b']);
      fill(world, { [`shared/projects/${KEY}/new.jsonl`]: lines(9) });
      const restored = await restore(at(world, 'a'), { ...usual(world), onProgress });
      expect(restored.outcome).toBe('done');
      expectOrder(all, ['plan', 'restore', 'verify']);
      for (const phase of ['restore', 'verify'] as const) {
        const { done, total, bytes } = lastOf(all, phase) ?? assert.fail();
        expect([done, bytes]).toEqual([5, ['x', 'v1', 1, 2, 3, 9].map(size).reduce(add)]);
        expect(total).toBe(done);
      }
      all.length = 0;
      const ofB = originals.find((path) => path.startsWith(at(world, 'b'))) ?? '';
      expect((await retireOriginals(ofB, { ...usually, onProgress })).outcome).toBe('done');
      expectOrder(all, ['plan', 'retire']);
      expect(firstOf(all, 'retire')).toMatchObject({ done: 0, total: 4 });
      expect(lastOf(all, 'retire')).toMatchObject({ done: 4, total: 4 });
    }));

  test.each(['abort', 'throw'] as const)(
    'it can be stopped wherever it tells something, by %s: the same call completes it',
    (how) =>
      inWorld(kind, async (counting) => {
        fillTwo(counting);
        let calls = 0;
        const onProgress = () => {
          calls += 1;
        };
        await run(counting, ['a', 'b'], { onProgress });
        expect(calls).toBeGreaterThan(10);
        const step = kind === 'disk' ? rounds(1, 5) : 1;
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

  test('an aborted signal stops it before anything is changed', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const before = snapshot(world);
      const report = await run(world, ['a', 'b'], { signal: AbortSignal.abort() });
      expect(report.outcome).toBe('aborted');
      expect(snapshot(world)).toMatchObject(before);
    }));

  test('another one is told who is at it, and touches nothing', () =>
    inWorld(kind, async (world) => {
      fillTwo(world);
      const processInspector = processesWith(4711, 4712);
      let other: Awaited<ReturnType<typeof run>> | undefined;
      let changed: unknown;
      const onProgress = async () => {
        if (other !== undefined) return;
        const before = exactly(world);
        other = await run(world, ['b', 'a'], { processInspector, pid: 4712 });
        changed = [before, exactly(world)];
      };
      const pause: Promise<void>[] = [];
      const report = await run(world, ['a', 'b'], {
        processInspector,
        pid: 4711,
        onProgress: ({ phase }) => {
          if (phase === 'couple' && pause.length === 0) pause.push(onProgress());
        },
      });
      await Promise.all(pause);
      expect(report.outcome).toBe('done');
      expect(other?.outcome).toBe('locked');
      const locked = other?.problems.filter(({ code }) => code === 'locked-by-other');
      expect(locked).toEqual([expect.objectContaining({ pid: 4711 })]);
      expect(changed).toBeDefined();
    }));

  test('a lock that a living process holds stops it, and nothing is touched', () =>
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
      expect([report.outcome, told(world, report), report.originals]).toEqual(['done', [], []]);
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
      expect([report.outcome, report.originals.length, leftIn(world, report)]).toEqual([
        'done',
        1,
        [],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));
});
