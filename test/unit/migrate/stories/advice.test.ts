import { describe, expect, test } from 'vitest';
import { type Call, failing, hooked, once } from '../../support/hooked.ts';
import {
  exactly,
  fill,
  KEY,
  lines,
  linksProjects,
  movesAside,
  read,
  run,
  TRANSCRIPT,
} from '../../support/migrating.ts';
import { failWith } from '../../support/posix-error.ts';
import { kindAt, lostOf, PROJECTS_LINK, pruneAll } from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import { at, inWorld, type World, worldKinds } from '../../support/world.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;

function stage(world: World): void {
  fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/${NOTES}`]: 'Use tabs.\n' });
}

const copiesNotes = (call: Call, path: string) => call === 'copyFile' && path.endsWith('notes.md');
const writesFirst = (call: Call) => call === 'mkdir';
/** The link to the transcript, and no trial of one. */
const linksTranscript = (call: Call, _: string, to?: string) =>
  call === 'link' && to?.endsWith('.jsonl') === true;

/** Where a code can come from: a file with too many links is copied instead, and nothing else has links. */
function momentsFor(code: string) {
  const isPossible = (name: string) => code !== 'EMLINK' || name === 'from the link in its place';
  return Object.entries(moments).filter(([name]) => isPossible(name));
}

/** What stays until somebody does something about it, and what to do. */
const lasting: readonly (readonly [string, RegExp])[] = [
  ['EPERM', /owner|permission|right/],
  ['EACCES', /owner|permission|right/],
  ['EROFS', /remount/],
  ['ENOSPC', /[Ff]ree/],
  ['EDQUOT', /[Ff]ree/],
  ['EMLINK', /copy it first/],
];
const linksOwnFile = (call: Call, path: string) => call === 'link' && path.endsWith('.jsonl');
const movesOrCopies = (call: Call, path: string) =>
  call === 'copyFile' || (call === 'rename' && path.includes('restore-points'));

const moments = {
  'from a copy': copiesNotes,
  'from the first directory': writesFirst,
  'from the link to a transcript': linksTranscript,
  'from the move of the directory': movesAside,
  'from the link in its place': linksProjects,
};

describe.each(worldKinds)('a lasting failure (%s)', (kind) => {
  test.each(
    lasting.flatMap(([code, advice]) =>
      momentsFor(code).map(([name, isMeant]) => [code, name, advice, isMeant] as const),
    ),
  )('with %s %s is not to be retried', (code, _, advice, isMeant) =>
    inWorld(kind, async (world) => {
      stage(world);
      const fs = hooked(world, failing(code, isMeant));
      const report = await run(world, ['a'], { fs });
      expect(report.ok).toBe(false);
      const errors = report.problems.filter(({ severity }) => severity === 'error');
      expect(errors.length).toBeGreaterThan(0);
      for (const { message } of errors) {
        expect(message).toContain(code);
        expect(message).toMatch(advice);
        expect(message).not.toMatch(/(?:^|\. )Try again/);
      }
      expect(await restorePointsIn(world, 'a')).toEqual([]);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }),
  );

  test('five times in a row leaves no restore point and changes nothing in the home', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const fs = hooked(world, failing('EPERM', movesAside));
      const start = exactly(world, at(world, 'a/projects'));
      for (let time = 1; time <= 5; time += 1) {
        const report = await run(world, ['a'], { fs });
        expect(report.outcome).toBe('failed');
        expect(report.restorePoints).toEqual([]);
      }
      expect(await restorePointsIn(world, 'a')).toEqual([]);
      const now = exactly(world, at(world, 'a/projects'));
      expect(Object.keys(now)).toEqual(Object.keys(start));
      expect((await run(world, ['a'])).outcome).toBe('done');
    }));

  test('with EMLINK has the file copied instead', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const report = await run(world, ['a'], {
        fs: hooked(world, failing('EMLINK', linksOwnFile)),
      });
      expect(report.outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));
});

describe.each(worldKinds)('a call that fails once (%s)', (kind) => {
  test.each(['EIO', 'EINTR', 'EAGAIN', 'ETIMEDOUT', 'ESTALE'])(
    'with %s is a reason to run the same command again, which completes it',
    (code) =>
      inWorld(kind, async (world) => {
        stage(world);
        const before = once(copiesNotes, () => failWith(code));
        const report = await run(world, ['a'], { fs: hooked(world, { before }) });
        expect(report.outcome).toBe('failed');
        expect(report.problems.map(({ message }) => message).join('\n')).toContain('Try again');
        expect((await run(world, ['a'])).outcome).toBe('done');
      }),
  );

  test('between the two calls of the cut-over has the directory put back', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const report = await run(world, ['a'], { fs: hooked(world, failing('EIO', linksProjects)) });
      expect(report.outcome).toBe('failed');
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(await restorePointsIn(world, 'a')).toEqual([]);
    }));
});

describe.each(worldKinds)('a lasting failure of a way back (%s)', (kind) => {
  test.each(lasting.filter(([code]) => code !== 'EMLINK'))(
    'with %s is not to be retried',
    (code, advice) =>
      inWorld(kind, async (world) => {
        stage(world);
        await run(world, ['a']);
        const fs = hooked(world, failing(code, movesOrCopies));
        const reports = [
          await restoring(world, 'a', { fs }),
          ...(await pruneAll(world, ['a'], { fs })),
        ];
        for (const { ok, problems } of reports) {
          expect(ok).toBe(false);
          for (const { message, code: problem } of problems) {
            if (problem === 'restore-point-in-use') continue;
            expect(message).toContain(code);
            expect(message).toMatch(advice);
          }
        }
        expect(lostOf(world, [lines(1, 2), 'Use tabs.\n'])).toEqual([]);
        expect((await restoring(world, 'a')).outcome).toBe('done');
        expect((await run(world, ['a'])).outcome).toBe('done');
        expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      }),
  );
});
