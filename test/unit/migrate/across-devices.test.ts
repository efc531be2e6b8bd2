import { describe, expect, test, type TestContext } from 'vitest';
import { dyingBefore, type Call, dying, hooked } from '../support/hooked.ts';
import {
  contents,
  editByRename,
  fill,
  ID,
  inPlace,
  KEY,
  lines,
  movesAside,
  OTHER_ID,
  plan,
  processesWith,
  read,
  run,
  statsOf,
  told,
  TRANSCRIPT,
} from '../support/migrating.ts';
import { mounted, tmpfs, whyNoMount } from '../support/mounts.ts';
import { needs } from '../support/required-here.ts';
import { deleting, restorePointsIn, restoring } from '../support/way-back.ts';
import { at, inWorld, makeDirectory, snapshot, type World } from '../support/world.ts';

const SECONDS = 1_771_600_000.123456;

/** A world whose targets are on another file system than its homes. */
async function onTwoDevices(context: TestContext, use: (world: World) => Promise<void>) {
  await inWorld('disk', async (world) => {
    const shared = makeDirectory(world, at(world, 'shared'));
    needs(context, whyNoMount(shared));
    await mounted(tmpfs('64m'), shared, () => use(world));
  });
}

function age(world: World, path: string, seconds = SECONDS): void {
  world.fs.utimesSync(inPlace(world, path), seconds, seconds);
}

/** To the microsecond: more cannot be set. */
const microseconds = (world: World, path: string) => (statsOf(world, path).mtimeNs ?? 0n) / 1000n;

const prepares = (call: Call, path: string) =>
  call === 'symlink' && path.endsWith('/link-projects');

