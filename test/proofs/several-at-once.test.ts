import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleChild } from '../unit/support/child.ts';
import { flawsOf, liveRun, type LiveRun, sumOf } from '../unit/support/migration/live-run.ts';
import {
  countOutcomes,
  severalAtOnce,
  type Together,
  togetherOnce,
} from '../unit/support/migration/several.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { seeded } from '../unit/support/seeded-random.ts';

let folder = '';
let bundle = '';
let writer = '';

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-several-'));
  bundle = await bundleChild('migration/migrate-child.ts', folder);
  writer = await bundleChild('migration/writer-child.ts', folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('two migrations and a restore at once', () => {
  test('lose nothing and double nothing of idle homes', async () => {
    const random = seeded(seed);
    const results: (Together & { readonly wrong: readonly string[] })[] = [];
    for (let round = 0; round < rounds(120, 6); round += 1) {
      results.push(await togetherOnce(bundle, folder, random, { migrated: round % 2 === 1 }));
    }
    printFigures('several at once', countOutcomes(results));
    expect(results.flatMap(({ wrong }) => wrong).slice(0, 20)).toEqual([]);
    expect(results.flatMap(({ silent, failures }) => [...silent, ...failures])).toEqual([]);
  });

  test('lose no line and double none while it is written', async () => {
    const random = seeded(seed);
    const results: Together[] = [];
    const runs: LiveRun[] = [];
    for (let round = 0; round < rounds(24, 2); round += 1) {
      const strategy = severalAtOnce(bundle, random, { migrated: round % 2 === 0 }, results);
      const options = { writer, folder, seed: seed + round, windowMs: 0, pauseMs: 2 };
      runs.push(await liveRun({ ...options, strategy, expected: 'shared' }));
    }
    printFigures('several at once and writers', { ...countOutcomes(results), ...sumOf(runs) });
    expect(flawsOf(runs)).toEqual([]);
    expect(results.flatMap(({ silent, failures }) => [...silent, ...failures])).toEqual([]);
  });
});
