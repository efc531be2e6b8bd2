import { listOriginals } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  hooked,
  lines,
  makeHome,
  migrateIn,
  ONE,
  restoreIn,
  retireIn,
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

async function migrated(world: World): Promise<string> {
  const { outcome, originals } = await migrateIn(world, [makeHome(world)]);
  expect(outcome).toBe('done');
  return originals[0] ?? '';
}

/** For what it is refused, without a change. */
async function refusalOf(world: World, path: string): Promise<readonly string[]> {
  const before = snapshot(world);
  const report = await retireIn(world, path);
  expect(report).toMatchObject({ ok: false, outcome: 'refused', removed: 0, kept: [] });
  expect(snapshot(world)).toEqual(before);
  return report.problems.map(({ code }) => code);
}

describe.each(worldKinds)('retireOriginals refuses, in %s,', (kind) => {
  test('what are no originals, or those of a home that is not there', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const name = '20260102T030405Z-abc';
      const gone = at(world, `gone/.claude-shared-state/originals/${name}`);
      makeDirectory(world, at(world, `elsewhere/${name}`));
      const own = makeDirectory(world, `${home}/.claude-shared-state/originals`);
      makeLink(
        world,
        makeDirectory(world, at(world, 'b/.claude-shared-state')) + '/originals',
        own,
      );
      const linked = at(world, `b/.claude-shared-state/originals/../../../elsewhere/${name}`);
      for (const path of [home, gone, at(world, `elsewhere/${name}`), linked, `${own}/x`]) {
        expect(await refusalOf(world, path)).toEqual(['no-originals']);
      }
    }));

  test('another directory at the target, and none at all', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      world.fs.renameSync(at(world, shared), at(world, 'unmounted'));
      expect(await refusalOf(world, path)).toEqual(['other-target']);
      makeFile(world, at(world, `${shared}/-app/${ONE}.jsonl`), lines(1, 3));
      expect(await refusalOf(world, path)).toEqual(['other-target']);
    }));

  test('all others as well if one of the targets is another one', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const target = at(world, 'shared/.claude-file-history-shared');
      world.fs.renameSync(target, `${target}.old`);
      expect(await refusalOf(world, path)).toEqual(['other-target']);
    }));

  test('those of a migration that has not been completed', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      world.fs.unlinkSync(`${path}/sealed`);
      expect(await refusalOf(world, path)).toEqual(['originals-pending']);
    }));

  test('those from which the home has its directories back, or is getting them', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      makeLink(world, `${path}/link-projects`, at(world, shared));
      expect(await refusalOf(world, path)).toEqual(['originals-restored']);
      expect(await restoreIn(world, at(world, 'a'))).toMatchObject({ outcome: 'done' });
      expect(await refusalOf(world, path)).toEqual(['originals-restored']);
    }));

  test('to prove anything by a manifest that is missing or was tampered with', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const text = String(world.fs.readFileSync(`${path}/manifest`, 'utf8'));
      for (const tampered of [text.replace('shared/', 'shared//'), text.slice(0, -9), '']) {
        world.fs.writeFileSync(`${path}/manifest`, tampered);
        expect(await refusalOf(world, path)).toEqual(['manifest-missing']);
      }
      world.fs.unlinkSync(`${path}/manifest`);
      expect(await refusalOf(world, path)).toEqual(['manifest-missing']);
    }));

  test('while somebody else holds the lock, and says who', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      world.fs.symlinkSync('4711.1.abc.test', at(world, `${shared}.state/lock`), 'junction');
      const before = snapshot(world);
      const processInspector = {
        status: () => Promise.resolve({ state: 'running', start: '1' } as const),
        self: () => Promise.resolve({ pid: 4712, start: '1', pidNamespace: 'test' }),
      };
      const report = await retireIn(world, path, { processInspector });
      expect(report).toMatchObject({
        outcome: 'locked',
        problems: [{ code: 'locked-by-other', pid: 4711 }],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test('to take the lack of files for a reason: a target that was emptied proves nothing', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      world.fs.unlinkSync(at(world, `${shared}/-app/${ONE}.jsonl`));
      world.fs.unlinkSync(at(world, `${shared}/-app/memory/MEMORY.md`));
      world.fs.unlinkSync(at(world, `shared/.claude-file-history-shared/${ONE}/1@v1`));
      const before = snapshot(world, path);
      expect(await retireIn(world, path)).toMatchObject({
        outcome: 'done-with-leftovers',
        removed: 0,
      });
      expect(snapshot(world, path)).toEqual(before);
    }));

  test('to go through links, in the originals or in the target', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const key = at(world, `${shared}/-app`);
      // One and the same directory under both names: what is proved by itself has no second name.
      world.fs.renameSync(key, at(world, 'aside'));
      makeLink(world, key, `${path}/projects/-app`);
      makeLink(world, `${path}/projects/-link`, at(world, 'aside'));
      const { kept } = await retireIn(world, path);
      expect(kept).toEqual([
        `projects/-app/${ONE}.jsonl`,
        'projects/-app/memory/MEMORY.md',
        'projects/-link',
      ]);
      expect(await retireIn(world, path, { discard: ['projects/-link'] })).toMatchObject({
        removed: 1,
        kept: kept.slice(0, 2),
      });
      expect(world.fs.existsSync(at(world, `aside/${ONE}.jsonl`))).toBe(true);
    }));
});

