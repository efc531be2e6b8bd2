import { describe, expect, test } from 'vitest';
import {
  type Call,
  contents,
  dying,
  fill,
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
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { at, inWorld, type World, worldKinds } from '../support/world.ts';

/** What Claude Code does while the link is missing: it makes the directory anew, and goes on writing. */
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

describe.each(worldKinds)(
  'a directory that is made anew while the link is missing (%s)',
  (kind) => {
    test('is merged: its fragment is appended to the transcript', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
        const fs = hooked(world, { after: goOn(world, lines('late', 'later')) });
        const report = await run(world, ['a'], { fs });
        expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
          'done',
          [],
          [],
        ]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
      }));

    test.each([1, 2, 3, 4, 5, 6])(
      'is appended, and not put first, though the transcript is said once to be gone (open %i)',
      (count) =>
        inWorld(kind, async (world) => {
          fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
          let isAnew = false;
          const goingOn = goOn(world, lines('late', 'later'));
          const lie = once(
            (call, path) =>
              isAnew && call === 'open' && path === inPlace(world, `shared/projects/${TRANSCRIPT}`),
            () => {
              throw posixError('ENOENT', 'open');
            },
            count,
          );
          const fs = hooked(world, {
            before: lie,
            after: (...called) => {
              goingOn(...called);
              isAnew ||= movesAside(...called);
            },
          });
          const report = await run(world, ['a'], { fs });
          expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
          expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
        }),
    );

    test('is merged with everything else in it', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
        const after = goOn(world, lines('late', 'later'), 1, {
          [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines('born'),
          [`a/projects/${KEY}/${ID}/x.txt`]: 'born',
        });
        const report = await run(world, ['a'], { fs: hooked(world, { after }) });
        expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
          'done',
          [],
          [],
        ]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
        expect(read(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines('born'));
        expect(read(world, `a/projects/${KEY}/${ID}/x.txt`)).toBe('born');
      }));

    test('is merged each time: twice, and three times', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
        const fs = hooked(world, { after: goOn(world, lines('late', 'later'), 3) });
        const report = await run(world, ['a'], { fs });
        expect([report.outcome, told(world, report), leftIn(world, report)]).toEqual([
          'done',
          [],
          [],
        ]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
      }));

    test('again and again ends as a failure that says so, and never with a fragment only', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
        const fs = hooked(world, { after: goOn(world, lines('late', 'later'), 100) });
        const report = await run(world, ['a'], { fs });
        expect([report.outcome, told(world, report)]).toEqual(['failed', ['made-anew a/projects']]);
        // What a session that is resumed now would read.
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
        expect((await run(world, ['a'])).outcome).toBe('done');
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(whole);
      }));

    test.each([
      { last: 'rename', isLast: movesAside },
      { last: 'link', isLast: linksProjects },
    ])('is merged by the next run where the first died after $last', ({ isLast }) =>
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
        expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
        expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(whole);
      }),
    );

    test('is merged where it holds the end of a line that the transcript has torn', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: `${lines(1, 2)}{"torn` });
        const fs = hooked(world, { after: goOn(world, lines('late', 'later')) });
        const report = await run(world, ['a'], { fs });
        expect([report.outcome, told(world, report)]).toEqual(['done', []]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(
          `${lines(1, 2)}{"torn\n${lines('late', 'later')}`,
        );
      }));

    // Such a line is taken for one that an earlier run, which died, had appended.
    test('is merged, but for lines that the transcript has already', () =>
      inWorld(kind, async (world) => {
        const mode = '{"type":"permission-mode"}\n';
        fill(world, { [`a/projects/${TRANSCRIPT}`]: mode + lines(1) });
        const fs = hooked(world, { after: goOn(world, mode + lines(2)) });
        const report = await run(world, ['a'], { fs });
        expect([report.outcome, leftIn(world, report)]).toEqual(['done', []]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(mode + lines(1, 2));
      }));

    test('where a memory was edited meanwhile keeps both, and lists what was left', () =>
      inWorld(kind, async (world) => {
        fill(world, { [`a/projects/${KEY}/memory/x.md`]: 'old' });
        const after = goOn(world, lines('late'), 1, { [`a/projects/${KEY}/memory/x.md`]: 'new' });
        const report = await run(world, ['a'], { fs: hooked(world, { after }) });
        expect(leftIn(world, report)).toEqual([
          `unmergeable a/.claude-shared-state/originals/RUN/recreated-2-projects/${KEY}/memory/x.md`,
        ]);
        expect(report.ok || report.outcome === 'done-with-leftovers').toBe(true);
        expect(contents(world)).toEqual(expect.arrayContaining(['old', 'new']));
        expect(world.fs.lstatSync(at(world, 'a/projects'), { bigint: true }).isSymbolicLink()).toBe(
          true,
        );
        expect(world.fs.existsSync(inPlace(world, `shared/projects/${KEY}/memory/x.md`))).toBe(
          true,
        );
      }));
  },
);
