import { describe, expect, test } from 'vitest';
import { type Call, dying, hooked } from '../support/hooked.ts';
import {
  contents,
  fill,
  ID,
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
import { deleting } from '../support/way-back.ts';
import { inWorld, type World, worldKinds } from '../support/world.ts';

/** What Claude Code does while the link is missing: it creates the directory again, and goes on writing. */
function goOn(
  world: World,
  text: string,
  times = 1,
  others: Readonly<Record<string, string>> = {},
) {
  let left = times;
  return (call: Call, path: string, to?: string) => {
    if (!movesAside(call, path, to) || !path.endsWith('/a/projects') || left === 0) return;
    left -= 1;
    fill(world, { [`a/projects/${TRANSCRIPT}`]: text, ...others });
  };
}

const whole = lines(1, 2, 'late', 'later');

describe.each(worldKinds)('a re-created directory (%s)', (kind) => {
  test('is merged: its fragment is appended to the transcript', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { after: goOn(world, lines('late', 'later')) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report), report.unmerged]).toEqual(['done', [], []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
    }));

  test('is left alone for a second, until its program has written', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { after: goOn(world, '') });
      const waited: number[] = [];
      const sleep = (milliseconds: number) => {
        waited.push(milliseconds);
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines('late', 'later') });
        return Promise.resolve();
      };
      const report = await run(world, ['a'], { fs, sleep });
      expect([report.outcome, waited]).toEqual(['done', [1000]]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
    }));

  test('is merged with everything else in it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const after = goOn(world, lines('late', 'later'), 1, {
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines('born'),
        [`a/projects/${KEY}/${ID}/x.txt`]: 'born',
      });
      const report = await run(world, ['a'], { fs: hooked(world, { after }) });
      expect([report.outcome, told(world, report), report.unmerged]).toEqual(['done', [], []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
      expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines('born'));
      expect(read(world, `a/projects/${KEY}/${ID}/x.txt`)).toBe('born');
    }));

  test('is merged if that happens twice', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { after: goOn(world, lines('late', 'later'), 2) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report), report.unmerged]).toEqual(['done', [], []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
    }));

  test('again and again fails the run, and the same call completes it', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { after: goOn(world, lines('late', 'later'), 100) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report)]).toEqual([
        'failed',
        ['source-recreated a/projects'],
      ]);
      expect(contents(world)).toContain(whole);
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
    }));

  test.each(
    Object.entries({
      'the directory was moved': movesAside,
      'the link was put there': linksProjects,
    }),
  )('is merged by the next run if the first one died after %s', (_, isLast) =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
      });
      const goingOn = goOn(world, lines('late', 'later'));
      const dead = dying(isLast);
      const hooks = {
        ...dead,
        after: async (...call: Parameters<typeof goingOn>) => {
          goingOn(...call);
          await dead.after?.(...call);
        },
      };
      expect((await run(world, ['a', 'b'], { fs: hooked(world, hooks) })).outcome).toBe('failed');
      const planned = await plan(world, ['a', 'b']);
      expect(planned.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(whole);
    }),
  );

  test('is merged if the transcript ends in a torn line', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: `${lines(1, 2)}{"torn` });
      const fs = hooked(world, { after: goOn(world, lines('late', 'later')) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(
        `${lines(1, 2)}{"torn\n${lines('late', 'later')}`,
      );
    }));

  test('is merged up to its last whole line, and a torn one is listed', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { after: goOn(world, `${lines('late')}{"torn`) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, unmergedIn(world, report)]).toEqual([
        'partial',
        [
          `partial-line a/.claude-shared-state/restore-points/RUN/recreated-1-projects/${TRANSCRIPT}`,
        ],
      ]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 'late'));
    }));

  test('is merged but for lines that the end of the transcript has already', () =>
    inWorld(kind, async (world) => {
      const mode = '{"type":"permission-mode"}\n';
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) + mode });
      const fs = hooked(world, { after: goOn(world, mode + lines(2)) });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1) + mode + lines(2));
    }));

  test('with an edited memory file keeps both, and lists the one that is not shared', () =>
    inWorld(kind, async (world) => {
      const notes = `${KEY}/memory/notes.md`;
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${notes}`]: 'old' });
      const after = goOn(world, lines('late'), 1, { [`a/projects/${notes}`]: 'new' });
      const report = await run(world, ['a'], { fs: hooked(world, { after }) });
      expect(['done', 'partial']).toContain(report.outcome);
      expect(report.unmerged).toHaveLength(1);
      expect(contents(world)).toEqual(expect.arrayContaining(['old', 'new']));
      expect(statsOf(world, 'a/projects').isSymbolicLink()).toBe(true);
    }));

  test('is deleted with the restore point, because its lines are in the transcript', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const fs = hooked(world, { after: goOn(world, lines('late', 'later')) });
      const { restorePoints } = await run(world, ['a'], { fs });
      const report = await deleting(world, restorePoints[0] ?? '');
      expect(report).toMatchObject({ outcome: 'done', deleted: 2, kept: [] });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
    }));
});
