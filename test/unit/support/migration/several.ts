import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { incomplete, lostFiles } from './kill-check.ts';
import { jobOf, notDone } from './kill-run.ts';
import { stageForKills } from './kill-stage.ts';
import type { MigrateAnswer, MigrateJob } from './migrate-job.ts';
import type { Seeded } from '../seeded-random.ts';
import { runJob, startMigrate, type Strategy } from './strategies.ts';

/** How several processes fared that were at it together. */
export interface Together {
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
export async function togetherOnce(
  bundle: string,
  folder: string,
  random: Seeded,
  { migrated }: { readonly migrated: boolean },
): Promise<Together & { readonly wrong: readonly string[] }> {
  const root = mkdtempSync(join(folder, 'together-'));
  try {
    const stage = stageForKills(root);
    const job = jobOf(stage);
    if (migrated) await runJob(startMigrate(bundle), job);
    const result = await together(bundle, job, random);
    const wrong = lostFiles(stage).map((path) => `${path} lost`);
    wrong.push(...notDone(await runJob(startMigrate(bundle), job)), ...incomplete(stage));
    wrong.push(...lostFiles(stage).map((path) => `${path} lost in the end`));
    return { ...result, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The same while sessions are written to. */
export function severalAtOnce(
  bundle: string,
  random: Seeded,
  { migrated }: { readonly migrated: boolean },
  results: Together[],
): Strategy {
  return async ({ accountHomes, required }) => {
    const start = Number(process.hrtime.bigint());
    const job: MigrateJob = { operation: 'migrate', accountHomes, required, live: 'merge' };
    const first = migrated ? await runJob(startMigrate(bundle), job) : undefined;
    const result = await together(bundle, job, random);
    results.push(result);
    const last = await runJob(startMigrate(bundle), job);
    const end = Number(process.hrtime.bigint());
    const messages = last?.kind === 'report' ? last.problems : [JSON.stringify(last)];
    const listedBy = [first, last].flatMap((it) => (it?.kind === 'report' ? it.listed : []));
    const listed = [...result.listed, ...listedBy];
    const outcome = outcomeOf(last);
    return { span: { start, end }, ok: outcome === 'done', outcome, messages, listed };
  };
}

/** How often each outcome occurred. */
export function countOutcomes(results: readonly Together[]): Readonly<Record<string, number>> {
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
