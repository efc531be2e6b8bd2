import { migrate, restore } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  lines,
  makeHome,
  migrateIn,
  ONE,
  optionsIn,
  restoreIn,
  TWO,
} from '../support/migration/way-back.ts';
import {
  at,
  inWorld,
  makeDirectory,
  makeFile,
  makeLink,
  snapshot,
  type World,
  worldKinds,
} from '../support/world.ts';

const shared = 'shared/.claude-projects-shared';
const THREE = TWO.replace('7', '8');
const transcript = `a/projects/-app/${ONE}.jsonl`;

function read(world: World, path: string): string {
  return String(world.fs.readFileSync(at(world, path), 'utf8'));
}

function namesOf(world: World, path: string): number {
  return Number(Reflect.get(world.fs.lstatSync(at(world, path), { bigint: true }), 'nlink'));
}

/** What the home holds, apart from what is the library's own. */
function homeOf(world: World, home: string) {
  const own = at(world, `${home}/.claude-shared-state`);
  return Object.fromEntries(
    Object.entries(snapshot(world, at(world, home))).filter(([path]) => !path.startsWith(own)),
  );
}

function originalsIn(world: World, home = 'a'): string[] {
  const directory = at(world, `${home}/.claude-shared-state/originals`);
  return world.fs.readdirSync(directory).map((name) => `${directory}/${String(name)}`);
}

