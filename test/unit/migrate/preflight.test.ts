import { basename, dirname, join } from 'node:path';
import type { MigrateFs } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { type Call, hooked, type Hooks } from '../support/hooked.ts';
import {
  fill,
  has,
  inPlace,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  plan,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { posixError } from '../support/posix-error.ts';
import { at, inWorld, snapshot, type World, worldKinds } from '../support/world.ts';

type Called = [call: Call, path: string, to?: string];

/** Some calls fail. */
const failing = (errno: string, isMeant: (...called: Called) => boolean): Hooks => ({
  before: (...called) => {
    if (isMeant(...called)) throw posixError(errno, called[0]);
  },
});

/** That the plan finds this problem, that `migrate` is refused for it, and that nothing is changed. */
async function expectRefused(world: World, fs: MigrateFs, problem: object): Promise<void> {
  const before = snapshot(world);
  const planned = await plan(world, ['a'], { fs });
  const report = await run(world, ['a'], { fs });
  expect([planned.ok, report.outcome]).toEqual([false, 'refused']);
  for (const { problems } of [planned, report]) {
    expect(problems).toContainEqual(expect.objectContaining(problem));
  }
  expect(snapshot(world)).toEqual(before);
}

function fillHome(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1),
    [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(2),
    'shared/x': '',
  });
}

const isLink = (call: Call) => call === 'link';
const linksTranscript = (call: Call, path: string) => call === 'link' && path.endsWith(TRANSCRIPT);
const createsTrial = (call: Call, path: string) => call === 'mkdir' && isTrial(path);
const isTrial = (path: string | undefined) => path?.includes('.claude-shared-state-trial') === true;

/** As APFS does it, for the name of the trial. */
const folded = (path: string) =>
  isTrial(path) ? join(dirname(path), basename(path).toLowerCase().normalize('NFC')) : path;

describe.each(worldKinds)('the plan tries (%s)', (kind) => {
  test('whether the file system of the targets has hard links', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const fs = hooked(world, failing('EPERM', isLink));
      await expectRefused(world, fs, {
        code: 'place-unsuitable',
        path: inPlace(world, 'shared/projects'),
        reason: 'no-hard-links',
      });
    }));

  test('whether both names of a file are one file', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const fs = hooked(world, {});
      const link: MigrateFs['link'] = async (from, to) => {
        await (isTrial(from) ? fs.link(from, to) : fs.copyFile(from, to, 1));
      };
      await expectRefused(
        world,
        { ...fs, link },
        {
          code: 'place-unsuitable',
          path: at(world, 'a/projects'),
          reason: 'link-changes-identity',
        },
      );
    }));

  test.each([
    ['case', 'MEMORY.md', 'Memory.md', true],
    ['normalization', 'caf\u00e9', 'cafe\u0301', true],
    ['neither', 'MEMORY.md', 'Memories.md', false],
  ])('which names are one name there (%s)', (_, name, other, isOne) =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${KEY}/${name}`]: '1', [`b/projects/${KEY}/${other}`]: '2' });
      fill(world, { 'shared/x': '' });
      const fs = hooked(world);
      const lstat: MigrateFs['lstat'] = (path, options) => fs.lstat(folded(path), options);
      const planned = await plan(world, ['a', 'b'], { fs: { ...fs, lstat } });
      const expected = [
        `not-mergeable a/projects/${KEY}/${name}`,
        `not-mergeable b/projects/${KEY}/${other}`,
      ];
      expect([planned.ok, told(world, planned)]).toEqual([!isOne, isOne ? expected : []]);
    }),
  );

  test('whether anything can be created beside the targets', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      for (const [errno, code] of [
        ['EACCES', 'not-permitted'],
        ['EROFS', 'not-permitted'],
        ['EIO', 'io-error'],
      ] as const) {
        const fs = hooked(world, failing(errno, createsTrial));
        await expectRefused(world, fs, { code, path: at(world, 'shared'), errno });
      }
    }));

  test('whether a file with several names can have one more, or counts its bytes', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      world.fs.linkSync(inPlace(world, `a/projects/${TRANSCRIPT}`), at(world, 'a/backup'));
      const fs = hooked(world, failing('EMLINK', linksTranscript));
      const planned = await plan(world, ['a'], { fs });
      expect([planned.ok, planned.spaceNeeded]).toEqual([true, lines(1).length]);
      expect((await run(world, ['a'], { fs })).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('no link of a file with one name: the times by which backups go stay as they are', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const linked: string[] = [];
      const before = (call: Call, path: string) => {
        if (call === 'link' && !isTrial(path)) linked.push(path);
      };
      expect((await plan(world, ['a'], { fs: hooked(world, { before }) })).ok).toBe(true);
      // One sample of the directory.
      expect(linked.length).toBeLessThanOrEqual(1);
    }));
});

describe.each(worldKinds)('a directory that cannot be moved (%s)', (kind) => {
  test('stays where it is, with the reason, and leaves no restore point', () =>
    inWorld(kind, async () => {
      const problems = {
        EXDEV: { code: 'place-unsuitable', reason: 'source-in-lower-layer' },
        EACCES: { code: 'not-permitted', reason: 'move' },
        EPERM: { code: 'not-permitted', reason: 'move' },
        EBUSY: { code: 'io-error', errno: 'EBUSY' },
      };
      for (const [errno, problem] of Object.entries(problems)) {
        await inWorld(kind, async (world) => {
          fillHome(world);
          const fs = hooked(world, failing(errno, movesAside));
          for (const _ of ['first', 'second']) {
            const report = await run(world, ['a'], { fs });
            expect([errno, report.outcome]).toEqual([errno, 'failed']);
            expect(report.problems).toContainEqual(
              expect.objectContaining({ ...problem, path: at(world, 'a/projects') }),
            );
            expect(statsOf(world, 'a/projects').isDirectory()).toBe(true);
            const directory = at(world, 'a/.claude-shared-state/restore-points');
            expect(world.fs.readdirSync(directory)).toEqual([]);
          }
          expect((await run(world, ['a'])).outcome).toBe('done');
          expect(has(world, `a/projects/${TRANSCRIPT}`)).toBe(true);
        });
      }
    }));
});
