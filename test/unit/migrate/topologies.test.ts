import { closeSync, ftruncateSync, openSync, rmSync, statSync } from 'node:fs';
import { describe, expect, test, type TestContext } from 'vitest';
import { hooked } from '../support/hooked.ts';
import {
  exactly,
  fill,
  has,
  inPlace,
  KEY,
  lines,
  OTHER_ID,
  plan,
  read,
  refusalOf,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { mounted, tmpfs, whyNoMount } from '../support/mounts.ts';
import { failWith } from '../support/posix-error.ts';
import { needs } from '../support/required-here.ts';
import { at, inWorld, makeDirectory, makeLink, snapshot, type World } from '../support/world.ts';

/** A world on disk, in which something can be mounted. */
async function onDisk(context: TestContext, use: (world: World) => Promise<void>) {
  await inWorld('disk', async (world) => {
    const trial = makeDirectory(world, at(world, 'trial'));
    needs(context, whyNoMount(trial));
    rmSync(trial, { recursive: true });
    await use(world);
  });
}

async function expectRefused(world: World, homes: readonly string[], problem: object) {
  const before = snapshot(world);
  const planned = await plan(world, homes);
  const report = await run(world, homes);
  expect([planned.ok, report.outcome]).toEqual([false, 'refused']);
  for (const { problems } of [planned, report]) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([expect.objectContaining(problem)]);
  }
  expect(snapshot(world)).toEqual(before);
}

const unsuitable = (world: World, path: string, reason: string) => ({
  code: 'place-unsuitable',
  path: inPlace(world, path),
  reason,
});

/** An overlay with homes `a`, in its lower layer, and `b`, which has nothing there. */
async function onOverlay(context: TestContext, use: (world: World) => Promise<void>) {
  await onDisk(context, async (world) => {
    const base = makeDirectory(world, at(world, 'base'));
    // On a file system of its own: an overlay cannot be upon an overlay, on which tests may run.
    await mounted(tmpfs('8m'), base, async () => {
      fill(world, { [`base/lower/a/projects/${TRANSCRIPT}`]: lines(1) });
      for (const layer of ['upper', 'work', 'lower/b']) {
        makeDirectory(world, at(world, `base/${layer}`));
      }
      const merged = makeDirectory(world, at(world, 'over'));
      const layers = ['lower', 'upper', 'work'].map((it) => `${it}dir=${world.root}/base/${it}`);
      await mounted(
        ['-t', 'overlay', '-o', `${layers.join(',')},redirect_dir=off`, 'none'],
        merged,
        () => use(world),
      );
    });
  });
}

