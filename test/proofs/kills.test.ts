import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleMigrationChild } from '../unit/support/migration/children.ts';
import {
  type Aim,
  killedReturn,
  killedRun,
  undisturbedMs,
} from '../unit/support/migration/kill-run.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import type { SwapCall } from '../unit/support/migration/hooked-disk.ts';
import { type Seeded, seeded } from '../unit/support/migration/seeded.ts';

/** Three shared names in each of two homes. */
const SWAPS = 6;

let folder = '';
let bundle = '';
let undisturbed = { migrate: 0, restore: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-kills-'));
  bundle = await bundleMigrationChild('migrate-child.ts', folder);
  undisturbed = await undisturbedMs(bundle, folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function kills(
  title: string,
  runs: readonly (readonly Aim[])[],
  run = killedRun,
): Promise<number> {
  const wrong: string[] = [];
  let killed = 0;
  for (const aims of runs) {
    const result = await run(bundle, folder, aims);
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

/** Random moments within a time; now and then the second process is killed, too. */
function moments(random: Seeded, milliseconds: number, runs: number): readonly (readonly Aim[])[] {
  const moment = (): Aim => ({ kind: 'random', afterMs: random.next() * milliseconds * 1.05 });
  return Array.from({ length: runs }, () =>
    random.chance(0.3) ? [moment(), moment()] : [moment()],
  );
}

/** Before, at and after the calls of a swap, or of the way back. */
function aimed(
  random: Seeded,
  steps: readonly SwapCall['step'][],
  runs: number,
  most: number,
): readonly (readonly Aim[])[] {
  const points = steps.flatMap((step) =>
    (['before', 'after'] as const).map((when) => ({ step, when })),
  );
  return Array.from({ length: runs }, (_, run): readonly Aim[] => {
    const point = points[run % points.length] ?? { step: 'rename', when: 'before' };
    const kind = run % 3 === 2 ? 'around' : 'at';
    return [{ kind, point: { ...point, swap: random.between(1, most) } }];
  });
}

test(
  'a migration killed at any moment loses nothing, and the next one completes it',
  {
    timeout: 3_600_000,
  },
  async () => {
    const random = seeded(4);
    const killed = await kills(
      'killed at random',
      moments(random, undisturbed.migrate, rounds(330, 5)),
    );
    expect(killed).toBeGreaterThanOrEqual(rounds(300, 3));
  },
);

test(
  'a migration killed at a call of a swap loses nothing, and the next one completes it',
  {
    timeout: 3_600_000,
  },
  async () => {
    const runs = aimed(seeded(5), ['rename', 'link'], rounds(120, 4), SWAPS);
    const killed = await kills('killed at the swap', runs);
    expect(killed).toBeGreaterThanOrEqual(rounds(100, 3));
  },
);

test(
  'a way back killed at any moment loses nothing, and the same call completes it',
  {
    timeout: 3_600_000,
  },
  async () => {
    const random = seeded(14);
    const runs = moments(random, undisturbed.restore, rounds(110, 2));
    const killed = await kills('way back killed at random', runs, killedReturn);
    expect(killed).toBeGreaterThanOrEqual(rounds(100, 1));
  },
);

test(
  'a way back killed between the link and the directory loses nothing, and the same call completes it',
  {
    timeout: 3_600_000,
  },
  async () => {
    const runs = aimed(seeded(15), ['unlink', 'return'], rounds(60, 2), SWAPS / 2);
    const killed = await kills('way back killed at its swap', runs, killedReturn);
    expect(killed).toBeGreaterThanOrEqual(rounds(45, 1));
  },
);
