import { type AccountReport, type SharedStateError, validateAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { faultStages, sweepFaults } from './fault-sweep.ts';
import type { ensuringCalls } from './six-calls.ts';
import { requiredIn, snapshot, type World } from './world.ts';

/** Sweeps faults over calls that put right what is safe. In two test files, so that two processes share it. */
export function sweepWhileEnsuring(calls: typeof ensuringCalls): void {
  describe.each(Object.entries(faultStages))('where %s', (where, stage) => {
    test.each(Object.entries(calls))(
      '%s survives every fault at every call',
      { timeout: 120_000 },
      async (name, ensure) => {
        const cases = await sweepFaults(stage, async ({ world, homes, faulty, injected }) => {
          const required = requiredIn(world);
          const before = snapshot(world);
          const { reports, error } = await ensure(faulty, homes, required);
          expectKept(world, before);
          expectNoNewDanglingLink(world, before);
          if (error === undefined) expectHealthy(reports);
          else expectHonest(error, injected, world);
          expectHealthy(await validateAll(homes, { required, fs: world.fs }));
        });
        console.log(`${name}, where ${where}: ${cases} faults survived`);
        expect(cases).toBeGreaterThan(300);
      },
    );
  });
}

function expectHealthy(reports: readonly AccountReport[]): void {
  expect(reports.map(({ ok }) => ok)).toEqual(reports.map(() => true));
}

/** The error names what it is about, and keeps the fault as its cause. */
function expectHonest(error: SharedStateError, injected: readonly Error[], world: World): void {
  expect(injected).toContain(error.cause);
  const told = error.problems.filter(({ severity }) => severity === 'error');
  expect(told).not.toEqual([]);
  for (const { path, message } of told) {
    expect(path.startsWith(world.root)).toBe(true);
    expect(message).toContain(path);
  }
}

/** Nothing that was there has been removed, replaced or rewritten. */
function expectKept(world: World, before: Readonly<Record<string, string>>): void {
  const after = snapshot(world);
  // By hand, because it is done some ten thousand times.
  const changed = Object.keys(before).filter((path) => before[path] !== after[path]);
  if (changed.length > 0) throw new Error(`lost or changed: ${changed.join(', ')}`);
}

/** No link leads to nothing, unless it did so before. */
function expectNoNewDanglingLink(world: World, before: Readonly<Record<string, string>>): void {
  for (const [path, what] of Object.entries(snapshot(world))) {
    if (!what.startsWith('link to') || path in before) continue;
    if (!world.fs.existsSync(path)) throw new Error(`${path} leads to nothing`);
  }
}
