import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleChild } from '../unit/support/child.ts';
import type { CutOverCall } from '../unit/support/migration/migrate-child.ts';
import {
  type Aim,
  killedRun,
  type KillPlan,
  undisturbedMs,
} from '../unit/support/migration/kill-run.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { seeded } from '../unit/support/seeded-random.ts';

/** Three shared names in each of two homes. */
const CUT_OVERS = 6;
const random = seeded(seed);

let folder = '';
let bundle = '';
let undisturbed = { migrate: 0, restore: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-kills-'));
  bundle = await bundleChild('migration/migrate-child.ts', folder);
  undisturbed = await undisturbedMs(bundle, folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Kills as many times as asked; runs that ended before they could be killed do not count. */
async function kills(operation: 'migrate' | 'restore', wanted: number, aim: () => Aim) {
  const wrong: string[] = [];
  let killed = 0;
  let runs = 0;
  for (; killed < wanted && runs < wanted * 2 + 10; runs += 1) {
    // Now and then the second process is killed, too, or another command comes in between.
    const aims = random.chance(0.3) ? [aim(), aim()] : [aim()];
    const other = random.pick([undefined, undefined, 'migrate', 'restore', 'ensure']);
    const plan: KillPlan = { aims, other };
    const result = await killedRun(operation, { bundle, folder }, plan);
    if (result.killed) killed += 1;
    // It was measured while the machine had more to do.
    else undisturbed[operation] *= 0.7;
    wrong.push(...result.wrong.map((what) => `${JSON.stringify(plan)}: ${what}`));
  }
  return { runs, killed, wrong };
}

const within = (operation: 'migrate' | 'restore') => (): Aim => ({
  kind: 'random',
  afterMs: random.next() * undisturbed[operation] * 1.05,
});

/** Before, at and after the calls of a cut-over, or of a restore. */
const around =
  (steps: readonly [CutOverCall['step'], CutOverCall['step']], calls: number) => () => {
    const when = random.pick(['before', 'after']);
    const point = { step: random.pick([...steps]), when, count: random.between(1, calls) };
    return { kind: random.pick(['at', 'at', 'around']), point };
  };

const inCutOver = {
  migrate: around(['rename', 'link'], CUT_OVERS),
  restore: around(['unlink', 'return'], CUT_OVERS / 2),
};

test.each([
  ['migrate', 'at any moment', within('migrate'), rounds(280, 4)],
  ['migrate', 'in the cut-over', inCutOver.migrate, rounds(140, 4)],
  ['restore', 'at any moment', within('restore'), rounds(120, 3)],
  ['restore', 'in the cut-over', inCutOver.restore, rounds(60, 3)],
] as const)(
  '%s killed %s loses nothing, and the next one completes it',
  async (operation, when, aim, wanted) => {
    const { runs, killed, wrong } = await kills(operation, wanted, aim);
    printFigures(`${operation} killed ${when}`, { runs, killed, wrong: wrong.length });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(killed).toBe(wanted);
  },
);
