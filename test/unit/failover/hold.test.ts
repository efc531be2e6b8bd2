import { join } from 'node:path';
import { holdStateDirectory } from 'claude-shared-state/failover';
import type { ProcessInspector } from 'claude-shared-state/sessions';
import { describe, expect, test } from 'vitest';
import { at, inWorld, makeFile, type World, worldKinds } from '../support/world.ts';

/** Processes with ids of their own, of which some have died. */
const processes = (pid: number, dead: readonly number[] = []): ProcessInspector => ({
  status: (process) =>
    Promise.resolve(
      dead.includes(process.pid) ? { state: 'exited' } : { state: 'running', start: '1' },
    ),
  self: () => Promise.resolve({ pid, start: '1', pidNamespace: 'test' }),
});

const optionsIn = (world: World, pid: number, dead?: readonly number[]) => ({
  stateDirectory: at(world, 'state'),
  fs: world.fs,
  processInspector: processes(pid, dead),
  pid,
});
const never = () => new Promise<never>(() => undefined);
const failing = () => Promise.reject(new Error('out of order'));
const yes = () => Promise.resolve('ran');

describe.each(worldKinds)('holdStateDirectory (%s)', (kind) => {
  test('runs one of two that start at the same time, and tells the other who runs', () =>
    inWorld(kind, async (world) => {
      const both = [1, 2].map((pid) => holdStateDirectory(optionsIn(world, pid), never));
      const refused = await Promise.race(both);
      if (refused.ok) throw new Error('both ran');
      expect(refused.problems).toMatchObject([{ code: 'locked-by-other', remedy: 'retry' }]);
    }));

  test('runs after one that has ended, and after one that failed', () =>
    inWorld(kind, async (world) => {
      await expect(holdStateDirectory(optionsIn(world, 1), failing)).rejects.toThrow(
        'out of order',
      );
      for (const pid of [2, 3]) {
        const held = await holdStateDirectory(optionsIn(world, pid), yes);
        expect(held).toEqual({ ok: true, value: 'ran' });
      }
    }));

  test('runs one of several that find the hold of a process that was killed', () =>
    inWorld(kind, async (world) => {
      void holdStateDirectory(optionsIn(world, 1), never);
      const isHeld = async () => !(await holdStateDirectory(optionsIn(world, 9), yes)).ok;
      await expect.poll(isHeld).toBe(true);
      let [runs, refused] = [0, 0];
      const run = () => {
        runs += 1;
        return never();
      };
      for (const pid of [2, 3, 4]) {
        const held = holdStateDirectory(optionsIn(world, pid, [1]), run);
        void held.then(() => (refused += 1));
      }
      await expect.poll(() => [runs, refused]).toEqual([1, 2]);
    }));

  test('tells of a directory that cannot be made', () =>
    inWorld(kind, async (world) => {
      makeFile(world, at(world, 'file'), '');
      const stateDirectory = join(at(world, 'file'), 'state');
      const held = await holdStateDirectory({ ...optionsIn(world, 1), stateDirectory }, yes);
      expect(held).toMatchObject({ ok: false, problems: [{ code: 'io-error' }] });
    }));
});

test('holdStateDirectory refuses a relative directory before anything runs', async () => {
  const held = holdStateDirectory({ stateDirectory: 'state' }, never);
  await expect(held).rejects.toThrow('options.stateDirectory is "state"');
});
