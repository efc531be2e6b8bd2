import { deleteRestorePoint, planDelete } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import { hooked, once } from '../support/hooked.ts';
import {
  contents,
  editByRename,
  fill,
  has,
  ID,
  inPlace,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  read,
  refusalOf,
  run,
  TRANSCRIPT,
} from '../support/migrating.ts';
import {
  deleting,
  planningDelete,
  restorePointOf,
  restorePointsIn,
  restoring,
} from '../support/way-back.ts';
import { at, inWorld, makeLink, snapshot, type World, worldKinds } from '../support/world.ts';

const NOTES = `${KEY}/memory/notes.md`;
const INDEX = `${KEY}/memory/MEMORY.md`;

function fillHome(world: World, home = 'a', session = ID): void {
  fill(world, {
    [`${home}/projects/${KEY}/${session}.jsonl`]: lines(1, 2, 3),
    [`${home}/projects/${NOTES}`]: 'first\n',
    [`${home}/file-history/${session}/1@v1`]: 'before\n',
  });
}

/** Migrates homes, and returns the restore point of the last one. */
async function migrated(world: World, ...homes: readonly string[]): Promise<string> {
  expect((await run(world, homes)).outcome).toBe('done');
  return await restorePointOf(world, homes.at(-1) ?? '');
}

/** That the plan says the same as the call, which keeps these files. */
async function expectKept(world: World, path: string, kept: readonly string[]): Promise<void> {
  const before = snapshot(world);
  const planned = await planningDelete(world, path);
  expect([planned.ok, planned.kept]).toEqual([kept.length === 0, kept]);
  expect(snapshot(world)).toEqual(before);
  const report = await deleting(world, path);
  expect([report.ok, report.outcome, report.kept, report.deleted]).toEqual([
    kept.length === 0,
    kept.length === 0 ? 'done' : 'partial',
    kept,
    planned.deletable,
  ]);
  expect(world.fs.existsSync(path)).toBe(kept.length > 0);
}

