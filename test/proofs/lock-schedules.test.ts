import { describe, expect, test } from 'vitest';
import type { ProcessInspector } from '../../src/fs/processes.ts';
import { acquireLocks, type LockFs } from '../../src/lock/lock.ts';
import { judgeOwner, type OwnerToken } from '../../src/lock/owner.ts';
import { deadToken, Machine, text, watchedLockFs } from '../unit/support/lock-stage.ts';
import { posixError } from '../unit/support/posix-error.ts';
import { rounds } from '../unit/support/proof.ts';
import { randomFrom } from '../unit/support/seeded-random.ts';

const fail = (code: string): Promise<never> => Promise.reject(posixError(code, 'lock'));

/** The links of one directory. */
function directory(links: Map<string, string>): LockFs {
  return {
    symlink: (target, path) => {
      if (links.has(path)) return fail('EEXIST');
      links.set(path, target);
      return Promise.resolve();
    },
    readlink: async (path) => links.get(path) ?? (await fail('ENOENT')),
    unlink: (path) => (links.delete(path) ? Promise.resolve() : fail('ENOENT')),
  };
}

type Lock = (
  fs: LockFs,
  owner: OwnerToken,
  probe: ProcessInspector,
) => Promise<(() => Promise<unknown>) | undefined>;

const ours: Lock = async (fs, owner, probe) => {
  const taken = await acquireLocks(fs, ['lock'], owner, probe);
  return taken.ok ? () => taken.locks.release() : undefined;
};

/** As most do it: what belongs to a dead owner is simply removed. */
const usual: Lock = async (fs, owner, probe) => {
  const release = () => fs.unlink('lock').catch(() => undefined);
  for (let tries = 0; tries < 3; tries += 1) {
    try {
      await fs.symlink(text(owner), 'lock', 'junction');
      return release;
    } catch {
      const there = await fs.readlink('lock').catch(() => '');
      const { status } = await judgeOwner(String(there), owner, probe);
      if (status === 'running') return undefined;
      if (status === 'dead') await fs.unlink('lock').catch(() => undefined);
    }
  }
  return undefined;
};

/**
 * Runs processes that want one lock, one step at a time, in an order and with deaths that the seed decides.
 * Gives the number of times that two had the lock at once, and whether it can be had in the end.
 */
async function play(lock: Lock, seed: number) {
  const random = randomFrom(seed + 0x9e3779b9);
  const links = new Map([['lock', text(deadToken(1))]]);
  const machine = new Machine();
  const waiting = new Map<number, () => void>();
  const inside = new Set<number>();
  const mortality = [0, 0.003, 0.01, 0.03, 0.06][seed % 5] ?? 0;
  const played = { violations: 0, sections: 0, deaths: 0 };
  const turnOf = (pid: number) => new Promise<void>((resolve) => waiting.set(pid, resolve));

  const runProcess = async (pid: number) => {
    const fs = watchedLockFs(directory(links), async () => {
      await turnOf(pid);
      return () => turnOf(pid);
    });
    for (let times = 0; times < 3; times += 1) {
      const release = await lock(fs, machine.start(pid), machine.probe);
      if (release === undefined) continue;
      if (inside.size > 0) played.violations += 1;
      played.sections += 1;
      inside.add(pid);
      for (let steps = 0; steps < 3; steps += 1) await turnOf(pid);
      inside.delete(pid);
      await release();
    }
  };
  for (let pid = 10; pid < 15; pid += 1) void runProcess(pid);
  for (;;) {
    // Until everybody who can go on waits for his turn.
    await new Promise((resolve) => setImmediate(resolve));
    const [pid, go] = [...waiting][Math.floor(random() * waiting.size)] ?? [];
    if (pid === undefined || go === undefined) break;
    waiting.delete(pid);
    if (random() < mortality) {
      // Whoever is dead waits for ever.
      machine.end(pid);
      inside.delete(pid);
      played.deaths += 1;
    } else go();
  }
  const last = await lock(directory(links), machine.start(99), machine.probe);
  return { ...played, isFree: last !== undefined };
}

async function playAll(lock: Lock, times: number) {
  const all = { violations: 0, sections: 0, deaths: 0 };
  for (let seed = 0; seed < times; seed += 1) {
    const { violations, sections, deaths, isFree } = await play(lock, seed);
    expect(isFree, `whether the lock is free in the end, with seed ${seed}`).toBe(true);
    all.violations += violations;
    all.sections += sections;
    all.deaths += deaths;
  }
  return all;
}

describe('five processes that want one lock, and die anywhere,', () => {
  const times = rounds(50_000, 1_000);
  test('never have it at the same time', async () => {
    const { violations, sections, deaths } = await playAll(ours, times);
    console.log(
      `${sections} sections and ${deaths} deaths in ${times} orders: ${violations} violations`,
    );
    expect(violations).toBe(0);
    expect(sections).toBeGreaterThan(times);
    expect(deaths).toBeGreaterThan(times / 2);
  });

  test('do if the dead are robbed without a break file', async () => {
    const { violations } = await playAll(usual, 300);
    expect(violations).toBeGreaterThan(0);
  });
});
