import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { deleteRestorePoint } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import {
  fill,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  plan,
  read,
  run,
  told,
  TRANSCRIPT,
  usual,
} from '../../support/migrating.ts';
import { kindAt, lostOf, pruneAll, removeByHand } from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeLink,
  type World,
  worldKinds,
} from '../../support/world.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;

/** Two accounts of one person, all in one home directory. */
function stage(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/${NOTES}`]: 'Use tabs.\n',
    [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
  });
}

/**
 * Copies everything: links with their text, files as new inodes. Names of one file stay names of one file, as `cp -a` and
 * `rsync -aH` have it, or become files of their own, as `rsync -a` has it.
 */
function copyTree(world: World, from: string, to: string, keepsLinks: boolean): void {
  const { fs } = world;
  const copied = new Map<string, string>();
  const copy = (source: string, destination: string): void => {
    const stats = fs.lstatSync(source, { bigint: true });
    if (stats.isSymbolicLink()) {
      makeLink(world, destination, String(fs.readlinkSync(source)));
    } else if (stats.isDirectory()) {
      makeDirectory(world, destination);
      for (const name of fs.readdirSync(source).map(String)) {
        copy(join(source, name), join(destination, name));
      }
    } else {
      const first = copied.get(String(stats.ino));
      if (keepsLinks && first !== undefined) {
        fs.linkSync(first, destination);
        return;
      }
      copied.set(String(stats.ino), destination);
      fs.writeFileSync(destination, String(fs.readFileSync(source, 'utf8')));
      const seconds = Number(stats.mtimeMs) / 1000;
      fs.utimesSync(destination, seconds, seconds);
    }
  };
  copy(at(world, from), at(world, to));
}

/** Everything that is in the world moves to another machine: the same paths, other inodes, and the old one is gone. */
function toAnotherMachine(world: World, keepsLinks: boolean): void {
  for (const place of ['a', 'b', 'shared']) {
    copyTree(world, place, `new/${place}`, keepsLinks);
    removeByHand(world, place);
    copyTree(world, `new/${place}`, place, keepsLinks);
  }
  removeByHand(world, 'new');
}

/** Another disk is mounted elsewhere: the links still say the old paths. */
function toAnotherPath(world: World, keepsLinks: boolean): void {
  for (const place of ['a', 'b', 'shared']) {
    copyTree(world, place, `moved/${place}`, keepsLinks);
  }
}

const movedRoot = (world: World) => requiredSharedUnder(at(world, 'moved/shared'));
const TEXTS = [lines(1, 2), 'Use tabs.\n', lines(3)];

describe.each(worldKinds)('everything copied to another machine (%s)', (kind) => {
  describe.each([
    ['as cp -a and rsync -aH do', true],
    ['as rsync -a does', false],
  ])('%s', (_, keepsLinks) => {
    test('can be migrated again', () =>
      inWorld(kind, async (world) => {
        stage(world);
        await run(world, ['a', 'b']);
        toAnotherMachine(world, keepsLinks);
        const report = await run(world, ['a', 'b']);
        expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      }));

    test('gives a home back', () =>
      inWorld(kind, async (world) => {
        stage(world);
        await run(world, ['a', 'b']);
        toAnotherMachine(world, keepsLinks);
        world.fs.appendFileSync(at(world, `b/projects/${TRANSCRIPT}`), lines(4));
        const report = await restoring(world, 'a');
        expect([report.outcome, told(world, report)]).toEqual(['done', []]);
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 4));
        expect(read(world, `a/${NOTES}`)).toBe('Use tabs.\n');
        expect(lostOf(world, TEXTS)).toEqual([]);
      }));

    test('has its restore points deleted', () =>
      inWorld(kind, async (world) => {
        stage(world);
        await run(world, ['a', 'b']);
        toAnotherMachine(world, keepsLinks);
        for (const { ok, kept } of await pruneAll(world, ['a', 'b'])) {
          expect([ok, kept]).toEqual([true, []]);
        }
        expect(lostOf(world, TEXTS)).toEqual([]);
        expect(await restorePointsIn(world, 'a', 'b')).toEqual([]);
      }));

    test('in a run names locks, then finishes', () =>
      inWorld(kind, async (world) => {
        stage(world);
        await run(world, ['a', 'b'], {
          fs: hooked(world, dying(movesAside)),
          processInspector: machine('1'),
        });
        toAnotherMachine(world, keepsLinks);
        // Nobody can know here whether the other machine still runs, and sees the same disk.
        const here = { processInspector: machine('2') };
        for (const place of ['a', 'b', 'shared']) {
          const locked = await run(world, ['a', 'b'], here);
          const lock = `${place}/.claude-shared-state/lock`;
          expect(locked.outcome).toBe('locked');
          expect(told(world, locked)).toContain(`locked-by-other ${lock}`);
          removeByHand(world, lock);
        }
        expect((await run(world, ['a', 'b'], here)).outcome).toBe('done');
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      }));
  });
});

/** A machine; its digit tells it from others. */
function machine(digit: string) {
  const pidNamespace = `${digit.repeat(32)}:${digit.repeat(36)}:4026531836:4026531834`;
  return {
    status: () => Promise.resolve({ state: 'exited' } as const),
    self: (pid = 1) => Promise.resolve({ pid, start: '1', pidNamespace }),
  };
}

describe.each(worldKinds)('everything copied to another path (%s)', (kind) => {
  test('is given back from unnamed directories only if that is said', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      toAnotherPath(world, true);
      // The links of the copy lead to the old place: they are made again.
      for (const home of ['a', 'b']) {
        for (const { name, target } of movedRoot(world)) {
          removeByHand(world, `moved/${home}/${name}`);
          makeLink(world, at(world, `moved/${home}/${name}`), target);
        }
      }
      for (const place of ['a', 'b', 'shared']) removeByHand(world, place);
      const required = movedRoot(world);
      const refused = await restoring(world, 'moved/a', { required });
      expect([refused.outcome, refused.problems.map(({ code }) => code)]).toEqual([
        'refused',
        ['other-target'],
      ]);
      expect(refused.problems[0]?.message).toContain('acceptOtherTarget');
      const report = await restoring(world, 'moved/a', { required, acceptOtherTarget: true });
      expect(report.outcome).toBe('done');
      expect(read(world, `moved/a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('is given back despite links to old paths, if new ones are named', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      toAnotherPath(world, false);
      for (const place of ['a', 'b', 'shared']) removeByHand(world, place);
      const report = await restoring(world, 'moved/a', {
        required: movedRoot(world),
        acceptOtherTarget: true,
      });
      expect([report.outcome, report.problems.map(({ message }) => message)]).toEqual(['done', []]);
      expect(kindAt(world, 'moved/a/projects')).toBe('directory');
      expect(read(world, `moved/a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('has restore points deleted if the shared directories are named', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      toAnotherPath(world, true);
      for (const place of ['a', 'b', 'shared']) removeByHand(world, place);
      const [refused] = await pruneAll(world, ['moved/a']);
      expect([refused?.outcome, refused?.problems.map(({ code }) => code)]).toEqual([
        'refused',
        ['other-target'],
      ]);
      const { required: _, ...rest } = usual(world);
      for (const { path } of await restorePointsIn(world, 'moved/a', 'moved/b')) {
        const report = await deleteRestorePoint(path, { ...rest, required: movedRoot(world) });
        expect([report.ok, report.kept]).toEqual([true, []]);
      }
      expect(lostOf(world, TEXTS)).toEqual([]);
    }));

  test('while the old one is still there does not touch the old one', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      toAnotherPath(world, true);
      const planned = await plan(world, ['moved/a', 'moved/b'], { required: movedRoot(world) });
      expect(planned.ok).toBe(false);
      const report = await run(world, ['moved/a', 'moved/b'], { required: movedRoot(world) });
      expect(report.outcome).toBe('refused');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(kindAt(world, 'moved/a/projects')).toBe('link to shared/.claude-projects-shared');
    }));
});

test('cp -a of a migrated home directory can be given back and pruned', () =>
  inWorld('disk', async (world) => {
    stage(world);
    await run(world, ['a', 'b']);
    for (const place of ['a', 'b', 'shared']) {
      execFileSync('cp', ['-a', at(world, place), at(world, `${place}.copy`)]);
      execFileSync('mv', [at(world, place), at(world, `${place}.old`)]);
      execFileSync('mv', [at(world, `${place}.copy`), at(world, place)]);
    }
    expect((await restoring(world, 'a')).outcome).toBe('done');
    for (const { ok } of await pruneAll(world, ['a', 'b'])) expect(ok).toBe(true);
    expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
  }));