describe.each(worldKinds)('restore, in %s', (kind) => {
  test('gives the home back exactly what it had', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeDirectory(world, at(world, 'a/projects/-empty'));
      const before = homeOf(world, 'a');
      expect(await migrateIn(world, [home])).toMatchObject({ outcome: 'done' });
      expect(await restoreIn(world, home)).toMatchObject({
        ok: true,
        outcome: 'done',
        restored: ['projects', 'file-history'],
        problems: [],
        leftovers: [],
      });
      expect(homeOf(world, 'a')).toMatchObject(before);
      expect(read(world, `${shared}/-app/${ONE}.jsonl`)).toBe(lines(1, 3));
    }));

  test('brings what was added to the shared state since, and removes nothing from it', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeHome(world, 'b', TWO);
      await migrateIn(world, [home, at(world, 'b')]);
      world.fs.appendFileSync(at(world, transcript), lines(4, 5));
      makeFile(world, at(world, `${shared}/-new/${THREE}.jsonl`), lines(1, 1));
      makeFile(world, at(world, `${shared}/-new/memory/new.md`), 'new\n');
      const edited = at(world, `${shared}/-app/memory/MEMORY.md`);
      world.fs.writeFileSync(`${edited}.tmp`, 'second\n');
      world.fs.renameSync(`${edited}.tmp`, edited);
      const before = snapshot(world, at(world, shared));
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done', leftovers: [] });
      expect(read(world, transcript)).toBe(lines(1, 5));
      expect(read(world, `a/projects/-app/${TWO}.jsonl`)).toBe(lines(1, 3));
      expect(read(world, `a/projects/-new/${THREE}.jsonl`)).toBe(lines(1, 1));
      expect(read(world, 'a/projects/-new/memory/new.md')).toBe('new\n');
      expect(read(world, 'a/projects/-app/memory/MEMORY.md')).toBe('second\n');
      expect(read(world, `a/file-history/${TWO}/1@v1`)).toBe('before\n');
      expect(snapshot(world, at(world, shared))).toEqual(before);
    }));

  test('leaves transcripts one with those of the shared state, and all other files on their own', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeFile(world, at(world, `b/projects/-app/notes.txt`), 'of b\n');
      await migrateIn(world, [home, at(world, 'b')]);
      await restoreIn(world, home);
      expect(namesOf(world, transcript)).toBe(2);
      expect(namesOf(world, 'a/projects/-app/memory/MEMORY.md')).toBe(1);
      expect(namesOf(world, 'a/projects/-app/notes.txt')).toBe(1);
      world.fs.appendFileSync(at(world, transcript), lines(4, 4));
      expect(read(world, `${shared}/-app/${ONE}.jsonl`)).toBe(lines(1, 4));
    }));

  test('makes transcripts files of their own on request, also afterwards', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeHome(world, 'b', TWO);
      await migrateIn(world, [home, at(world, 'b')]);
      expect(await restoreIn(world, home, { detach: true })).toMatchObject({ outcome: 'done' });
      expect(await restoreIn(world, at(world, 'b'))).toMatchObject({ outcome: 'done' });
      expect(await restoreIn(world, at(world, 'b'), { detach: true })).toMatchObject({
        outcome: 'done',
      });
      for (const one of ['a', 'b']) {
        const path = at(world, `${one}/projects/-app/${ONE}.jsonl`);
        world.fs.appendFileSync(path, lines(4, 4, one));
        expect(read(world, `${one}/projects/-app/${ONE}.jsonl`)).toBe(
          lines(1, 3) + lines(4, 4, one),
        );
      }
      expect(read(world, `${shared}/-app/${ONE}.jsonl`)).toBe(lines(1, 3));
    }));

  test('can be called twice, and finds nothing to do', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      await restoreIn(world, home);
      const before = snapshot(world);
      expect(await restoreIn(world, home)).toMatchObject({
        outcome: 'done',
        restored: ['projects', 'file-history'],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test('refuses where nothing was ever migrated', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const before = snapshot(world);
      const report = await restoreIn(world, home);
      expect(report).toMatchObject({ ok: false, outcome: 'refused', restored: [] });
      expect(report.problems.map(({ code }) => code)).toEqual(['no-originals']);
      expect(snapshot(world)).toEqual(before);
    }));

  test('refuses links that were changed by hand, all of them at once, and touches nothing', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      for (const name of ['projects', 'file-history']) {
        world.fs.unlinkSync(at(world, `a/${name}`));
      }
      makeLink(world, at(world, 'a/projects'), makeDirectory(world, at(world, 'elsewhere')));
      makeDirectory(world, at(world, 'a/file-history'));
      const before = snapshot(world);
      const report = await restoreIn(world, home);
      expect(report.outcome).toBe('refused');
      expect(report.problems.map(({ code }) => code)).toEqual(['link-changed', 'link-changed']);
      expect(snapshot(world)).toEqual(before);
    }));

  test('refuses where another directory stands at the target', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      world.fs.renameSync(at(world, shared), at(world, 'unmounted'));
      const missing = await restoreIn(world, home);
      expect(missing.problems.map(({ code }) => code)).toEqual(['other-target']);
      makeDirectory(world, at(world, shared));
      const report = await restoreIn(world, home);
      expect(report.outcome).toBe('refused');
      expect(report.problems.map(({ code }) => code)).toEqual(['other-target']);
    }));

  test('names running sessions, unless they may go on', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const record = { sessionId: ONE, pid: 4711, cwd: '/app' };
      makeFile(world, at(world, 'a/sessions/4711.json'), JSON.stringify(record));
      const processInspector = {
        status: () => Promise.resolve({ state: 'running', start: '1' } as const),
      };
      const refused = await restoreIn(world, home, { processInspector });
      expect(refused.outcome).toBe('refused');
      expect(refused.problems.map(({ code }) => code)).toEqual(['live-session']);
      const merged = await restoreIn(world, home, { processInspector, live: 'merge' });
      expect(merged.outcome).toBe('done');
      expect(merged.problems.map(({ code }) => code)).toEqual(['live-session-merged']);
    }));

  test('keeps what was deleted from the shared state since', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      world.fs.unlinkSync(at(world, transcript));
      await restoreIn(world, home);
      expect(read(world, transcript)).toBe(lines(1, 3));
      expect(world.fs.existsSync(at(world, `${shared}/-app/${ONE}.jsonl`))).toBe(false);
    }));

  test('gives a transcript that was moved since its new name only', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      makeDirectory(world, at(world, `${shared}/-tree`));
      world.fs.renameSync(
        at(world, `${shared}/-app/${ONE}.jsonl`),
        at(world, `${shared}/-tree/${ONE}.jsonl`),
      );
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/-tree/${ONE}.jsonl`)).toBe(lines(1, 3));
      expect(world.fs.existsSync(at(world, transcript))).toBe(false);
    }));

  test('gives a transcript its new name only, though an older generation had the old one', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeFile(world, at(world, `${shared}/-app/${ONE}.jsonl`), lines(1, 3));
      await migrateIn(world, [home]);
      makeDirectory(world, at(world, `${shared}/-tree`));
      world.fs.renameSync(
        at(world, `${shared}/-app/${ONE}.jsonl`),
        at(world, `${shared}/-tree/${ONE}.jsonl`),
      );
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, `a/projects/-tree/${ONE}.jsonl`)).toBe(lines(1, 3));
      expect(world.fs.existsSync(at(world, transcript))).toBe(false);
    }));

  test('gives a transcript as it was rewritten since, and keeps what it was', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const path = at(world, `${shared}/-app/${ONE}.jsonl`);
      world.fs.writeFileSync(`${path}.tmp`, lines(1, 1) + lines(7, 9));
      world.fs.renameSync(`${path}.tmp`, path);
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 1) + lines(7, 9));
      const kept = Object.values(snapshot(world, at(world, 'a/.claude-shared-state')));
      expect(kept).toContain(`file of ${lines(1, 3)}`);
    }));

  test('goes on with a transcript that was deleted and begun anew since', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      await migrateIn(world, [home]);
      const path = at(world, `${shared}/-app/${ONE}.jsonl`);
      world.fs.unlinkSync(path);
      world.fs.writeFileSync(path, lines(4, 6));
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 6));
      expect(read(world, `${shared}/-app/${ONE}.jsonl`)).toBe(lines(4, 6));
    }));

  test('gives the home its own side of a conflict of which both were kept', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeFile(world, at(world, `b/projects/-app/${ONE}.jsonl`), lines(1, 1) + lines(8, 9));
      makeFile(world, at(world, 'b/projects/-app/memory/MEMORY.md'), 'of b\n');
      const keepBoth = [
        at(world, `b/projects/-app/${ONE}.jsonl`),
        at(world, 'b/projects/-app/memory/MEMORY.md'),
      ];
      const migrated = await migrate([home, at(world, 'b')], { ...optionsIn(world), keepBoth });
      expect(migrated.outcome).toBe('done');
      expect(read(world, `b/projects/-app/${ONE}.jsonl`)).toBe(lines(1, 3));
      const report = await restoreIn(world, at(world, 'b'));
      expect(report.outcome).toBe('done');
      expect(report.leftovers.map(({ reason }) => reason)).toEqual([
        'side-not-chosen',
        'side-not-chosen',
      ]);
      expect(read(world, `b/projects/-app/${ONE}.jsonl`)).toBe(lines(1, 1) + lines(8, 9));
      expect(read(world, 'b/projects/-app/memory/MEMORY.md')).toBe('of b\n');
    }));

  test('lets the home be migrated again, with everything that retention deleted in between', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeHome(world, 'b', TWO);
      await migrateIn(world, [home, at(world, 'b')]);
      world.fs.unlinkSync(at(world, transcript));
      await restoreIn(world, home);
      world.fs.unlinkSync(at(world, `${shared}/-app/${TWO}.jsonl`));
      expect(await migrateIn(world, [home])).toMatchObject({ outcome: 'done' });
      for (const session of [ONE, TWO]) {
        expect(read(world, `a/projects/-app/${session}.jsonl`)).toBe(lines(1, 3));
        expect(read(world, `${shared}/-app/${session}.jsonl`)).toBe(lines(1, 3));
      }
      expect(originalsIn(world)).toHaveLength(2);
      expect(await restoreIn(world, home)).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(lines(1, 3));
    }));

  test('refuses bad arguments by rejecting', () =>
    inWorld(kind, async (world) => {
      await expect(restore('relative', optionsIn(world))).rejects.toMatchObject({
        operation: 'restore',
        problems: [{ code: 'path-relative' }],
      });
      const required = [{ name: 'link-projects', target: at(world, 's') }];
      await expect(
        restore(at(world, 'a'), { ...optionsIn(world), required }),
      ).rejects.toMatchObject({ problems: [{ code: 'reserved-name' }] });
      await expect(
        restore(at(world, 'a'), Object.assign(optionsIn(world), { keepBoth: [] })),
      ).rejects.toMatchObject({ problems: [{ code: 'unknown-option' }] });
    }));
});
