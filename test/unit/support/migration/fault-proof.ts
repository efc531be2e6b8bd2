import { expect, test } from 'vitest';
import type { Fault } from '../migrate-faults.ts';
import { faultsOf, sweep } from '../migrate-sweep.ts';
import { printFigures, rounds, seed } from '../proof.ts';
import { randomFrom } from '../seeded-random.ts';
import { checkerOf, expectedOf, recoveringOn, runOn } from './checks.ts';
import type { Scenarios } from './scenarios.ts';

/** A disk that goes on saying that nothing is there can't be told from one that has nothing to delete or archive. */
function isPossible(command: string, { kind, lasting }: Fault): boolean {
  const isSimple = command === 'deleteRestorePoint' || command === 'archive';
  return !isSimple || kind !== 'ENOENT' || lasting === false;
}

/**
 * Makes every fault happen at every call of a command, in every scenario; reduced, some of them.
 *
 * @param share - The share of the faults of the whole proof: another part of them with each seed.
 */
export function proveFaults(command: string, scenarios: Scenarios, share = 1): void {
  test.each(Object.entries(scenarios))('%s', async (name, make) => {
    const staged = await make();
    const random = randomFrom(seed);
    const others = rounds(Infinity, 2);
    const { check, states } = checkerOf(staged, await expectedOf(staged), { random, others });
    const start = performance.now();
    const { cases, pairs, calls } = await sweep({
      scenario: {
        name,
        image: staged.image,
        options: staged.volume,
        run: (fs, world) => runOn(staged, fs, world),
        recover: recoveringOn(staged, random),
        check,
      },
      faults: (call, what) => faultsOf(call, what).filter((fault) => isPossible(command, fault)),
      share: rounds(share, 0.01),
      pairs: rounds(150, 6),
      seed,
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const figures = { cases, 'double deaths': pairs, calls, 'different disks': states(), seconds };
    printFigures(`${command}: ${name}`, figures);
    expect(cases).toBeGreaterThan(0);
  });
}