describe.each(worldKinds)('what comes in between, in %s:', (kind) => {
  test('a restore that began before the originals were moved aside is seen: they are put back', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const fs = hooked(world.fs.promises, (call, to) => {
        if (call !== 'rename' || !to.includes('/retiring-')) return;
        makeLink(world, `${to}/link-projects`, at(world, shared));
      });
      expect(await retireIn(world, path, { fs })).toMatchObject({
        outcome: 'refused',
        removed: 0,
        problems: [{ code: 'originals-restored' }],
      });
      expect(world.fs.existsSync(`${path}/projects/-app/${ONE}.jsonl`)).toBe(true);
    }));

  test('a restore that comes after it is told so, and what died is put back by the next call', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const retiring = path.replace('originals/', 'originals/retiring-');
      world.fs.renameSync(path, retiring);
      const before = snapshot(world);
      expect(await restoreIn(world, at(world, 'a'))).toMatchObject({
        outcome: 'refused',
        problems: [{ code: 'originals-retiring', path: retiring }],
      });
      expect(snapshot(world)).toEqual(before);
      expect(await migrateIn(world, [at(world, 'a')])).toMatchObject({ outcome: 'done' });
      world.fs.renameSync(at(world, shared), at(world, 'unmounted'));
      expect(await retireIn(world, path)).toMatchObject({
        outcome: 'refused',
        problems: [{ code: 'other-target' }],
      });
      expect(world.fs.existsSync(`${path}/projects/-app/${ONE}.jsonl`)).toBe(true);
      world.fs.renameSync(at(world, 'unmounted'), at(world, shared));
      expect(await retireIn(world, retiring)).toMatchObject({ outcome: 'done', originals: path });
      const { originals } = await listOriginals(at(world, 'a'), { fs: world.fs });
      expect(originals).toEqual([]);
    }));

  test('a file that is written while it is compared stays', () =>
    inWorld(kind, async (world) => {
      const path = await migrated(world);
      const memory = 'projects/-app/memory/MEMORY.md';
      const { promises } = world.fs;
      const fs = {
        ...hooked(promises, () => undefined),
        open: async (file: string, flags: number, mode?: number) => {
          const opened = await promises.open(file, flags, mode);
          if (file.includes('retiring-') && file.endsWith(memory)) {
            world.fs.appendFileSync(file, 'more\n');
          }
          return opened;
        },
      };
      expect(await retireIn(world, path, { fs })).toMatchObject({ kept: [memory] });
      expect(String(world.fs.readFileSync(`${path}/${memory}`, 'utf8'))).toContain('more\n');
    }));
});
