import { requiredSharedUnder, validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { dying, hooked } from '../../support/hooked.ts';
import {
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
  told,
  TRANSCRIPT,
  usual,
} from '../../support/migrating.ts';
import {
  everyChange,
  kindAt,
  lostOf,
  PROJECTS_LINK,
  pruneAll,
  removeByHand,
  statesOf,
} from '../../support/stories.ts';
import { restoring } from '../../support/way-back.ts';
import { at, inWorld, makeDirectory, type World, worldKinds } from '../../support/world.ts';

const MEMORY = `projects/${KEY}/memory/notes.md`;

function stage(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/${MEMORY}`]: 'Use tabs.\n',
    [`a/file-history/${ID}/1@v1`]: 'before',
    [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
  });
  makeDirectory(world, at(world, 'other'));
}

const TEXTS = [lines(1, 2), 'Use tabs.\n', 'before', lines(3)];

/** A run that dies after `projects` of the first home was moved away, and before its link is there. */
async function killed(world: World, homes: readonly string[] = ['a', 'b']): Promise<void> {
  stage(world);
  const report = await run(world, homes, { fs: hooked(world, dying(movesAside)) });
  expect(report.outcome).toBe('failed');
  expect(kindAt(world, 'a/projects')).toBe('nothing');
}

const otherRoot = (world: World) => requiredSharedUnder(at(world, 'other'));

function expectAllShared(world: World): void {
  for (const home of ['a', 'b']) {
    expect(kindAt(world, `${home}/projects`)).toBe(PROJECTS_LINK);
    expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    expect(read(world, `${home}/${MEMORY}`)).toBe('Use tabs.\n');
  }
  expect(read(world, `a/file-history/${ID}/1@v1`)).toBe('before');
}

/** What is shared under the other root. */
function poolIn(world: World): readonly string[] {
  const names = world.fs.readdirSync(at(world, 'other')).map(String);
  return names.filter((name) => name.endsWith('-shared'));
}

function expectInOther(world: World): void {
  expect(kindAt(world, 'a/projects')).toBe('link to other/.claude-projects-shared');
  expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
}

describe.each(worldKinds)('killed before the link (%s)', (kind) => {
  test('the same command finishes the run', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      const planned = await plan(world, ['a', 'b']);
      expect(planned.ok).toBe(true);
      expect(planned.problems.map(({ code }) => code)).toContain('earlier-run-incomplete');
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
      expect(await statesOf(world, 'a', 'b')).toEqual(['complete', 'complete']);
    }));

  test('a migration with another root names the first one, and begins no pool', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      for (const homes of [['a', 'b'], ['a']]) {
        const report = await run(world, homes, { required: otherRoot(world) });
        expect(report.outcome).toBe('refused');
        const target = at(world, 'shared/.claude-projects-shared');
        expect(report.problems).toContainEqual(
          expect.objectContaining({ code: 'earlier-run-other-target', target }),
        );
        expect(poolIn(world)).toEqual([]);
      }
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
    }));

  test('a migration with another root does not leave the home without projects', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      await run(world, ['a', 'b'], { required: otherRoot(world) });
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
    }));

  test('a plan with another root says the same, and changes nothing', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      const planned = await plan(world, ['a'], { required: otherRoot(world) });
      expect(planned.ok).toBe(false);
      expect(told(world, planned).map((it) => it.split(' ')[0])).toContain(
        'earlier-run-other-target',
      );
      expect(poolIn(world)).toEqual([]);
    }));

  test('ensure creates the link, and the migration finishes the rest', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      const { required, fs } = usual(world);
      await validateAll([at(world, 'a')], { required, fs });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
    }));

  test('ensure with another root loses nothing, and the right link finishes it', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      await validateAll([at(world, 'a')], { required: otherRoot(world), fs: world.fs }).catch(
        () => {},
      );
      expect(lostOf(world, TEXTS)).toEqual([]);
      const report = await run(world, ['a', 'b']);
      // The user has to say which pool is meant.
      expect(report.outcome).toBe('refused');
      for (const name of ['projects', 'session-env', 'file-history']) {
        removeByHand(world, `a/${name}`);
      }
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
    }));

  test('restore gives the home its own directory, and a migration shares it again', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      const report = await restoring(world, 'a');
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(kindAt(world, 'a/projects')).toBe('directory');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
    }));

  test('prune deletes nothing of it', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      const reports = await pruneAll(world, ['a', 'b']);
      expect(reports.map(({ outcome }) => outcome)).toEqual(['refused']);
      expect(reports.flatMap((it) => told(world, it))).toEqual([
        'restore-point-in-use a/.claude-shared-state/restore-points/RUN',
      ]);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
    }));

  test('a migration of the other home alone leaves the first one to be finished', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      expect((await run(world, ['b'])).outcome).toBe('done');
      expect(lostOf(world, TEXTS)).toEqual([]);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expectAllShared(world);
    }));

  test('a program that starts meanwhile gets a directory, which is brought in', () =>
    inWorld(kind, async (world) => {
      await killed(world);
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(7) });
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      expect(kindAt(world, 'a/projects')).toBe(PROJECTS_LINK);
      expect(read(world, `shared/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 7));
    }));

  test('at any call, the next call with another root begins no second pool', async () => {
    await everyChange(kind, async (world, moment) => {
      stage(world);
      const { outcome } = await run(world, ['a', 'b'], { fs: hooked(world, dying(moment)) });
      const other = await run(world, ['a', 'b'], { required: otherRoot(world) });
      expect(lostOf(world, TEXTS)).toEqual([]);
      // Nothing had been moved yet: that is another migration, and a right one.
      if (other.ok) return expectInOther(world);
      expect(other.outcome).toBe('refused');
      expect(poolIn(world)).toEqual([]);
      const again = await run(world, ['a', 'b']);
      expect([outcome, again.ok]).toEqual([outcome, true]);
      expectAllShared(world);
    });
  });

  test('with all links made and the run not ended, another root is refused, too', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b'], { fs: hooked(world, dying(linksProjects, 2)) });
      expect(kindAt(world, 'b/projects')).toBe(PROJECTS_LINK);
      const other = await run(world, ['a', 'b'], { required: otherRoot(world) });
      expect(other.outcome).toBe('refused');
      expect(poolIn(world)).toEqual([]);
    }));
});

describe.each(worldKinds)('one home named and the root forgotten (%s)', (kind) => {
  test('no advice moves or removes the shared place', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      const planned = await plan(world, ['a'], { required: otherRoot(world) });
      expect(planned.ok).toBe(false);
      const shared = at(world, 'shared');
      for (const { message, path } of planned.problems) {
        expect(path.startsWith(shared)).toBe(false);
        expect(message).not.toMatch(/\brm\b|\bmv\b|[Mm]ove it away|[Rr]emove it/);
      }
      const report = await run(world, ['a'], { required: otherRoot(world) });
      expect(report.outcome).toBe('refused');
      expectAllShared(world);
    }));
});
