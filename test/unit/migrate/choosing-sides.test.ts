import type { MigrationReport } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../support/hooked.ts';
import {
  contents,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  plan,
  processesWith,
  read,
  run,
  told,
  TRANSCRIPT,
  unmergedIn,
} from '../support/migrating.ts';
import { at, inWorld, makeLink, snapshot, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;
const INDEX = `${KEY}/memory/MEMORY.md`;
const OTHER_KEY = '-home-me-other';

/** A session that went on differently in two homes, and files that differ. */
function fillBoth(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/projects/${KEY}/${ID}/tool-results/a.txt`]: 'a',
    [`a/projects/${KEY}/x.txt`]: 'x of a',
    [`b/projects/${TRANSCRIPT}`]: lines(1, 'b'),
    [`b/projects/${KEY}/${ID}/subagents/agent-1.jsonl`]: lines('agent of b'),
    [`b/projects/${KEY}/x.txt`]: 'x of b',
  });
}

const conflicts = [TRANSCRIPT, `${KEY}/x.txt`];
const everything = [lines(1, 2), 'a', 'x of a', lines(1, 'b'), lines('agent of b'), 'x of b'];

const errorsIn = ({ problems }: Pick<MigrationReport, 'problems'>) =>
  problems.flatMap(({ severity, code, path }) => (severity === 'error' ? [`${code} ${path}`] : []));

const preparesRestorePoint = (call: string, path: string) =>
  call === 'mkdir' && path.endsWith('/restore-points');

/** That the chosen side is shared, and everything is there. */
function expectChosen(world: World, side: 'a' | 'b'): void {
  for (const home of ['a', 'b']) {
    expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, side === 'a' ? 2 : 'b'));
    expect(read(world, `${home}/projects/${KEY}/x.txt`)).toBe(`x of ${side}`);
    expect(has(world, `${home}/projects/${KEY}/${ID}/tool-results/a.txt`)).toBe(true);
    expect(has(world, `${home}/projects/${KEY}/${ID}/subagents/agent-1.jsonl`)).toBe(true);
  }
  expect(contents(world)).toEqual(expect.arrayContaining(everything));
}

describe.each(worldKinds)('preferShared (%s)', (kind) => {
  test('shares the side of the first home, and leaves the other one in its restore point', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const preferShared = conflicts.map((path) => at(world, `b/projects/${path}`));
      const planned = await plan(world, ['a', 'b'], { preferShared });
      expect([planned.ok, told(world, planned), unmergedIn(world, planned)]).toEqual([
        true,
        [],
        conflicts.map((path) => `kept-aside b/projects/${path}`),
      ]);
      const report = await run(world, ['a', 'b'], { preferShared });
      expect([report.outcome, told(world, report), unmergedIn(world, report)]).toEqual([
        'done',
        [],
        conflicts.map(
          (path) => `kept-aside b/.claude-shared-state/restore-points/RUN/projects/${path}`,
        ),
      ]);
      expectChosen(world, 'a');
    }));

  test('shares what the target has', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${NOTES}`]: 'a',
        [`a/projects/${KEY}/memory/y.md`]: 'a',
        [`shared/projects/${NOTES}`]: 'shared',
      });
      const report = await run(world, ['a'], { preferShared: [at(world, `a/projects/${NOTES}`)] });
      expect(report.outcome).toBe('done');
      expect(read(world, `a/projects/${NOTES}`)).toBe('shared');
      expect(read(world, `a/projects/${KEY}/memory/y.md`)).toBe('a');
      expect(contents(world)).toEqual(expect.arrayContaining(['a', 'shared']));
    }));

  test('of a directory decides every conflict in it', () =>
    inWorld(kind, async (world) => {
      for (const choice of ['b/projects', `b/projects/${KEY}/`]) {
        await inWorld(kind, async (other) => {
          fillBoth(other);
          const report = await run(other, ['a', 'b'], { preferShared: [at(other, choice)] });
          expect([choice, report.outcome, errorsIn(report)]).toEqual([choice, 'done', []]);
          expectChosen(other, 'a');
        });
      }
      fillBoth(world);
      const others = [at(world, `b/projects/${KEY}/memory`), at(world, 'b/file-history')];
      const report = await run(world, ['a', 'b'], { preferShared: others });
      expect(report.outcome).toBe('refused');
    }));

  test('of two differing sides leaves equal ones aside, too', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${NOTES}`]: 'first',
        [`b/projects/${NOTES}`]: 'second',
        [`c/projects/${NOTES}`]: 'second',
      });
      const preferShared = [at(world, `b/projects/${NOTES}`)];
      const report = await run(world, ['a', 'b', 'c'], { preferShared });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expect(read(world, `c/projects/${NOTES}`)).toBe('first');
      expect(contents(world).filter((it) => it === 'second')).toHaveLength(2);
    }));

  test('of a MEMORY.md keeps its lines out of the shared one', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${INDEX}`]: 'a\n', [`shared/projects/${INDEX}`]: 'shared\n' });
      const report = await run(world, ['a'], { preferShared: [at(world, `a/projects/${INDEX}`)] });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'done',
        [`kept-aside a/.claude-shared-state/restore-points/RUN/projects/${INDEX}`],
      ]);
      expect(read(world, `a/projects/${INDEX}`)).toBe('shared\n');
    }));

  test('of a session under a second project key leaves its transcript out', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`shared/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`]: lines(1, 2),
      });
      const preferShared = [at(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)];
      const report = await run(world, ['a'], { preferShared });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'done',
        [`kept-aside a/.claude-shared-state/restore-points/RUN/projects/${KEY}/${OTHER_ID}.jsonl`],
      ]);
      expect(has(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(false);
      expect(read(world, `a/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`)).toBe(lines(1, 2));
    }));
});

