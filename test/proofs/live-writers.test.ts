import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleMigrationChild } from '../unit/support/migration/children.ts';
import {
  flawsOf,
  liveRun,
  type LiveRun,
  type LiveRunOptions,
  sumOf,
} from '../unit/support/migration/live-run.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import {
  doNothing,
  givingBack,
  migrating,
  rsyncScript,
  type Strategy,
} from '../unit/support/migration/strategies.ts';

/** Milliseconds for which nothing is at `projects` while it is swapped, and before that. */
const WINDOWS = [0, 1, 3, 30];

let folder = '';
let writer = '';

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-live-'));
  writer = await bundleMigrationChild('writer-child.ts', folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function runs(
  count: number,
  strategy: Strategy,
  expected: 'shared' | 'home',
  milliseconds: number,
  how: Pick<LiveRunOptions, 'pauseMs' | 'does'> = {},
): Promise<readonly LiveRun[]> {
  const done: LiveRun[] = [];
  for (let seed = 1; seed <= count; seed += 1) {
    const windowMs = WINDOWS[seed % WINDOWS.length] ?? 0;
    const times = { beforeMs: milliseconds / 2, afterMs: milliseconds / 2 };
    done.push(
      await liveRun({ writer, folder, seed, windowMs, strategy, expected, ...times, ...how }),
    );
  }
  return done;
}

test('without any migration, the writers find every line where they wrote it', async () => {
  const alone = await runs(1, doNothing, 'home', 200);
  const sum = sumOf(alone);
  printFigures('writers alone', sum);
  expect(flawsOf(alone)).toEqual([]);
  expect(sum['outOfOrder']).toBe(0);
});

test('the well-known script loses lines, for comparison', { timeout: 300_000 }, async () => {
  const sum = sumOf(await runs(rounds(20, 4), rsyncScript, 'shared', rounds(1500, 300)));
  printFigures('writers and rsync, mv, ln -s', sum);
  expect(sum['lines']).toBeGreaterThan(0);
});

test(
  'no line is lost, doubled or torn while writers go on during a migration',
  { timeout: 1_800_000 },
  async () => {
    const strategy = migrating(await bundleMigrationChild('migrate-child.ts', folder));
    const all = await runs(rounds(24, 4), strategy, 'shared', rounds(3000, 300));
    const sum = sumOf(all);
    printFigures('writers and migrate', sum);
    expect(flawsOf(all)).toEqual([]);
    expect(sum['lines']).toBeGreaterThanOrEqual(rounds(200_000, 2000));
  },
);

// Fewer batches: between two of them the directory that was made anew is filled, and the more there are the longer it
// takes. Without moves: a session that moves to another project right then is a case of its own.
test(
  'no line is lost, doubled or torn while writers go on and a home is given back',
  { timeout: 1_800_000 },
  async () => {
    const strategy = givingBack(await bundleMigrationChild('migrate-child.ts', folder));
    const calm = { pauseMs: 10, does: ['rewrite-end', 'replace'] } as const;
    const all = await runs(rounds(24, 4), strategy, 'home', rounds(3000, 300), calm);
    const sum = sumOf(all);
    printFigures('writers, migrate and restore', sum);
    expect(flawsOf(all)).toEqual([]);
    expect(sum['lines']).toBeGreaterThanOrEqual(rounds(100_000, 2000));
  },
);
