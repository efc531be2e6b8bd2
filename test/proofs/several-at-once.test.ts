import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleChild } from '../unit/support/child.ts';
import { flawsOf, type LiveRun, liveRun, sumOf } from '../unit/support/migration/live-run.ts';
import { printFigures, rounds, seed } from '../unit/support/proof.ts';
import { seeded, type Seeded } from '../unit/support/seeded-random.ts';
import {
  incomplete,
  jobOf,
  lostFiles,
  notDone,
  stageForKills,
} from '../unit/support/migration/kill-run.ts';
import type { MigrateAnswer, MigrateJob } from '../unit/support/migration/migrate-child.ts';
import { runJob, startMigrate, type Strategy } from '../unit/support/migration/strategies.ts';

/** How several processes fared that were at it together. */
interface Together {
  /** How each ended: `migrate done`, `restore locked`. */
  readonly outcomes: readonly string[];
  /** Those that were locked out and did not say which process holds the lock. */
  readonly silent: readonly string[];
  /** What failed or was rejected. */
  readonly failures: readonly string[];
  /** Every path that one of them has listed as not merged. */
  readonly listed: readonly string[];
}

/** What the processes do that are at it together. */
const operations: readonly MigrateJob['operation'][] = ['migrate', 'migrate', 'restore'];

/** Several processes at once, starting within a few milliseconds. */
async function together(bundle: string, job: MigrateJob, random: Seeded): Promise<Together> {
  const jobs = operations.map((operation) => ({ ...job, operation }));
  const children = jobs.map((one) => ({ job: one, child: startMigrate(bundle) }));
  const pids = children.map(({ child }) => String(child.process.pid));
  await Promise.all(children.map(async ({ child }) => await child.answer()));
  const answers = await Promise.all(
    children.map(async ({ job, child }) => {
      await setTimeout(random.next() * 40);
      child.tell(job);
      const answer = await child.answer();
      await child.ended;
      return { operation: job.operation, answer };
    }),
  );
  const locked = answers.filter((one) => outcomeOf(one.answer) === 'locked');
  return {
    outcomes: answers.map(({ operation, answer }) => `${operation} ${outcomeOf(answer)}`),
    silent: locked
      .map(({ answer }) => JSON.stringify(answer))
      .filter((told) => !pids.some((pid) => told.includes(pid))),
    failures: answers
      .filter(({ answer }) => ['failed', 'rejected', 'died'].includes(outcomeOf(answer)))
      .map(({ operation, answer }) => `${operation}: ${JSON.stringify(answer)}`),
    listed: answers.flatMap(({ answer }) => (answer?.kind === 'report' ? answer.listed : [])),
  };
}

/** One round on idle homes, from nothing or after a first migration; a healthy one follows. */
async function togetherOnce(
  bundle: string,
  folder: string,
  random: Seeded,
  { migrated }: { readonly migrated: boolean },
): Promise<Together & { readonly wrong: readonly string[] }> {
  const root = mkdtempSync(join(folder, 'together-'));
  try {
    const stage = stageForKills(root);
    const job = jobOf(stage);
    if (migrated) await runJob(bundle, job);
    const result = await together(bundle, job, random);
    const wrong = lostFiles(stage).map((path) => `${path} lost`);
    wrong.push(...notDone(await runJob(bundle, job)), ...incomplete(stage));
    wrong.push(...lostFiles(stage).map((path) => `${path} lost in the end`));
    return { ...result, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The same while sessions are written to. */
function severalAtOnce(
  bundle: string,
  random: Seeded,
  { migrated }: { readonly migrated: boolean },
  results: Together[],
): Strategy {
  return async ({ accountHomes, required }) => {
    const start = Number(process.hrtime.bigint());
    const job: MigrateJob = { operation: 'migrate', accountHomes, required, live: 'merge' };
    const first = migrated ? await runJob(bundle, job) : undefined;
    const result = await together(bundle, job, random);
    results.push(result);
    const last = await runJob(bundle, job);
    const end = Number(process.hrtime.bigint());
    const messages = last?.kind === 'report' ? last.problems : [JSON.stringify(last)];
    const listedBy = [first, last].flatMap((it) => (it?.kind === 'report' ? it.listed : []));
    const listed = [...result.listed, ...listedBy];
    const outcome = outcomeOf(last);
    return { span: { start, end }, ok: outcome === 'done', outcome, messages, listed };
  };
}

/** How often each outcome occurred. */
function countOutcomes(results: readonly Together[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of results.flatMap(({ outcomes }) => outcomes).toSorted()) {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function outcomeOf(answer: MigrateAnswer | undefined): string {
  if (answer?.kind === 'report') return answer.outcome;
  return answer?.kind === 'rejected' ? 'rejected' : 'died';
}

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
