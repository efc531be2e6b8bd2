import { migrate } from 'claude-shared-state/migrate';
import { describe, expect, test } from 'vitest';
import {
  diskOf,
  hooked,
  lines,
  makeHome,
  migrateIn,
  ONE,
  optionsIn,
  restoreIn,
} from '../support/migration/way-back.ts';
import { at, inWorld, makeDirectory, makeFile, type World, worldKinds } from '../support/world.ts';

const shared = `shared/.claude-projects-shared/-app/${ONE}.jsonl`;
const transcript = `a/projects/-app/${ONE}.jsonl`;
const moved = `a/projects/-tree/${ONE}.jsonl`;

const read = (world: World, path: string) => String(world.fs.readFileSync(at(world, path), 'utf8'));
const has = (world: World, path: string) => world.fs.existsSync(at(world, path));

/** Gives the home back, while its sessions run, and something happens when a name has been changed. */
async function givenBack(
  world: World,
  after: (call: string, path: string) => void,
  pause = () => Promise.resolve(),
) {
  const home = makeHome(world);
  await migrateIn(world, [home]);
  const fs = hooked(diskOf(world), (call, path) => {
    after(call, path);
  });
  return await restoreIn(world, home, { live: 'merge', fs, pause });
}

/** Replaces the shared transcript, as Claude Code does when it compacts one. */
function replaceShared(world: World, text: string): void {
  makeFile(world, at(world, `${shared}.tmp`), text);
  world.fs.renameSync(at(world, `${shared}.tmp`), at(world, shared));
}

const isBack = (world: World) => (call: string, path: string) =>
  call === 'rename' && path === at(world, 'a/projects');
const isRemoved = (world: World) => (call: string, path: string) =>
  call === 'unlink' && path === at(world, 'a/projects');

describe.each(worldKinds)('a home that is given back while its sessions run (%s)', (kind) => {
  // What Claude Code cannot append the second time it drops.
  test('leaves a directory that was made anew there until it is filled', () =>
    inWorld(kind, async (world) => {
      const makeEmpty = () => {
        makeDirectory(world, at(world, 'a/projects/-app'));
      };
      const fill = () => {
        makeFile(world, at(world, transcript), lines(4, 5));
        return Promise.resolve();
      };
      const report = await givenBack(
        world,
        (...called) => {
          if (isRemoved(world)(...called)) makeEmpty();
        },
        fill,
      );
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect(read(world, transcript)).toBe(lines(1, 5));
    }));

  test('has what was written into that directory after it was moved aside', () =>
    inWorld(kind, async (world) => {
      const originals = at(world, 'a/.claude-shared-state/originals');
      const listed = () => world.fs.readdirSync(originals).map(String);
      const report = await givenBack(world, (call, path) => {
        if (isRemoved(world)(call, path)) makeFile(world, at(world, transcript), lines(4, 5));
        // By then the fragment has been merged; somebody had it open.
        if (call !== 'rename' || path !== at(world, 'a/file-history')) return;
        const run = `${originals}/${listed()[0] ?? ''}`;
        world.fs.appendFileSync(`${run}/recreated-1-projects/-app/${ONE}.jsonl`, lines(6, 6));
      });
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect(read(world, transcript)).toBe(lines(1, 6));
    }));

  test('has what the shared one gained in the last moment before what it went on with', () =>
    inWorld(kind, async (world) => {
      const report = await givenBack(world, (...called) => {
        if (isRemoved(world)(...called)) replaceShared(world, lines(1, 4));
        if (isBack(world)(...called)) {
          world.fs.appendFileSync(at(world, transcript), lines(5, 5));
        }
      });
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect(read(world, transcript)).toBe(lines(1, 5));
    }));

  test('has that also where the session has moved to another project by then', () =>
    inWorld(kind, async (world) => {
      const report = await givenBack(world, (...called) => {
        if (isRemoved(world)(...called)) replaceShared(world, lines(1, 4));
        if (!isBack(world)(...called)) return;
        makeFile(world, at(world, 'a/projects/-tree/x.txt'));
        world.fs.renameSync(at(world, transcript), at(world, moved));
      });
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect([has(world, transcript), read(world, moved)]).toEqual([false, lines(1, 4)]);
    }));

  test('has a session that is begun anew under another project there, with its history first', () =>
    inWorld(kind, async (world) => {
      const report = await givenBack(world, (...called) => {
        if (!isBack(world)(...called)) return;
        makeFile(world, at(world, moved), lines(4, 5));
        const late = Date.now() / 1000 + 60;
        world.fs.utimesSync(at(world, moved), late, late);
      });
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect([has(world, transcript), read(world, moved)]).toEqual([false, lines(1, 5)]);
    }));

  test('has the history first where its transcript is replaced before the last look at what was made anew', () =>
    inWorld(kind, async (world) => {
      const report = await givenBack(world, (call, path) => {
        if (isRemoved(world)(call, path)) makeFile(world, at(world, transcript), lines(4, 5));
        if (call !== 'rename' || path !== at(world, 'a/file-history')) return;
        // By then it is a younger file than the fragment.
        const whole = read(world, transcript);
        makeFile(world, at(world, `${transcript}.tmp`), whole);
        world.fs.renameSync(at(world, `${transcript}.tmp`), at(world, transcript));
      });
      expect(report).toMatchObject({ outcome: 'done', leftovers: [] });
      expect(read(world, transcript)).toBe(lines(1, 5));
    }));

  test('gets back two transcripts of one session that it had before', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      makeFile(world, at(world, moved), lines(7, 8));
      const options = { ...optionsIn(world), live: 'merge', acceptRetention: true } as const;
      const there = await migrate([home], { ...options, keepBoth: [at(world, moved)] });
      expect(there).toMatchObject({ ok: true, outcome: 'done' });
      expect(await restoreIn(world, home, { live: 'merge' })).toMatchObject({ outcome: 'done' });
      expect([read(world, transcript), read(world, moved)]).toEqual([lines(1, 3), lines(7, 8)]);
    }));

  test('does not get back what was compacted after the migration in which it was begun anew', () =>
    inWorld(kind, async (world) => {
      const home = makeHome(world);
      const beginAnew = hooked(diskOf(world), (call, path) => {
        if (
          call === 'rename' &&
          /originals.*[/\\]projects$/.test(path) &&
          !has(world, transcript)
        ) {
          makeFile(world, at(world, transcript), lines(4, 5));
        }
      });
      const options = { ...optionsIn(world, beginAnew), live: 'merge' } as const;
      expect(await migrate([home], options)).toMatchObject({ outcome: 'done' });
      expect(read(world, shared)).toBe(lines(1, 5));
      const compacted = lines(1, 1) + lines(6, 6);
      replaceShared(world, compacted);
      expect(await restoreIn(world, home, { live: 'merge' })).toMatchObject({ outcome: 'done' });
      expect(read(world, transcript)).toBe(compacted);
    }));
});
