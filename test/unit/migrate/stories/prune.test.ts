import { describe, expect, test } from 'vitest';
import { archive, deleteRestorePoint, planDelete } from 'claude-shared-state/migrate';
import { dying, hooked, showing } from '../../support/hooked.ts';
import {
  fill,
  inPlace,
  KEY,
  lines,
  OTHER_ID,
  plan,
  read,
  refusalOf,
  run,
  TRANSCRIPT,
  unmergedIn,
  usual,
} from '../../support/migrating.ts';
import { everyChange, kindAt, lostOf, pruneAll, statesOf } from '../../support/stories.ts';
import { restorePointsIn, restoring } from '../../support/way-back.ts';
import { at, inWorld, makeDirectory, type World, worldKinds } from '../../support/world.ts';

const NOTES = `projects/${KEY}/memory/notes.md`;

function stage(world: World): void {
  fill(world, {
    [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
    [`a/projects/${KEY}/sessions-index.json`]: '{"a":1}',
    [`a/${NOTES}`]: 'Use tabs.\n',
    [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(3),
    [`b/projects/${KEY}/sessions-index.json`]: '{"b":1}',
  });
}

/** What is left of restore points in a home. */
const leftIn = (world: World, home: string) => {
  const points = at(world, `${home}/.claude-shared-state/restore-points`);
  return world.fs.existsSync(points) ? world.fs.readdirSync(points) : [];
};

async function planAll(world: World, ...homes: readonly string[]) {
  const plans = [];
  for (const { path } of await restorePointsIn(world, ...homes)) {
    plans.push(await planDelete(path, { fs: world.fs }));
  }
  return plans;
}

const isMarked = (call: string, path: string) => call === 'mkdir' && path.endsWith('/restoring');

describe.each(worldKinds)('the deletion of a restore point (%s)', (kind) => {
  test('deletes obsolete caches with it', () =>
    inWorld(kind, async (world) => {
      stage(world);
      const report = await run(world, ['a', 'b']);
      expect(unmergedIn(world, report).every((it) => it.startsWith('obsolete-cache'))).toBe(true);
      const plans = await planAll(world, 'a', 'b');
      expect(plans.map(({ ok, kept, deletable }) => [ok, kept, deletable])).toEqual([
        [true, [], 3],
        [true, [], 2],
      ]);
      for (const { ok, kept } of await pruneAll(world, ['a', 'b'])) {
        expect([ok, kept]).toEqual([true, []]);
      }
      expect([leftIn(world, 'a'), leftIn(world, 'b')]).toEqual([[], []]);
      expect(kindAt(world, `shared/.claude-projects-shared/${KEY}/sessions-index.json`)).toBe(
        'nothing',
      );
    }));

  test('deletes a restored one, and what the restore had displaced', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      world.fs.appendFileSync(at(world, `b/projects/${TRANSCRIPT}`), lines(4));
      expect((await restoring(world, 'a')).ok).toBe(true);
      expect(await statesOf(world, 'a')).toEqual(['restored']);
      for (const { ok, kept } of await pruneAll(world, ['a']))
        expect([ok, kept]).toEqual([true, []]);
      expect(leftIn(world, 'a')).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 4));
      expect(read(world, `a/${NOTES}`)).toBe('Use tabs.\n');
    }));

  test('deletes all of many runs', () =>
    inWorld(kind, async (world) => {
      stage(world);
      for (let time = 1; time <= 3; time += 1) {
        const now = new Date(Date.UTC(2026, 2, 1, 12, 0, time));
        expect((await run(world, ['a', 'b'], { now })).ok).toBe(true);
        if (time < 3) await restoring(world, 'a');
      }
      expect(await statesOf(world, 'a')).toEqual(['restored', 'restored', 'complete']);
      for (const { ok, kept } of await pruneAll(world, ['a', 'b'])) {
        expect([ok, kept]).toEqual([true, []]);
      }
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    }));

  test('deletes one that holds empty directories only', () =>
    inWorld(kind, async (world) => {
      makeDirectory(world, at(world, `a/projects/${KEY}/memory`));
      expect((await run(world, ['a'])).outcome).toBe('done');
      for (const { ok } of await pruneAll(world, ['a'])) expect(ok).toBe(true);
      expect(leftIn(world, 'a')).toEqual([]);
    }));

  test('keeps what the user deleted from the pool, until discard names it', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      const [kept] = await pruneAll(world, ['a']);
      expect([kept?.outcome, kept?.kept]).toEqual(['partial', [`projects/${TRANSCRIPT}`]]);
      expect(await statesOf(world, 'a')).toEqual(['complete']);
      const discard = [`projects/${TRANSCRIPT}`];
      const [gone] = await pruneAll(world, ['a'], { discard });
      expect([gone?.ok, leftIn(world, 'a')]).toEqual([true, []]);
    }));

  test('keeps a transcript that was compacted in the shared place meanwhile', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      const path = inPlace(world, `shared/projects/${TRANSCRIPT}`);
      world.fs.unlinkSync(path);
      world.fs.writeFileSync(path, lines('compacted'));
      const [report] = await pruneAll(world, ['a']);
      expect(report?.kept).toEqual([`projects/${TRANSCRIPT}`]);
      expect(lostOf(world, [lines(1, 2)])).toEqual([]);
    }));

  test('proves with inode numbers above 2^63, however they are shown', () =>
    inWorld(kind, async (world) => {
      stage(world);
      let count = 0;
      // As Node shows one and the same number, by the call that it comes from.
      const fs = showing(world, (_, { ino }) => {
        count += 1;
        const large = BigInt(ino) + 2n ** 63n;
        return { ino: count % 2 === 0 ? large : BigInt.asIntN(64, large) };
      });
      expect((await plan(world, ['a', 'b'], { fs })).ok).toBe(true);
      expect((await run(world, ['a', 'b'], { fs })).outcome).toBe('done');
      for (const { ok, kept } of await pruneAll(world, ['a', 'b'], { fs })) {
        expect([ok, kept]).toEqual([true, []]);
      }
    }));

  test('tells large inode numbers apart that differ in the last bit', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        [`shared/projects/${TRANSCRIPT}`]: lines(2),
      });
      const fs = showing(world, (path) => ({
        ino: 2n ** 63n + (path.includes('/a/') ? 1n : 0n) + (path.includes('trial') ? 1n : 0n),
      }));
      const planned = await plan(world, ['a'], { fs });
      expect(planned.problems.map(({ code }) => code)).toContain('transcripts-diverge');
    }));

  test('refuses while a migration or a restore is half done', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      await restoring(world, 'a', { fs: hooked(world, dying(isMarked)) });
      const [report] = await pruneAll(world, ['a']);
      expect([report?.outcome, report?.problems.map(({ code }) => code)]).toEqual([
        'refused',
        ['restore-point-in-use'],
      ]);
    }));

  test('killed at any call is completed by it, a migration or a restore', async () => {
    await everyChange(kind, async (world, moment) => {
      stage(world);
      await run(world, ['a', 'b']);
      await pruneAll(world, ['a'], { fs: hooked(world, dying(moment)) });
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
      const back = await restoring(world, 'b');
      expect(back.outcome).toBe('done');
      for (const { ok, kept } of await pruneAll(world, ['a', 'b'])) {
        expect([ok, kept]).toEqual([true, []]);
      }
      expect([leftIn(world, 'a'), leftIn(world, 'b')]).toEqual([[], []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(read(world, `b/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
    });
  });

  test('does not take the archive for a proof, nor touch it', () =>
    inWorld(kind, async (world) => {
      stage(world);
      await run(world, ['a', 'b']);
      const { now: _, ...rest } = usual(world);
      expect((await archive(rest)).ok).toBe(true);
      world.fs.unlinkSync(inPlace(world, `shared/projects/${TRANSCRIPT}`));
      const [report] = await pruneAll(world, ['a']);
      expect(report?.kept).toEqual([`projects/${TRANSCRIPT}`]);
      expect(kindAt(world, `shared/.claude-shared-state/archive/projects/${TRANSCRIPT}`)).toBe(
        'file',
      );
    }));
});

describe.each(worldKinds)('what group and others may do (%s)', (kind) => {
  test('is a warning at most: an ACL mask looks like a right', () =>
    inWorld(kind, async (world) => {
      stage(world);
      world.fs.chmodSync(at(world, 'a'), 0o770);
      makeDirectory(world, at(world, 'shared'));
      world.fs.chmodSync(at(world, 'shared'), 0o770);
      const planned = await plan(world, ['a', 'b']);
      expect(planned.ok).toBe(true);
      const warnings = planned.problems.filter(({ code }) => code === 'ancestor-writable');
      expect(warnings.every(({ severity }) => severity === 'warning')).toBe(true);
      expect((await run(world, ['a', 'b'])).outcome).toBe('done');
    }));
});

test.each([
  ['a directory of the home', '/h/.claude/projects'],
  ['something else beside restore points', '/h/.claude/.claude-shared-state/restore-points/x'],
])('the deletion of %s is an error of the caller', async (_, path) => {
  const { problems } = await refusalOf(deleteRestorePoint(path));
  expect(problems.map((problem) => [problem.path, problem.severity])).toEqual([[path, 'error']]);
});