describe('a target on another file system', () => {
  test('gets each file once, with mode and time, before a directory moves', (context) =>
    onTwoDevices(context, async (world) => {
      const files = [TRANSCRIPT, `${KEY}/memory/x.md`, `${KEY}/${ID}/big`, `${KEY}/empty`];
      const [, memory, big, empty] = files;
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`a/projects/${memory}`]: 'x',
        [`a/projects/${big}`]: 'y'.repeat(3_000_000),
        [`a/projects/${empty}`]: '',
      });
      for (const file of files) {
        world.fs.chmodSync(at(world, `a/projects/${file}`), 0o640);
        age(world, `a/projects/${file}`);
      }
      const planned = await plan(world, ['a']);
      expect([planned.ok, planned.spaceNeeded]).toEqual([true, 3_000_001 + lines(1, 2).length]);
      const [projects] = planned.homes[0]?.entries.filter(({ name }) => name === 'projects') ?? [];
      expect(projects?.files).toMatchObject({ copy: 4, link: 0 });
      const calls: string[] = [];
      const before = (call: Call, path: string, to?: string) => {
        if (call === 'copyFile') calls.push('copy');
        if (movesAside(call, path, to)) calls.push('move');
      };
      const report = await run(world, ['a'], { fs: hooked(world, { before }) });
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      expect(calls).toEqual([...files.map(() => 'copy'), 'move']);
      for (const file of files) {
        const own = `a/.claude-shared-state/restore-points/${runIn(world, 'a')}/projects/${file}`;
        const { mode } = statsOf(world, `shared/projects/${file}`);
        expect([file, Number(mode) & 0o777]).toEqual([file, 0o640]);
        expect(microseconds(world, `shared/projects/${file}`)).toBe(microseconds(world, own));
      }
      expect(read(world, `a/projects/${big}`)).toHaveLength(3_000_000);
    }));

  test('gets the longest of all generations, and keeps the shorter ones', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1, 2),
        [`b/projects/${TRANSCRIPT}`]: lines(1, 2, 3),
        [`shared/projects/${TRANSCRIPT}`]: lines(1),
        [`a/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`b/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1),
        [`shared/projects/${KEY}/${OTHER_ID}.jsonl`]: lines(1, 2),
      });
      const report = await run(world, ['a', 'b']);
      expect([report.outcome, told(world, report), report.unmerged]).toEqual(['done', [], []]);
      for (const home of ['a', 'b']) {
        expect(read(world, `${home}/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
        expect(read(world, `${home}/projects/${KEY}/${OTHER_ID}.jsonl`)).toBe(lines(1, 2));
      }
      expect(contents(world)).toEqual(expect.arrayContaining([lines(1), lines(1, 2)]));
    }));

  test('is never merged into while sessions run', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, {
        [`a/projects/${TRANSCRIPT}`]: lines(1),
        'a/sessions/7.json': JSON.stringify({ pid: 7, sessionId: ID, cwd: '/', procStart: '1' }),
      });
      const before = snapshot(world);
      const report = await run(world, ['a'], { live: 'merge', processInspector: processesWith(7) });
      expect([report.outcome, told(world, report)]).toEqual([
        'refused',
        ['live-across-devices a/sessions/7.json'],
      ]);
      expect(snapshot(world)).toEqual(before);
    }));

  test('is completed by a second run after a death in any of the copies', (context) =>
    onTwoDevices(context, async (world) => {
      for (const count of [1, 2, 3]) {
        const homes = [`a${count}`];
        fill(world, {
          [`a${count}/projects/${count}/notes.jsonl`]: lines(1, 2),
          [`a${count}/projects/${count}/x.md`]: 'x',
          [`a${count}/projects/${count}/y.md`]: 'y',
        });
        const dead = dying((call) => call === 'copyFile', count);
        expect((await run(world, homes, { fs: hooked(world, dead) })).outcome).toBe('failed');
        const report = await run(world, homes);
        expect([count, report.outcome]).toEqual([count, 'done']);
        expect(read(world, `a${count}/projects/${count}/notes.jsonl`)).toBe(lines(1, 2));
        expect(world.fs.readdirSync(at(world, 'shared/.claude-shared-state/incoming'))).toEqual([]);
      }
    }));

  test('gets what the home appended after a run died while copying', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${KEY}/x.md`]: 'x' });
      const fs = hooked(
        world,
        dying((call, path) => call === 'copyFile' && path.endsWith('x.md')),
      );
      expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(3));
      expect((await run(world, ['a'])).outcome).toBe('done');
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
    }));

  test('gets a transcript compacted after a run had copied it and died', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${KEY}/x.md`]: 'x' });
      const fs = hooked(world, dyingBefore(prepares));
      expect((await run(world, ['a'], { fs })).outcome).toBe('failed');
      await editByRename(world, `a/projects/${TRANSCRIPT}`, lines('compacted'));
      const report = await run(world, ['a']);
      expect([report.outcome, told(world, report)]).toEqual(['done', []]);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines('compacted'));
      expect(contents(world)).toContain(lines(1, 2));
    }));

  test('is left again by a restore, with everything that was shared since', (context) =>
    onTwoDevices(context, async (world) => {
      fill(world, { [`a/projects/${TRANSCRIPT}`]: lines(1, 2), [`a/projects/${KEY}/x.md`]: 'x' });
      await run(world, ['a']);
      world.fs.appendFileSync(inPlace(world, `a/projects/${TRANSCRIPT}`), lines(3));
      expect(await restoring(world, 'a')).toMatchObject({ outcome: 'done', unmerged: [] });
      expect(statsOf(world, 'a/projects').isDirectory()).toBe(true);
      expect(read(world, `a/projects/${TRANSCRIPT}`)).toBe(lines(1, 2, 3));
      const report = await run(world, ['a']);
      expect([report.outcome, report.unmerged]).toEqual(['done', []]);
      const [, path = ''] = (await restorePointsIn(world, 'a')).map((it) => it.path);
      expect(await deleting(world, path)).toMatchObject({ outcome: 'done', kept: [] });
    }));
});

function runIn(world: World, home: string): string {
  return String(world.fs.readdirSync(at(world, `${home}/.claude-shared-state/restore-points`))[0]);
}