describe.each(worldKinds)('preferHome (%s)', (kind) => {
  test('shares the side of the home, and sets the other one aside in the state directory', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      fill(world, { [`shared/projects/${KEY}/x.txt`]: 'x of b' });
      const preferHome = conflicts.map((path) => at(world, `a/projects/${path}`));
      const report = await run(world, ['b', 'a'], { preferHome });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expectChosen(world, 'a');
      const sides = unmergedIn(world, report).map((it) =>
        it.replace(/replaced\/\d[^/]*/, 'replaced/RUN'),
      );
      expect(sides).toEqual([
        ...conflicts.map(
          (path) => `kept-aside b/.claude-shared-state/restore-points/RUN/projects/${path}`,
        ),
        `replaced shared/.claude-shared-state/replaced/RUN/projects/${KEY}/x.txt`,
      ]);
    }));

  test('keeps what it displaced, so that the home from which it came gets it back', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const preferHome = [at(world, 'b/projects')];
      const report = await run(world, ['a', 'b'], { preferHome });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expectChosen(world, 'b');
    }));

  test('of a MEMORY.md shares its lines only', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${INDEX}`]: 'a\n', [`shared/projects/${INDEX}`]: 'shared\n' });
      const report = await run(world, ['a'], { preferHome: [at(world, `a/projects/${INDEX}`)] });
      expect(report.outcome).toBe('done');
      expect(read(world, `shared/projects/${INDEX}`)).toBe('a\n');
      expect(contents(world)).toContain('shared\n');
    }));

  test('of a session under a second project key sets the transcript in the target aside', () =>
    inWorld(kind, async (world) => {
      const own = `${KEY}/${OTHER_ID}.jsonl`;
      fill(world, {
        [`a/projects/${own}`]: lines(1),
        [`shared/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`]: lines(1, 2),
      });
      const report = await run(world, ['a'], { preferHome: [at(world, `a/projects/${own}`)] });
      expect([report.outcome, report.unmerged.map(({ reason }) => reason)]).toEqual([
        'done',
        ['replaced'],
      ]);
      expect(read(world, `a/projects/${own}`)).toBe(lines(1));
      expect(has(world, `a/projects/${OTHER_KEY}/${OTHER_ID}.jsonl`)).toBe(false);
      expect(contents(world)).toContain(lines(1, 2));
    }));

  test('of a file where another home has a directory shares the file', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/any/x`]: 'x', [`b/projects/${KEY}/any`]: 'text' });
      const preferHome = [at(world, `b/projects/${KEY}/any`)];
      expect((await plan(world, ['a', 'b'], { preferHome })).ok).toBe(true);
      const report = await run(world, ['a', 'b'], { preferHome });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${KEY}/any`)).toBe('text');
      expect(contents(world)).toContain('x');
    }));

  test('of a directory where the target has a file shares the directory', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/any/x`]: 'x', [`shared/projects/${KEY}/any`]: 'text' });
      const preferHome = [at(world, `a/projects/${KEY}/any`)];
      const report = await run(world, ['a'], { preferHome });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${KEY}/any/x`)).toBe('x');
      expect(contents(world)).toContain('text');
    }));
});

describe.each(worldKinds)('a choice (%s)', (kind) => {
  test('is refused if it names nothing that a home has', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const before = snapshot(world);
      const preferShared = [at(world, 'b/projects'), at(world, `b/projects/${KEY}/none`)];
      const preferHome = [inPlace(world, `shared/projects/${TRANSCRIPT}`), at(world, 'elsewhere')];
      const report = await run(world, ['a', 'b'], { preferShared, preferHome });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [
          `no-such-conflict b/projects/${KEY}/none`,
          'no-such-conflict elsewhere',
          `no-such-conflict shared/projects/${TRANSCRIPT}`,
        ],
      ]);
      expect(snapshot(world)).toEqual(before);
    }));

  test('does not let a running session be merged that has copies', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const record = { pid: 7, sessionId: ID, cwd: '/', procStart: '1' };
      fill(world, { 'a/sessions/7.json': JSON.stringify(record) });
      const before = snapshot(world);
      const report = await run(world, ['a', 'b'], {
        preferHome: [at(world, 'b/projects')],
        live: 'merge',
        processInspector: processesWith(7),
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-session-has-copies a/sessions/7.json'],
      ]);
      expect(snapshot(world)).toEqual(before);
    }));

  test.each(['preferShared', 'preferHome'] as const)(
    'is what the same call completes after a crash in the cut-over (%s)',
    (choose) =>
      inWorld(kind, async (counting) => {
        for (const deaths of [1, 2]) {
          await inWorld(counting.kind, async (world) => {
            fillBoth(world);
            const choice = { [choose]: conflicts.map((path) => at(world, `b/projects/${path}`)) };
            const fs = hooked(world, dying(movesAside, deaths));
            expect((await run(world, ['a', 'b'], { ...choice, fs })).outcome).toBe('failed');
            const report = await run(world, ['a', 'b'], choice);
            expect([deaths, report.outcome, errorsIn(report)]).toEqual([deaths, 'done', []]);
            expectChosen(world, choose === 'preferShared' ? 'a' : 'b');
          });
        }
      }),
  );

  test('is what the same call completes after a crash before the cut-over', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const choice = { preferHome: [at(world, 'b/projects')] };
      const fs = hooked(world, dying(preparesRestorePoint));
      expect((await run(world, ['a', 'b'], { ...choice, fs })).outcome).toBe('failed');
      const report = await run(world, ['a', 'b'], choice);
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expectChosen(world, 'b');
    }));

  test('can be made again when everything is done, and does nothing then', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const preferShared = [at(world, 'b/projects'), at(world, `b/projects/${TRANSCRIPT}`)];
      expect((await run(world, ['a', 'b'], { preferShared })).outcome).toBe('done');
      const report = await run(world, ['a', 'b'], { preferShared });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expectChosen(world, 'a');
    }));

  test('about transcripts must be made again if another call completes a run that died', () =>
    inWorld(kind, async (world) => {
      fillBoth(world);
      const fs = hooked(world, dying(movesAside, 2));
      await run(world, ['a', 'b'], { preferShared: [at(world, 'b/projects')], fs });
      const report = await run(world, ['a', 'b']);
      const errors = report.problems.filter(({ severity }) => severity === 'error');
      expect([report.outcome, told(world, { problems: errors })]).toEqual([
        'refused',
        [`transcripts-diverge b/.claude-shared-state/restore-points/RUN/projects/${TRANSCRIPT}`],
      ]);
      const preferShared = errors.map(({ path }) => path);
      expect((await run(world, ['a', 'b'], { preferShared })).outcome).toBe('done');
      expectChosen(world, 'a');
    }));
});

// memfs creates no links in directories behind links.
describe('a choice (disk)', () => {
  test('is made by the paths that the plan tells, also for homes behind links', () =>
    inWorld('disk', async (world) => {
      fillBoth(world);
      makeLink(world, at(world, 'way-to-b'), at(world, 'b'));
      const { problems } = await plan(world, ['a', 'way-to-b']);
      const paths = problems.flatMap(({ severity, path }) => (severity === 'error' ? [path] : []));
      expect(paths).toHaveLength(2);
      const spelled = conflicts.map((path) => at(world, `way-to-b/projects/${path}`));
      for (const preferShared of [paths, spelled]) {
        expect((await plan(world, ['a', 'way-to-b'], { preferShared })).ok).toBe(true);
      }
      const report = await run(world, ['a', 'way-to-b'], { preferShared: paths });
      expect([report.outcome, errorsIn(report)]).toEqual(['done', []]);
      expectChosen(world, 'a');
    }));
});