describe.each(worldKinds)('deleteRestorePoint (%s)', (kind) => {
  test('deletes what is shared: the home works on, and there is no way back', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = await migrated(world, 'a');
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(4));
      expect(await planningDelete(world, path)).toEqual({
        ok: true,
        restorePoint: path,
        deletable: 3,
        kept: [],
        problems: [],
      });
      expect(await deleting(world, path)).toEqual({
        ok: true,
        outcome: 'done',
        restorePoint: path,
        deleted: 3,
        kept: [],
        problems: [],
      });
      expect(world.fs.existsSync(path)).toBe(false);
      expect(await restorePointsIn(world, 'a')).toEqual([]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
      expect(read(world, `a/projects/${NOTES}`)).toBe('first\n');
      expect(read(world, `a/file-history/${ID}/1@v1`)).toBe('before\n');
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'refused' });
      expect((await run(world, ['a'])).outcome).toBe('done');
    }));

  test('keeps and names what the shared state lacks', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fill(world, {
        'a/projects/-app/sessions-index.json': '{}',
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1, 2),
        [`a/projects/${KEY}/edited.txt`]: 'old',
      });
      const path = await migrated(world, 'a');
      world.fs.unlinkSync(inPlace(world, `a/projects/${KEY}/${OTHER_ID}.jsonl`));
      await editByRename(world, `a/projects/${KEY}/edited.txt`, 'new');
      const kept = [`projects/${KEY}/${OTHER_ID}.jsonl`, `projects/${KEY}/edited.txt`];
      await expectKept(world, path, kept);
      expect(world.fs.existsSync(`${path}/projects/${TRANSCRIPT}`)).toBe(false);
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1, 2), 'old']));
      expect(await restorePointsIn(world, 'a')).toMatchObject([
        { path, state: 'complete', names: ['projects'], files: 2 },
      ]);
      await expectKept(world, path, kept);
    }));

  test('leaves a way back with what it keeps', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = await migrated(world, 'a');
      world.fs.unlinkSync(inPlace(world, `shared/file-history/${ID}/1@v1`));
      fill(world, { 'shared/file-history/other': 'x' });
      await expectKept(world, path, [`file-history/${ID}/1@v1`]);
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/file-history/${ID}/1@v1`)).toBe('before\n');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('deletes what discard names, a file or a directory, and nothing else', () =>
    inWorld(kind, async (world) => {
      const names = ['one', 'two', 'three', 'dir/four', 'dir/five', 'directory'];
      fill(world, Object.fromEntries(names.map((name) => [`a/projects/${name}`, name])));
      const path = await migrated(world, 'a');
      for (const name of names) world.fs.unlinkSync(at(world, `a/projects/${name}`));
      const discard = ['projects/one', 'projects/dir', 'nothing', `${path}/projects/two`];
      const kept = ['projects/directory', 'projects/three', 'projects/two'];
      expect(await planningDelete(world, path, { discard })).toMatchObject({ deletable: 3, kept });
      const report = await deleting(world, path, { discard });
      expect(report).toMatchObject({ outcome: 'partial', deleted: 3, kept });
      expect(await deleting(world, path, { discard: kept })).toMatchObject({ ok: true });
      expect(world.fs.existsSync(path)).toBe(false);
    }));

  test('proves a transcript by one that continues it, line by line', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1, 2),
      });
      await run(world, ['a', 'b']);
      for (const home of ['a', 'b']) {
        await expectKept(world, await restorePointOf(world, home), []);
      }
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2));
      expect(read(world, `b/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(1, 2));
      const replaced = at(world, 'shared/.claude-shared-state/replaced');
      const left = world.fs.existsSync(replaced) ? Object.values(snapshot(world, replaced)) : [];
      expect(left.filter((it) => it.startsWith('file'))).toEqual([]);
    }));

  test('keeps a torn line that no other transcript has', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: `${lines(1)}{"torn`,
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2),
      });
      await run(world, ['a', 'b']);
      await expectKept(world, await restorePointOf(world, 'b'), []);
      await expectKept(world, await restorePointOf(world, 'a'), [`projects/${TRANSCRIPT}`]);
      expect(contents(world)).toContain(`${lines(1)}{"torn`);
    }));

  test('keeps lines that were only taken away by rewriting the shared transcript', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = await migrated(world, 'a');
      await editByRename(world, `a/projects/${TRANSCRIPT}`, lines(1, 2));
      await expectKept(world, path, [`projects/${TRANSCRIPT}`]);
    }));

  test('proves a memory index by one with all of its lines', () =>
    inWorld(kind, async (world) => {
      fill(world, {
        [`a/projects/${INDEX}`]: 'a\nboth\n',
        [`b/projects/${INDEX}`]: 'b\nboth\n',
      });
      await run(world, ['a', 'b']);
      await expectKept(world, await restorePointOf(world, 'a'), []);
      await editByRename(world, `a/projects/${INDEX}`, 'a\nboth\n');
      await expectKept(world, await restorePointOf(world, 'b'), [`projects/${INDEX}`]);
    }));

  test('proves a symbolic link by one with the same text', () =>
    inWorld(kind, async (world) => {
      fill(world, { 'a/projects/x/y': 'y' });
      makeLink(world, at(world, 'a/projects/same'), 'x');
      makeLink(world, at(world, 'a/projects/other'), 'x');
      const path = await migrated(world, 'a');
      world.fs.unlinkSync(inPlace(world, 'shared/projects/other'));
      makeLink(world, inPlace(world, 'shared/projects/other'), '/elsewhere');
      await expectKept(world, path, ['projects/other']);
    }));

  test('keeps the side of a conflict that was not chosen, until discard names it', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fill(world, { [`b/projects/${NOTES}`]: 'of b\n' });
      const preferShared = [at(world, `b/projects/${NOTES}`)];
      await run(world, ['a', 'b'], { preferShared });
      const path = await restorePointOf(world, 'b');
      await expectKept(world, path, [`projects/${NOTES}`]);
      await expectKept(world, await restorePointOf(world, 'a'), []);
      const discard = [`projects/${NOTES}`];
      expect(await deleting(world, path, { discard })).toMatchObject({ outcome: 'done' });
      expect(contents(world)).not.toContain('of b\n');
    }));

  test('keeps what preferHome displaced from the target, and does not stop there', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${NOTES}`]: 'home\n', [`shared/projects/${NOTES}`]: 'shared\n' });
      await run(world, ['a'], { preferHome: [at(world, `a/projects/${NOTES}`)] });
      await expectKept(world, await restorePointOf(world, 'a'), []);
      expect(contents(world).toSorted()).toEqual(['home\n', 'shared\n']);
    }));

  test('deletes a fragment whose lines the transcript has', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2) });
      const after = once(movesAside, () =>
        fill(world, { [`a/projects/${TRANSCRIPT}`]: lines('late') }),
      );
      expect((await run(world, ['a'], { fs: hooked(world, { after }) })).outcome).toBe('done');
      await expectKept(world, await restorePointOf(world, 'a'), []);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 'late'));
    }));

  test('of a restored one proves files by the home, which has its directories back', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = await migrated(world, 'a');
      await restoring(world, 'a');
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(4));
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3, 4));
    }));

  test('finds the targets where required says, after they were moved', () =>
    inWorld(kind, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1) });
      const path = await migrated(world, 'a');
      world.fs.renameSync(inPlace(world, 'shared/projects'), at(world, 'moved'));
      expect(await deleting(world, path)).toMatchObject({
        outcome: 'refused',
        problems: [{ code: 'other-target' }],
      });
      const required = [{ name: 'projects', target: at(world, 'moved') }];
      expect(await planningDelete(world, path, { required })).toMatchObject({ ok: true });
      expect(await deleting(world, path, { required })).toMatchObject({ outcome: 'done' });
      expect(read(world, `moved/${TRANSCRIPT}`)).toBe(lines(1));
    }));

  test('keeps every session, after a restore and another migration too', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      fillHome(world, 'b', OTHER_ID);
      await run(world, ['b', 'a']);
      const first = await restorePointOf(world, 'a');
      world.fs.unlinkSync(inPlace(world, `a/projects/${TRANSCRIPT}`));
      await restoring(world, 'a');
      world.fs.unlinkSync(inPlace(world, `shared/projects/${KEY}/${OTHER_ID}.jsonl`));
      expect((await run(world, ['a'])).outcome).toBe('done');
      for (const { path } of await restorePointsIn(world, 'a')) {
        expect(await deleting(world, path)).toMatchObject({ outcome: 'done', problems: [] });
      }
      expect(world.fs.existsSync(first)).toBe(false);
      for (const session of [ID, OTHER_ID]) {
        for (const home of ['a', 'b']) {
          expect(read(world, `${home}/projects/${KEY}/${session}.jsonl`)).toBe(lines(1, 2, 3));
        }
      }
    }));

  test('stops at a signal, and the same call completes it', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = await migrated(world, 'a');
      const stop = new AbortController();
      const onProgress = ({ done }: { readonly done: number }) => {
        if (done > 0) stop.abort();
      };
      expect(await deleting(world, path, { onProgress, signal: stop.signal })).toMatchObject({
        outcome: 'aborted',
      });
      expect(await restorePointsIn(world, 'a')).toMatchObject([{ path, state: 'deleting' }]);
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done' });
      expect(has(world, `a/projects/${TRANSCRIPT}`)).toBe(true);
    }));

  test('does not stop a migration while a deletion is half done', () =>
    inWorld(kind, async (world) => {
      fillHome(world);
      const path = await migrated(world, 'a');
      const stop = new AbortController();
      const onProgress = ({ done }: { readonly done: number }) => {
        if (done > 0) stop.abort();
      };
      await deleting(world, path, { onProgress, signal: stop.signal });
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done' });
    }));

  test('rejects bad arguments', () =>
    inWorld(kind, async (world) => {
      const point = at(world, 'a/.claude-shared-state/restore-points/20260102T030405Z-abc');
      const rows: readonly (readonly [code: string, path: string, options: object])[] = [
        ['invalid-argument', 'relative', {}],
        ['invalid-argument', at(world, 'a'), {}],
        ['invalid-argument', at(world, 'elsewhere/20260102T030405Z-abc'), {}],
        ['invalid-argument', point.replace(/20.*/, 'x'), {}],
        ['invalid-argument', point, { discard: [1] }],
        ['unknown-option', point, { live: 'merge' }],
        ['invalid-argument', point, { required: [{ name: 'removing', target: '/t' }] }],
      ];
      for (const [code, path, options] of rows) {
        for (const [operation, call] of Object.entries({ deleteRestorePoint, planDelete })) {
          const { problems, operation: named } = await refusalOf(
            call(path, { fs: world.fs, ...options }),
          );
          expect([path, named, ...problems.map((it) => it.code)]).toEqual([path, operation, code]);
        }
      }
    }));
});
