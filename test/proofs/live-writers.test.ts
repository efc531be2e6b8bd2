import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleChild } from '../unit/support/child.ts';
import {
  flawsOf,
  liveRun,
  type LiveRun,
  type LiveRunOptions,
  sumOf,
} from '../unit/support/migration/live-run.ts';
import {
  doNothing,
  migrating,
  restoring,
  rsyncScript,
} from '../unit/support/migration/strategies.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';

/** Milliseconds for which nothing is at `projects` during the cut-over, and before that. */
const WINDOWS = [0, 1, 3, 30];

let folder = '';
let writer = '';
let child = '';

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-live-'));
  writer = await bundleChild('migration/writer-child.ts', folder);
  child = await bundleChild('migration/migrate-child.ts', folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function runs(
  count: number,
  milliseconds: number,
  options: Pick<LiveRunOptions, 'strategy' | 'again' | 'expected' | 'isRecorded'>,
): Promise<readonly LiveRun[]> {
  const done: LiveRun[] = [];
  for (let round = 0; round < count; round += 1) {
    const windowMs = WINDOWS[round % WINDOWS.length] ?? 0;
    const times = { windowMs, beforeMs: milliseconds / 2, afterMs: milliseconds / 2 };
    done.push(await liveRun({ writer, folder, seed: seed + round, ...times, ...options }));
  }
  return done;
}

test('without any migration, the writers find every line where they wrote it', async () => {
  const alone = await runs(1, 200, { strategy: doNothing, expected: 'home' });
  printFigures('writers alone', sumOf(alone));
  expect(flawsOf(alone)).toEqual([]);
  expect(sumOf(alone)['outOfOrder']).toBe(0);
});

test('the well-known script loses lines, for comparison', async () => {
  const options = { strategy: rsyncScript, expected: 'shared' } as const;
  const sum = sumOf(await runs(rounds(20, 4), rounds(1500, 300), options));
  printFigures('writers and rsync, mv, ln -s', sum);
  expect(sum['lines']).toBeGreaterThan(0);
});

test('no line is lost, doubled or torn while sessions go on during a migration', async () => {
  const options = { strategy: migrating(child), expected: 'shared' } as const;
  const all = await runs(rounds(24, 4), rounds(6000, 300), options);
  printFigures('writers and migrate', sumOf(all));
  expect(flawsOf(all)).toEqual([]);
  expect(sumOf(all)['lines']).toBeGreaterThanOrEqual(rounds(1_500_000, 2000));
});

test('no line is lost while sessions go on that were said to be at rest, also during a restore', async () => {
  const again = migrating(child, { operation: 'restore' });
  const strategy = restoring(child);
  const options = { strategy, again, expected: 'home', isRecorded: false } as const;
  const all = await runs(rounds(12, 4), rounds(3000, 300), options);
  printFigures('writers that were said to be at rest, migrate and restore', sumOf(all));
  // What is promised then: nothing is lost, and the same call completes what failed once they rest.
  expect(sumOf(all)).toMatchObject({ nowhere: 0, torn: 0 });
  expect(all.map(({ result }) => result.outcome)).not.toContain('failed');
  expect(sumOf(all)['lines']).toBeGreaterThanOrEqual(rounds(300_000, 2000));
});
