import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleMigrationChild } from '../unit/support/migration/children.ts';
import { type Aim, killedRun, undisturbedMs } from '../unit/support/migration/kill-run.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { seeded } from '../unit/support/migration/seeded.ts';

/** Three shared names in each of two homes. */
const SWAPS = 6;

let folder = '';
let bundle = '';

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-kills-'));
  bundle = await bundleMigrationChild('migrate-child.ts', folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function kills(title: string, runs: readonly (readonly Aim[])[]): Promise<number> {
  const wrong: string[] = [];
  let killed = 0;
  for (const aims of runs) {
    const result = await killedRun(bundle, folder, aims);
    if (result.killed) killed += 1;
    wrong.push(...result.wrong.map((what) => `${JSON.stringify(aims)}: ${what}`));
  }
  printFigures(title, {
    runs: runs.length,
    'killed before their end': killed,
    wrong: wrong.length,
  });
  expect(wrong.slice(0, 20)).toEqual([]);
  return killed;
}

test(
  'a migration killed at any moment loses nothing, and the next one completes it',
  {
    timeout: 3_600_000,
  },
  async () => {
    const random = seeded(4);
    const whole = await undisturbedMs(bundle, folder);
    const moment = (): Aim => ({ kind: 'random', afterMs: random.next() * whole * 1.05 });
    const runs = Array.from({ length: rounds(330, 8) }, () =>
      // Now and then the second one is killed, too.
      random.chance(0.3) ? [moment(), moment()] : [moment()],
    );
    const killed = await kills('killed at random', runs);
    expect(killed).toBeGreaterThanOrEqual(rounds(300, 6));
  },
);

test(
  'a migration killed at a call of a swap loses nothing, and the next one completes it',
  {
    timeout: 3_600_000,
  },
  async () => {
    const points = (['rename', 'symlink'] as const).flatMap((step) =>
      (['before', 'after'] as const).map((when) => ({ step, when })),
    );
    const random = seeded(5);
    const runs = Array.from({ length: rounds(120, 8) }, (_, run): readonly Aim[] => {
      const point = points[run % points.length] ?? points[0] ?? { step: 'rename', when: 'before' };
      const kind = run % 3 === 2 ? 'around' : 'at';
      return [{ kind, point: { ...point, swap: random.between(1, SWAPS) } }];
    });
    const killed = await kills('killed at the swap', runs);
    expect(killed).toBeGreaterThanOrEqual(rounds(100, 6));
  },
);
