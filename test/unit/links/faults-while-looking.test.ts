import { inspectAll } from 'claude-shared-state';
import { describe, expect, test } from 'vitest';
import { faultStages, sweepFaults } from '../support/fault-sweep.ts';
import { lookingCalls } from '../support/six-calls.ts';
import { requiredIn, snapshot } from '../support/world.ts';

describe.each(Object.entries(faultStages))('where %s', (where, stage) => {
  test.each(Object.entries(lookingCalls))(
    '%s never throws for a fault, changes nothing, and calls nothing right that is not',
    { timeout: 120_000 },
    async (name, look) => {
      const cases = await sweepFaults(stage, async ({ world, homes, faulty }) => {
        const required = requiredIn(world);
        const before = JSON.stringify(snapshot(world));
        const healthy = await inspectAll(homes, { required, fs: world.fs });
        const { reports, error } = await look(faulty, homes, required);
        expect(error).toBeUndefined();
        expect(JSON.stringify(snapshot(world))).toBe(before);
        // A fault may go unnoticed where its answer was not needed in the end.
        const flattered = reports.filter(({ ok }, index) => ok && healthy[index]?.ok !== true);
        expect(flattered).toEqual([]);
      });
      console.log(`${name}, where ${where}: ${cases} faults survived`);
      expect(cases).toBeGreaterThan(300);
    },
  );
});
