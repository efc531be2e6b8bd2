import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleMigrationChild } from '../unit/support/migration/children.ts';
import type { CutOverCall } from '../unit/support/migration/hooked-disk.ts';
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
  bundle = await bundleMigrationChild('migrate-child.ts', folder);
  undisturbed = await undisturbedMs(bundle, folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Kills as many times as asked; runs that ended before they could be killed do not count. */
async function kills(operation: 'migrate' | 'restore', count: number, aim: () => Aim) {
  const wrong: string[] = [];
  let killed = 0;
  let runs = 0;
  for (; killed < count && runs < count * 2; runs += 1) {
    // Now and then the second process is killed, too, or another command comes in between.
    const aims = random.chance(0.3) ? [aim(), aim()] : [aim()];
    const then = random.pick([undefined, undefined, 'migrate', 'restore', 'ensure']);
    const plan: KillPlan = { aims, then };
    const result = await killedRun(operation, { bundle, folder }, plan);
    if (result.killed) killed += 1;
    wrong.push(...result.wrong.map((what) => `${JSON.stringify(plan)}: ${what}`));
  }
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(killed).toBe(count);
  return { runs, killed };
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

test('a migration killed at any moment loses nothing, and the next one completes it', async () => {
  printFigures('kills', await kills('migrate', rounds(280, 4), within('migrate')));
});

test('a migration killed in the cut-over loses nothing, and the next one completes it', async () => {
  const aim = around(['rename', 'link'], CUT_OVERS);
  printFigures('kills in the cut-over', await kills('migrate', rounds(140, 4), aim));
});

test('a restore killed at any moment loses nothing, and the next one completes it', async () => {
  printFigures('kills of restore', await kills('restore', rounds(120, 3), within('restore')));
});

test('a restore killed in the cut-over loses nothing, and the next one completes it', async () => {
  const aim = around(['unlink', 'return'], CUT_OVERS / 2);
  printFigures('kills of restore in the cut-over', await kills('restore', rounds(60, 3), aim));
});