describe('a migration on any file system (disk)', () => {
  test('files are copied through a bind mount, which allows no links', (context) =>
    onDisk(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const [real, shared] = ['real', 'shared'].map((it) => makeDirectory(world, at(world, it)));
      await mounted(['--bind', real ?? ''], shared ?? '', async () => {
        expect((await plan(world, ['a'])).spaceNeeded).toBe(lines(1).length);
        expect((await run(world, ['a'])).outcome).toBe('done');
        expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
      });
      expect(has(world, `real/.claude-projects-shared/${TRANSCRIPT}`)).toBe(true);
    }));

  test('a mount point in the place of projects is refused', (context) =>
    onDisk(context, async (world) => {
      const projects = makeDirectory(world, at(world, 'a/projects'));
      await mounted(tmpfs(), projects, async () => {
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
        await expectRefused(world, ['a'], unsuitable(world, 'a/projects', 'source-is-mount-point'));
      });
    }));

  test('a mount point inside of projects is refused', (context) =>
    onDisk(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const nested = makeDirectory(world, at(world, 'a/projects/nested'));
      await mounted(tmpfs(), nested, () =>
        expectRefused(
          world,
          ['a'],
          unsuitable(world, 'a/projects/nested', 'source-is-mount-point'),
        ),
      );
    }));

  test('a mount point in the place of the target is refused', (context) =>
    onDisk(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const target = makeDirectory(world, inPlace(world, 'shared/projects'));
      await mounted(tmpfs(), target, () =>
        expectRefused(world, ['a'], unsuitable(world, 'shared/projects', 'target-is-mount-point')),
      );
    }));

  describe('an overlay', () => {
    test('whose lower layer has projects is refused', (context) =>
      onOverlay(context, async (world) => {
        await expectRefused(
          world,
          ['over/a'],
          unsuitable(world, 'over/a/projects', 'source-in-lower-layer'),
        );
      }));

    test('that has projects in both layers is refused', (context) =>
      onOverlay(context, async (world) => {
        fill(world, { [`over/a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1) });
        await expectRefused(
          world,
          ['over/a'],
          unsuitable(world, 'over/a/projects', 'source-in-lower-layer'),
        );
      }));

    test('that has projects in its upper layer only is migrated', (context) =>
      onOverlay(context, async (world) => {
        fill(world, { [`over/b/projects/${TRANSCRIPT}`]: lines(1) });
        const report = await run(world, ['over/b']);
        expect([report.outcome, told(world, report)]).toEqual(['done', []]);
        expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1));
      }));
  });

  test('one home behind a link and by a bind mount counts once', (context) =>
    onDisk(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      makeLink(world, at(world, 'b'), at(world, 'a'));
      const bound = makeDirectory(world, at(world, 'c'));
      await mounted(['--bind', at(world, 'a')], bound, async () => {
        const planned = await plan(world, ['a', 'b', 'c', 'a']);
        expect([planned.ok, planned.homes.length]).toEqual([true, 1]);
        const report = await run(world, ['a', 'b', 'c', 'a']);
        expect([report.outcome, told(world, report), report.restorePoints.length]).toEqual([
          'done',
          [],
          1,
        ]);
      });
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('a sparse file of 2 GB is linked, and not copied', () =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${KEY}/big.md`]: 'x' });
      const file = openSync(at(world, `a/projects/${TRANSCRIPT}`), 'r+');
      ftruncateSync(file, 2 * 1024 ** 3);
      closeSync(file);
      const before = statSync(at(world, `a/projects/${TRANSCRIPT}`));
      expect((await run(world, ['a'])).outcome).toBe('done');
      const after = statSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      expect([after.ino, after.blocks]).toEqual([before.ino, before.blocks]);
    }));

  test('a disk full before the link loses nothing, and is completed', () =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), [`a/projects/${KEY}/x.md`]: 'x' });
      const home = exactly(world, at(world, 'a/projects'));
      const fs = hooked(world, {
        before: (call, path, to = path) => {
          if ((call === 'symlink' || call === 'link') && to.endsWith('a/projects')) {
            failWith('ENOSPC');
          }
        },
      });
      const report = await run(world, ['a'], { fs });
      expect([report.outcome, told(world, report)]).toEqual(['failed', ['io-error a/projects']]);
      expect(paths(exactly(world, at(world, 'a/projects')))).toEqual(paths(home));
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1));
      const second = await run(world, ['a']);
      expect([second.outcome, second.unmerged]).toEqual(['done', []]);
    }));
});

const paths = (snapshot: Readonly<Record<string, string>>) => Object.keys(snapshot);

describe('a migration of any homes and targets (disk)', () => {
  test('a target may be missing, empty or filled', () =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1), 'a/session-env/x/y': 'y' });
      makeDirectory(world, inPlace(world, 'shared/session-env'));
      fill(world, { 'shared/file-history/x/y': 'shared', 'a/file-history/x/z': 'own' });
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, 'a/file-history/x/y')).toBe('shared');
      expect(read(world, 'shared/file-history/x/z')).toBe('own');
      const { mode } = statsOf(world, 'shared/projects');
      expect(Number(mode) & 0o777).toBe(0o700);
    }));

  test('a target in a home, and a home in a target, are refused', () =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      makeLink(world, at(world, 'way'), at(world, 'a'));
      const before = snapshot(world);
      for (const [path, home] of [
        ['a/shared', 'a'],
        ['way/shared', 'a'],
        ['shared', 'shared/a'],
      ]) {
        const required = [{ name: 'projects', target: at(world, path ?? '') }];
        const codes = await run(world, [home ?? ''], { required }).then(
          ({ outcome, problems }) => [outcome, ...problems.map(({ code }) => code)],
          () => ['rejected'],
        );
        expect([path, codes[0] === 'done']).toEqual([path, false]);
        expect(snapshot(world)).toEqual(before);
      }
      const required = [{ name: 'projects', target: at(world, 'a/shared') }];
      const { problems } = await refusalOf(run(world, ['a'], { required }));
      expect(problems.map(({ code }) => code)).toEqual(['directories-overlap']);
    }));

  test('a missing home, and one with nothing, get their links', () =>
    inWorld('disk', async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      makeDirectory(world, at(world, 'empty'));
      const report = await run(world, ['a', 'missing', 'empty']);
      expect([report.outcome, told(world, report), report.restorePoints.length]).toEqual([
        'done',
        [],
        1,
      ]);
      for (const home of ['missing', 'empty']) {
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1));
        expect(has(world, `${home}/session-env`)).toBe(true);
      }
    }));

  test('no home at all is refused', () =>
    inWorld('disk', async (world) => {
      const { problems } = await refusalOf(run(world, []));
      expect(problems.map(({ code }) => code)).toEqual(['invalid-argument']);
    }));
});
