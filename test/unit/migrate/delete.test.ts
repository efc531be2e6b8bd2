import { listOriginals, migrate, retireOriginals } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  lines,
  makeHome,
  migrateIn,
  ONE,
  optionsIn,
  restoreIn,
  retireIn,
  TWO,
} from '../support/migration/way-back.ts';
import { at, inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

const shared = 'shared/.claude-projects-shared';
const transcript = `projects/-app/${ONE}.jsonl`;

function read(world: World, path: string): string {
  return String(world.fs.readFileSync(at(world, path), 'utf8'));
}

function has(world: World, path: string): boolean {
  return world.fs.existsSync(at(world, path));
}

/** Migrates homes, and gives the originals of the last one. */
async function migrated(world: World, ...homes: readonly string[]): Promise<string> {
  const { outcome, originals } = await migrateIn(world, homes);
  expect(outcome).toBe('done');
  return originals.at(-1) ?? '';
}

describe.each(worldKinds)('retireOriginals, in %s', (kind) => {
  test('removes all that is shared: the home works on, and there is no way back', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const path = await migrated(world, home);
      world.fs.appendFileSync(at(world, `a/${transcript}`), lines(4, 5));
      expect(await retireIn(world, path)).toEqual({
        ok: true,
        outcome: 'done',
        originals: path,
        removed: 3,
        kept: [],
        problems: [],
      });
      expect(world.fs.existsSync(path)).toBe(false);
      expect(await listOriginals(home, { fs: world.fs })).toEqual({ originals: [], problems: [] });
      expect(read(world, `a/${transcript}`)).toBe(lines(1, 5));
      expect(read(world, 'a/projects/-app/memory/MEMORY.md')).toBe('first\n');
      expect(read(world, `a/file-history/${ONE}/1@v1`)).toBe('before\n');
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'refused' });
    }));

  test('can be called twice, and finds nothing to do', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world, makeHome(world));
      await retireIn(world, path);
      expect(await retireIn(world, path)).toMatchObject({ ok: true, outcome: 'done', removed: 0 });
    }));

  test('keeps and names what the shared state has not, or has not any more', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeFile(world, at(world, 'a/projects/-app/sessions-index.json'), '{}');
      makeFile(world, at(world, `a/projects/-app/${TWO}.jsonl`), lines(1, 3));
      const path = await migrated(world, home);
      world.fs.unlinkSync(at(world, `a/projects/-app/${TWO}.jsonl`));
      world.fs.writeFileSync(at(world, 'a/projects/-app/memory/MEMORY.md'), 'first!');
      expect(await retireIn(world, path)).toMatchObject({
        ok: false,
        outcome: 'done-with-leftovers',
        removed: 2,
        kept: [
          `projects/-app/${TWO}.jsonl`,
          'projects/-app/memory/MEMORY.md',
          'projects/-app/sessions-index.json',
        ],
      });
      expect(world.fs.existsSync(`${path}/${transcript}`)).toBe(false);
      expect(String(world.fs.readFileSync(`${path}/projects/-app/${TWO}.jsonl`, 'utf8'))).toBe(
        lines(1, 3),
      );
      const { originals } = await listOriginals(home, { fs: world.fs });
      expect(originals).toMatchObject([{ path, state: 'sealed', files: 3 }]);
    }));

  test('leaves a way back with what it keeps', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const path = await migrated(world, home);
      world.fs.unlinkSync(at(world, `a/file-history/${ONE}/1@v1`));
      expect(await retireIn(world, path)).toMatchObject({ kept: [`file-history/${ONE}/1@v1`] });
      expect(await restoreIn(world, home)).toMatchObject({
        outcome: 'done',
        restored: ['projects', 'file-history'],
      });
      expect(read(world, `a/${transcript}`)).toBe(lines(1, 3));
      expect(read(world, 'a/projects/-app/memory/MEMORY.md')).toBe('first\n');
      expect(read(world, `a/file-history/${ONE}/1@v1`)).toBe('before\n');
    }));

  test('discards what is named, by either spelling of its path, and nothing else', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      for (const name of ['one', 'two', 'three']) makeFile(world, `${home}/projects/${name}`, name);
      const path = await migrated(world, home);
      for (const name of ['one', 'two', 'three']) world.fs.unlinkSync(`${home}/projects/${name}`);
      const discard = ['projects/one', `${path}/projects/two`, 'projects', 'manifest', 'nothing'];
      const report = await retireIn(world, path, { discard });
      expect(report).toMatchObject({ outcome: 'done-with-leftovers', kept: ['projects/three'] });
      expect(world.fs.existsSync(`${path}/manifest`)).toBe(true);
      expect(await retireIn(world, path, { discard: report.kept })).toMatchObject({ ok: true });
      expect(world.fs.existsSync(path)).toBe(false);
    }));

  test('proves generations that were displaced line by line, and fragments as well', () =>
    inWorld(kind, async (world) => {
      makeHome(world, 'b');
      const home = makeHome(world);
      world.fs.writeFileSync(at(world, `a/${transcript}`), lines(1, 2));
      const path = await migrated(world, at(world, 'b'), home);
      makeFile(world, `${path}/recreated-1-projects/-app/${ONE}.jsonl`, lines(3, 3));
      makeFile(world, `${path}/displaced/projects/home/7/-app/${ONE}.jsonl~0123456789abcdef`, '');
      makeFile(world, `${path}/displaced/projects/target/7/-app/${ONE}.jsonl`, lines(3, 4));
      expect(await retireIn(world, path)).toMatchObject({
        kept: [`displaced/projects/target/7/-app/${ONE}.jsonl`],
      });
      world.fs.appendFileSync(at(world, `a/${transcript}`), lines(4, 4));
      expect(await retireIn(world, path)).toMatchObject({ outcome: 'done', kept: [] });
    }));

  test('takes no line for two, and no unfinished line for a whole one', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world, makeHome(world));
      const twice = `displaced/projects/home/7/-app/${ONE}.jsonl`;
      const torn = `displaced/projects/home/8/-app/${ONE}.jsonl`;
      makeFile(world, `${path}/${twice}`, lines(2, 2) + lines(2, 2));
      makeFile(world, `${path}/${torn}`, `${lines(2, 2)}{"n":`);
      expect(await retireIn(world, path)).toMatchObject({ kept: [twice, torn] });
    }));

  test('keeps other files that were superseded', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world, makeHome(world));
      const old = 'displaced/projects/target/6/-app/memory/MEMORY.md';
      makeFile(world, `${path}/${old}`, 'older\n');
      expect(await retireIn(world, path)).toMatchObject({ kept: [old] });
    }));

  test('finds a session that has moved to another project since', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world, makeHome(world));
      makeFile(world, at(world, `${shared}/-tree/memory/x.md`), 'x');
      world.fs.renameSync(
        at(world, `${shared}/-app/${ONE}.jsonl`),
        at(world, `${shared}/-tree/${ONE}.jsonl`),
      );
      expect(await retireIn(world, path)).toMatchObject({ outcome: 'done', removed: 3 });
      expect(read(world, `a/projects/-tree/${ONE}.jsonl`)).toBe(lines(1, 3));
    }));

  test('keeps both sides of a conflict until the one that was put aside is named', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const other = makeHome(world, 'b');
      const path = at(world, 'b/projects/-app/memory/MEMORY.md');
      world.fs.writeFileSync(path, 'of b\n');
      const { originals } = await migrate([home, other], {
        ...optionsIn(world),
        keepBoth: [path],
      });
      const report = await retireIn(world, originals[1] ?? '');
      expect(report.kept).toEqual(['projects/-app/memory/MEMORY.md']);
      expect(await retireIn(world, originals[0] ?? '')).toMatchObject({ ok: true });
    }));

  test('migrate, restore, migrate, retire: with retention in between, all sessions are there', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeHome(world, 'b', TWO);
      const first = await migrated(world, at(world, 'b'), home);
      world.fs.unlinkSync(at(world, `a/${transcript}`));
      await restoreIn(world, home);
      expect(await retireIn(world, first)).toMatchObject({ outcome: 'refused' });
      world.fs.unlinkSync(at(world, `${shared}/-app/${TWO}.jsonl`));
      const second = await migrated(world, home);
      for (const path of [first, second]) {
        expect(await retireIn(world, path)).toMatchObject({ outcome: 'done', problems: [] });
      }
      for (const session of [ONE, TWO]) {
        expect(read(world, `a/projects/-app/${session}.jsonl`)).toBe(lines(1, 3));
        expect(read(world, `b/projects/-app/${session}.jsonl`)).toBe(lines(1, 3));
      }
      const { originals } = await listOriginals(home, { fs: world.fs });
      expect(originals).toEqual([]);
    }));

  test('stops at a signal, and puts back what is left', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const path = await migrated(world, home);
      const stop = new AbortController();
      const onProgress = ({ done }: { readonly done: number }) => {
        if (done > 0) stop.abort();
      };
      expect(await retireIn(world, path, { onProgress, signal: stop.signal })).toMatchObject({
        outcome: 'aborted',
      });
      expect((await listOriginals(home, { fs: world.fs })).originals).toMatchObject([
        { path, state: 'sealed' },
      ]);
      expect(await retireIn(world, path)).toMatchObject({ outcome: 'done' });
      expect(has(world, `a/${transcript}`)).toBe(true);
    }));

  test('refuses bad arguments by rejecting', () =>
    inWorld(kind, async (world) => {
      await expect(retireOriginals('relative', { fs: world.fs })).rejects.toMatchObject({
        operation: 'retireOriginals',
        problems: [{ code: 'path-relative' }],
      });
      const discard = Object.assign([], { 0: 1 });
      await expect(retireOriginals('/x', { fs: world.fs, discard })).rejects.toMatchObject({
        problems: [{ code: 'invalid-option' }],
      });
    }));
});
