import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleMigrationChild } from '../unit/support/migration/children.ts';
import { flawsOf, liveRun, type LiveRun, sumOf } from '../unit/support/migration/live-run.ts';
import { printFigures, rounds } from '../unit/support/proof.ts';
import { seeded } from '../unit/support/migration/seeded.ts';
import {
  countOutcomes,
  severalAtOnce,
  type Together,
  togetherOnce,
} from '../unit/support/migration/several.ts';

let folder = '';
let bundle = '';
let writer = '';

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-several-'));
  bundle = await bundleMigrationChild('migrate-child.ts', folder);
  writer = await bundleMigrationChild('writer-child.ts', folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const isGivenBack = (outcome: string) => outcome.startsWith('restore done');
// Also the temporary file of a writer that was just replacing a transcript: it was brought over half-written.
const CONFLICT =
  /are transcripts of one session that went on differently|hold one session under two project keys|\.tmp differ/;
const WARNING = /^behind a link the auto-memory/;
const areConflicts = (told: readonly string[]) => {
  const errors = told.filter((it) => !WARNING.test(it));
  return errors.length > 0 && errors.every((it) => CONFLICT.test(it));
};

describe.each([{ lock: true }, { lock: false }])(
  'two migrations and a way back at once, lock: $lock',
  ({ lock }) => {
    test('lose nothing and double nothing of idle homes', { timeout: 1_800_000 }, async () => {
      const random = seeded(lock ? 6 : 7);
      const results: (Together & { readonly wrong: readonly string[] })[] = [];
      for (let round = 0; round < rounds(60, 3); round += 1) {
        const migrated = round % 2 === 1;
        results.push(await togetherOnce(bundle, folder, random, { lock, migrated }));
      }
      printFigures(`several at once, lock ${lock}`, countOutcomes(results));
      expect(results.flatMap(({ wrong }) => wrong).slice(0, 20)).toEqual([]);
      expect(results.flatMap(({ silent }) => silent)).toEqual([]);
      // Without the lock, one of them may find the other's work half-done, and give up.
      expect(lock ? results.flatMap(({ failures }) => failures) : []).toEqual([]);
    });

    test('lose no line and double none while it is written', { timeout: 1_800_000 }, async () => {
      const random = seeded(lock ? 8 : 9);
      const results: Together[] = [];
      const runs: LiveRun[] = [];
      for (let seed = 1; seed <= rounds(12, 1); seed += 1) {
        const migrated = seed % 2 === (lock ? 0 : 1);
        const strategy = severalAtOnce(bundle, random, { lock, migrated }, results);
        const options = { writer, folder, seed: seed + 50, windowMs: 0, pauseMs: 2 };
        runs.push(await liveRun({ ...options, strategy, expected: 'shared' }));
      }
      printFigures(`several at once and writers, lock ${lock}`, {
        ...countOutcomes(results),
        ...sumOf(runs),
      });
      const { nowhere, duplicated, torn } = sumOf(runs);
      expect([nowhere, duplicated, torn]).toEqual([0, 0, 0]);
      // A home that was given back is on its own: what is replaced or moved there since is a conflict, and told.
      const parted = runs.filter((_, index) => results[index]?.outcomes.some(isGivenBack));
      const refused = parted.filter(({ result }) => !result.ok);
      expect(lock ? flawsOf(runs.filter((run) => !refused.includes(run))) : []).toEqual([]);
      expect(
        refused.filter(({ result }) => !areConflicts(result.told)).map(({ result }) => result),
      ).toEqual([]);
      expect(results.flatMap(({ silent }) => silent)).toEqual([]);
    });
  },
);
