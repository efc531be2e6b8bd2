import { describe, expect, test } from 'vitest';
import { faultsOf, isPossible, sweep } from '../unit/support/migrate-sweep.ts';
import { checkerOf, expectedOf, runOn } from '../unit/support/migration/fault-checks.ts';
import { stages } from '../unit/support/migration/fault-scenarios.ts';
import { migrateOn, SECOND } from '../unit/support/migration/fault-stages.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { randomFrom } from '../unit/support/seeded-random.ts';

// All of them, or some of each call.
const share = rounds(1, 0.01);

describe('migrate loses nothing whatever fails, and the same call or restore completes it', () => {
  test.each(Object.keys(stages))('%s', async (name) => {
    const staged = await stages[name]?.();
    if (staged === undefined) throw new Error('no such stage');
    const expected = await expectedOf(staged);
    const { check, states } = checkerOf(staged, expected);
    const start = performance.now();
    const random = randomFrom(7);
    const { cases, pairs, calls } = await sweep({
      scenario: {
        name,
        image: staged.image,
        options: { mounts: staged.mounts },
        run: (fs, world) => runOn(staged, fs, world),
        recover: (fs) => migrateOn(staged, fs, SECOND),
        check,
      },
      faults: (call, what) =>
        faultsOf(call, what).filter((it) => isPossible(it) && random() < share),
      pairs: rounds(150, 6),
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    printFigures(`migrate: ${name}`, {
      cases,
      'double deaths': pairs,
      calls,
      states: states(),
      seconds,
    });
    expect(cases).toBeGreaterThan(0);
  });
});
