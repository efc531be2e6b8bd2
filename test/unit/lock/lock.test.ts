import { describe, expect, test } from 'vitest';
import type { ProcessInspector, ProcessStatus } from '../../../src/fs/processes.ts';
import { acquireLocks, type LockFs } from '../../../src/lock/lock.ts';
import type { OwnerToken } from '../../../src/lock/owner.ts';
import { breakFileOf, deadToken, Machine, text } from '../support/lock-stage.ts';
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

/** The process namespace of a machine that is booted again and again. */
const namespaceOfBoot = (boot: number) =>
  `${'a'.repeat(32)}:${String(boot).repeat(8)}-0000-4000-8000-000000000000:4026531836:4026531834`;

const linkAt = (world: World, path: string) => String(world.fs.readlinkSync(path));

describe.each(worldKinds)('a lock (%s)', (kind) => {
  /** A stage with one lock, at which may stand the text of an earlier owner. */
  const onStage = (
    left: string | undefined,
    run: (stage: { world: World; machine: Machine; lock: string; fs: LockFs }) => Promise<void>,
  ) =>
    inWorld(kind, async (world) => {
      const lock = at(world, 'lock');
      if (left !== undefined) makeLink(world, lock, left);
      await run({ world, machine: new Machine(), lock, fs: world.fs.promises });
    });

  test('is taken, says who has it, and is given back', () =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      const me = machine.start(7);
      const taken = await acquireLocks(fs, [lock], me, machine.probe);
      if (!taken.ok) throw new Error(JSON.stringify(taken));
      expect(taken.locks.token).toBe('7.7.n1.here');
      expect(linkAt(world, lock)).toBe('7.7.n1.here');
      expect(await taken.locks.stillHeld()).toBe(true);
      expect(await taken.locks.release()).toEqual([]);
      expect(await taken.locks.stillHeld()).toBe(false);
      expect(Object.keys(snapshot(world))).toEqual([world.root]);
    }));

  test('is refused while its owner runs, also in the same process', () =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      const me = machine.start(7);
      const first = await acquireLocks(fs, [lock], me, machine.probe);
      for (const other of [machine.start(8), machine.start(7)]) {
        expect(await acquireLocks(fs, [lock], other, machine.probe)).toEqual({
          ok: false,
          reason: 'held',
          holder: { path: lock, status: 'running', pid: 7, token: text(me) },
          left: [],
        });
      }
      expect(first.ok && (await first.locks.stillHeld())).toBe(true);
      expect(Object.keys(snapshot(world))).toEqual([world.root, lock]);
    }));

  test('is broken when its owner has ended', () =>
    onStage(text(deadToken(5)), async ({ world, machine, lock, fs }) => {
      const me = machine.start(7);
      const taken = await acquireLocks(fs, [lock], me, machine.probe);
      expect(taken.ok && (await taken.locks.stillHeld())).toBe(true);
      expect(snapshot(world)).toMatchObject({ [lock]: `link to ${text(me)}` });
      expect(Object.keys(snapshot(world))).toHaveLength(2);
    }));

  test('is broken when another process has been given the id of its owner', () =>
    onStage('8.1.a.here', async ({ machine, lock, fs }) => {
      machine.start(8);
      const taken = await acquireLocks(fs, [lock], machine.start(7), machine.probe);
      expect(taken.ok).toBe(true);
    }));

  test('is broken when those who broke it before were killed at it, however many they were', () =>
    onStage(text(deadToken(5)), async ({ world, machine, lock, fs }) => {
      for (let pid = 5; pid < 45; pid += 1) {
        makeLink(world, breakFileOf(lock, deadToken(pid)), text(deadToken(pid + 1)));
      }
      const me = machine.start(70);
      const taken = await acquireLocks(fs, [lock], me, machine.probe);
      expect(taken.ok && (await taken.locks.stillHeld())).toBe(true);
      expect(Object.keys(snapshot(world))).toEqual([world.root, lock]);
    }));

  test('is broken after a power failure, with all that was being broken at that moment', () =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      const left = [5, 6, 7].map((pid) => ({
        ...deadToken(pid),
        pidNamespace: namespaceOfBoot(1),
      }));
      const [victim, breaker, second] = left;
      if (!victim || !breaker || !second) throw new Error('no tokens');
      makeLink(world, lock, text(victim));
      makeLink(world, breakFileOf(lock, victim), text(breaker));
      makeLink(world, breakFileOf(lock, breaker), text(second));
      // The ids of the earlier boot belong to other processes now.
      const me = { ...machine.start(5), pidNamespace: namespaceOfBoot(2) };
      const taken = await acquireLocks(fs, [lock], me, machine.probe);
      expect(taken.ok && (await taken.locks.stillHeld())).toBe(true);
      expect(Object.keys(snapshot(world))).toEqual([world.root, lock]);
    }));

  test('is left to whoever is breaking it, and lives', () =>
    onStage(text(deadToken(5)), async ({ world, machine, lock, fs }) => {
      const breaker = machine.start(6);
      makeLink(world, breakFileOf(lock, deadToken(5)), text(breaker));
      const before = snapshot(world);
      expect(await acquireLocks(fs, [lock], machine.start(7), machine.probe)).toEqual({
        ok: false,
        reason: 'held',
        holder: { path: lock, status: 'running', pid: 6, token: text(breaker) },
        left: [],
      });
      expect(snapshot(world)).toEqual(before);
    }));

  test.each([
    ['of another machine or container', '5.5.a.elsewhere', 'elsewhere', 5],
    ['of an owner that nobody could identify', '5.unknown.a.unknown', 'unknown', 5],
    ['of an owner whose start nobody knows', '5.unknown.a.here', 'unknown', 5],
    ['torn', '5.5.a', 'unknown', undefined],
    ['with something after it', '5.5.a.here\n', 'unknown', undefined],
    ['with a path in it', '5.5.../../a.here', 'unknown', undefined],
    ['with a number that is none', '05.5.a.here', 'unknown', undefined],
    ['of no process', '0.5.a.here', 'unknown', undefined],
    ['that was made by hand', 'somewhere', 'unknown', undefined],
  ] as const)('is never broken with a token %s', (_, left, status, pid) =>
    onStage(left, async ({ world, machine, lock, fs }) => {
      const before = snapshot(world);
      expect(await acquireLocks(fs, [lock], machine.start(7), machine.probe)).toEqual({
        ok: false,
        reason: 'held',
        holder: { path: lock, status, pid, token: left },
        left: [],
      });
      expect(snapshot(world)).toEqual(before);
    }),
  );

  test.each(['file', 'directory'])('is never broken where a %s stands', (what) =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      if (what === 'file') makeFile(world, lock, 'mine');
      else makeDirectory(world, lock);
      const before = snapshot(world);
      const refused = await acquireLocks(fs, [lock], machine.start(7), machine.probe);
      expect(refused).toMatchObject({ reason: 'held', holder: { status: 'unknown', token: '' } });
      expect(snapshot(world)).toEqual(before);
    }),
  );

  const sightings: readonly [string, () => Promise<ProcessStatus>, OwnerToken['pidNamespace']][] = [
    ['nothing', () => Promise.resolve({ state: 'unknown' }), 'here'],
    ['no start', () => Promise.resolve({ state: 'running', start: undefined }), 'here'],
    ['an error', () => Promise.reject(new Error('no probe')), 'here'],
    [
      'that it is gone, to somebody who does not know where he is',
      () => Promise.resolve({ state: 'exited' }),
      'unknown',
    ],
  ];
  test.each(sightings)('is not broken by a probe that says %s', (_, status, pidNamespace) =>
    onStage(text(deadToken(5)), async ({ machine, lock, fs }) => {
      const probe: ProcessInspector = { status };
      const me = { ...machine.start(7), pidNamespace };
      const refused = await acquireLocks(fs, [lock], me, probe);
      expect(refused).toMatchObject({ reason: 'held', holder: { status: 'unknown', pid: 5 } });
    }),
  );

  test('is not given back by those who have it no more', () =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      const taken = await acquireLocks(fs, [lock], machine.start(7), machine.probe);
      if (!taken.ok) throw new Error(JSON.stringify(taken));
      // As a person does who is told that it is held.
      world.fs.unlinkSync(lock);
      expect(await taken.locks.stillHeld()).toBe(false);
      const next = await acquireLocks(fs, [lock], machine.start(8), machine.probe);
      expect(await taken.locks.release()).toEqual([]);
      expect(next.ok && (await next.locks.stillHeld())).toBe(true);
    }));

  test('is given back once, however often that is asked for', () =>
    onStage(undefined, async ({ machine, lock, fs }) => {
      const me = machine.start(7);
      const taken = await acquireLocks(fs, [lock], me, machine.probe);
      if (!taken.ok) throw new Error(JSON.stringify(taken));
      await Promise.all([taken.locks.release(), taken.locks.release()]);
      const again = await acquireLocks(fs, [lock], me, machine.probe);
      await taken.locks.release();
      expect(again.ok && (await again.locks.stillHeld())).toBe(true);
    }));

  test('is taken with others in the order of their paths, once each', () =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      const paths = ['c', 'a', 'b', 'a'].map((name) => `${lock}-${name}`);
      const tried: string[] = [];
      const watching = {
        ...fs,
        symlink: (target: string, path: string, type: 'junction') => {
          tried.push(path);
          return fs.symlink(target, path, type);
        },
      };
      const taken = await acquireLocks(watching, paths, machine.start(7), machine.probe);
      expect(tried).toEqual(['a', 'b', 'c'].map((name) => `${lock}-${name}`));
      expect(taken.ok && (await taken.locks.release())).toEqual([]);
      expect(Object.keys(snapshot(world))).toEqual([world.root]);
    }));

  test('is taken with all others, or none of them is', () =>
    onStage(undefined, async ({ world, machine, lock, fs }) => {
      const paths = ['a', 'b', 'c'].map((name) => `${lock}-${name}`);
      makeLink(world, `${lock}-b`, text(machine.start(8)));
      const before = snapshot(world);
      const refused = await acquireLocks(fs, paths, machine.start(7), machine.probe);
      expect(refused).toMatchObject({ reason: 'held', holder: { path: `${lock}-b`, pid: 8 } });
      expect(snapshot(world)).toEqual(before);
    }));

  test('in a directory that is missing is told with the call that failed', () =>
    onStage(undefined, async ({ machine, lock, fs }) => {
      const path = `${lock}-missing/lock`;
      expect(await acquireLocks(fs, [path], machine.start(7), machine.probe)).toEqual({
        ok: false,
        reason: 'io-error',
        failed: { path, errno: 'ENOENT' },
        left: [],
      });
    }));

  test('is not looked for without end behind tokens that somebody has made to lead in a circle', () =>
    onStage('5.5.d5.here', async ({ world, machine, lock, fs }) => {
      makeLink(world, breakFileOf(lock, deadToken(5)), text(deadToken(5)));
      const refused = await acquireLocks(fs, [lock], machine.start(7), machine.probe);
      expect(refused).toMatchObject({ reason: 'io-error', failed: { errno: 'ELOOP' }, left: [] });
    }));

  test('of a dead owner is not touched by one who saw it and comes late', () =>
    onStage(text(deadToken(5)), async ({ world, machine, lock, fs }) => {
      const slow = machine.start(7);
      const quick = machine.start(8);
      let overtaking: ReturnType<typeof acquireLocks> | undefined;
      const late = {
        ...fs,
        // Has read the dead token; before it does anything about it, another one breaks it and takes the lock.
        symlink: async (target: string, path: string, type: 'junction') => {
          if (path !== lock) await (overtaking ??= acquireLocks(fs, [lock], quick, machine.probe));
          await fs.symlink(target, path, type);
        },
      };
      const refused = await acquireLocks(late, [lock], slow, machine.probe);
      expect(refused).toMatchObject({ reason: 'held', holder: { pid: 8, token: text(quick) } });
      expect(await overtaking).toMatchObject({ ok: true });
      expect(Object.keys(snapshot(world))).toEqual([world.root, lock]);
    }));
});
