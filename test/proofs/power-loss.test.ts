import { describe, expect, test } from 'vitest';
import { callsOn } from '../unit/support/migration/calls.ts';
import { checkerOf, expectedOf, FIRST } from '../unit/support/migration/checks.ts';
import {
  archiveScenarios,
  deleteScenarios,
  migrateScenarios,
  restoreScenarios,
  type Scenarios,
} from '../unit/support/migration/scenarios.ts';
import { worldOf } from '../unit/support/migration/stages.ts';
import { recordPower } from '../unit/support/power-loss.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { randomFrom } from '../unit/support/seeded-random.ts';

const commands: Readonly<Record<string, Scenarios>> = {
  migrate: migrateScenarios,
  restore: restoreScenarios,
  deleteRestorePoint: deleteScenarios,
  archive: archiveScenarios,
};
// The power does not care what other programs do meanwhile.
const scenarios = Object.entries(commands).flatMap(([command, ofCommand]) =>
  Object.entries(ofCommand)
    .filter(([name]) => !name.startsWith('while '))
    .map(([name, make]) => [`${command}: ${name}`, make] as const),
);

describe('a power failure loses nothing, the same call completes, and any other is safe', () => {
  test.each(scenarios)('%s', async (name, make) => {
    const made = await make();
    const staged = { ...made, volume: { ...made.volume, reuseInodes: false } };
    const random = randomFrom(seed);
    const { check, states } = checkerOf(staged, await expectedOf(staged), { random, others: 1 });
    const world = worldOf(staged);
    const power = recordPower(world, staged.volume);
    await callsOn(staged, world.fs, FIRST).command();
    let failures = 0;
    const limits = { exhaustive: rounds(12, 5), samples: rounds(64, 4), seed };
    for (const state of power.crashStates(limits)) {
      if (failures > 0 && random() >= rounds(1, 0.2)) continue;
      failures += 1;
      try {
        await check(state.build(), { kind: 'died' }, []);
      } catch (error) {
        const lost = `without ${state.lost.join(', ')}; ${state.data}`;
        const where = `after change ${state.after} (${state.last})`;
        throw new Error(`${where}, ${lost}: ${String(error)}`, { cause: error });
      }
    }
    printFigures(`power failures, ${name}`, {
      changes: power.changes(),
      'pending at most': power.mostPending(),
      failures,
      'different disks': states(),
    });
    expect(failures).toBeGreaterThan(0);
  });
});
