import { describe, expect, test } from 'vitest';
import {
  contents,
  dying,
  exactly,
  fill,
  has,
  hooked,
  ID,
  KEY,
  leftIn,
  lines,
  movesAside,
  plan,
  processesWith,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { at, inWorld, makeLink, type World, worldKinds } from '../support/world.ts';

const AGENT = `${KEY}/${ID}/subagents/agent-1.jsonl`;

/** One session of which two homes have two continuations, each with files of its own. */
function fillBoth(world: World): string {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/projects/${KEY}/${ID}/tool-results/a.txt`]: 'a',
    [`b/projects/${TRANSCRIPT}`]: lines(1, 'b'),
    [`b/projects/${AGENT}`]: lines('agent of b'),
    [`b/projects/${KEY}/notes/b.md`]: 'b',
  });
  return at(world, `b/projects/${TRANSCRIPT}`);
}

const leftOfB = [TRANSCRIPT, AGENT].map(
  (path) => `side-not-chosen b/.claude-shared-state/originals/RUN/projects/${path}`,
);

function expectKept(world: World): void {
  expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
  expect(has(world, `shared/projects/${KEY}/${ID}/tool-results/a.txt`)).toBe(true);
  expect(has(world, `shared/projects/${AGENT}`)).toBe(false);
  expect(has(world, `shared/projects/${KEY}/notes/b.md`)).toBe(true);
  expect(contents(world)).toEqual(
    expect.arrayContaining([lines(1, 'b'), lines('agent of b'), lines(1, 2)]),
  );
}

describe.each(worldKinds)('keeping both sides of a conflict (%s)', (kind) => {
  test('leaves the side that is named in the originals, with all files of its session', () =>
    inWorld(kind, async (world) => {
      const keepBoth = [fillBoth(world)];
      const planned = await plan(world, ['a', 'b'], { keepBoth });
      expect([planned.ok, told(world, planned)]).toEqual([true, []]);
      const report = await run(world, ['a', 'b'], { keepBoth });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(leftIn(world, report)).toEqual(leftOfB);
      expectKept(world);
    }));

  test('of other files leaves those alone', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${KEY}/memory/x.md`]: 'a',
        [`a/projects/${KEY}/memory/y.md`]: 'a',
        [`shared/projects/${KEY}/memory/x.md`]: 'shared',
      });
      const report = await run(world, ['a'], {
        keepBoth: [at(world, `a/projects/${KEY}/memory/x.md`)],
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'done',
        [`memory-needs-rules a/projects/${KEY}/memory`],
      ]);
      expect(read(world, `a/projects/${KEY}/memory/x.md`)).toBe('shared');
      expect(read(world, `a/projects/${KEY}/memory/y.md`)).toBe('a');
      expect(contents(world)).toEqual(expect.arrayContaining(['a', 'shared']));
    }));

  test('is refused for paths about which there is no conflict', () =>
    inWorld(kind, async (world) => {
      const conflict = fillBoth(world);
      const before = exactly(world);
      const unknown = at(world, `a/projects/${TRANSCRIPT}`);
      const report = await run(world, ['a', 'b'], { keepBoth: [conflict, unknown] });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [`keep-both-unknown a/projects/${TRANSCRIPT}`],
      ]);
      expect(exactly(world)).toEqual(before);
    }));

  test('is refused for a running session, and for other files of it', () =>
    inWorld(kind, async (world) => {
      const keepBoth = [fillBoth(world), at(world, `b/projects/${KEY}/${ID}/tool-results/a.txt`)];
      fill(world, {
        [`b/projects/${KEY}/${ID}/tool-results/a.txt`]: 'of b',
        'a/sessions/7.json': JSON.stringify({ pid: 7, sessionId: ID, cwd: '/', procStart: '1' }),
      });
      const before = exactly(world);
      const report = await run(world, ['a', 'b'], {
        keepBoth,
        live: 'merge',
        processInspector: processesWith(7),
      });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        [
          `keep-both-live b/projects/${TRANSCRIPT}`,
          `keep-both-live b/projects/${KEY}/${ID}/tool-results/a.txt`,
          'live-session-merged a/sessions/7.json',
        ],
      ]);
      expect(exactly(world)).toEqual(before);
    }));

  test('is what the same call completes after a crash, and does nothing when it is done', () =>
    inWorld(kind, async (world) => {
      const keepBoth = [fillBoth(world)];
      const dead = hooked(world, dying(movesAside, 2));
      expect((await run(world, ['a', 'b'], { keepBoth, fs: dead })).outcome).toBe('failed');
      for (const isPending of [true, false]) {
        const report = await run(world, ['a', 'b'], { keepBoth });
        expect([report.outcome, report.problems.filter((it) => it.severity === 'error')]).toEqual([
          'done',
          [],
        ]);
        expect(leftIn(world, report)).toEqual(isPending ? leftOfB : []);
        expectKept(world);
      }
    }));

  test('stays decided when a call without it completes a run that died', () =>
    inWorld(kind, async (world) => {
      const keepBoth = [fillBoth(world)];
      const dead = hooked(world, dying(movesAside, 2));
      await run(world, ['a', 'b'], { keepBoth, fs: dead });
      await run(world, ['a', 'b']);
      expectKept(world);
    }));
});

describe('keeping both sides of a conflict (disk; memfs makes no links in directories behind links)', () => {
  test('works by the paths that the plan tells, for homes behind links, too', () =>
    inWorld('disk', async (world) => {
      fillBoth(world);
      makeLink(world, at(world, 'way-to-b'), at(world, 'b'));
      const { problems } = await plan(world, ['a', 'way-to-b']);
      const keepBoth = problems.flatMap(({ code, path }) =>
        code === 'transcripts-diverge' ? [path] : [],
      );
      const report = await run(world, ['a', 'way-to-b'], { keepBoth });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(leftIn(world, report)).toEqual(leftOfB);
      expectKept(world);
    }));
});
