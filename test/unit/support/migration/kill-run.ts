import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { incomplete, lostFiles, missingInTarget, notGivenBack } from './kill-check.ts';
import { addMore, type KillStage, stageForKills } from './kill-stage.ts';
import type { MigrateAnswer, MigrateJob } from './migrate-job.ts';
import { runJob, startMigrate } from './strategies.ts';

/** When a process is killed: at a random moment, at a call of a cut-over by itself, or while that call runs. */
export type Aim =
  | { readonly kind: 'random'; readonly afterMs: number }
  | { readonly kind: 'at' | 'around'; readonly point: NonNullable<MigrateJob['killAt']> };

/** Some processes to kill, one after another, and what is run before the same command completes it. */
export interface KillPlan {
  readonly aims: readonly Aim[];
  readonly other: MigrateJob['operation'] | undefined;
}

export interface KillResult {
  /** Whether a process was killed before it had ended by itself. */
  readonly killed: boolean;
  /** Everything that is wrong; empty if nothing was lost and the last run completed it. */
  readonly wrong: readonly string[];
}

/** Kills a migration, or a restore of a home that has gained more since; then a healthy run completes it. */
export async function killedRun(
  operation: 'migrate' | 'restore',
  { bundle, folder }: { readonly bundle: string; readonly folder: string },
  { aims, other }: KillPlan,
): Promise<KillResult> {
  const root = mkdtempSync(join(folder, 'kill-'));
  const stage = stageForKills(root);
  const job = jobOf(stage, operation);
  const run = async (one: MigrateJob) => await runJob(startMigrate(bundle), one);
  const wrong: string[] = [];
  const note = (when: string) => {
    const missing = operation === 'restore' ? missingInTarget(stage) : [];
    wrong.push(...[...lostFiles(stage), ...missing].map((path) => `${path} is lost ${when}`));
  };
  try {
    if (operation === 'restore') {
      wrong.push(...notDone(await run(jobOf(stage))));
      addMore(stage);
    }
    let killed = false;
    for (const aim of aims) {
      if (await killOnce(bundle, job, aim)) killed = true;
      note(`after ${JSON.stringify(aim)}`);
    }
    if (other !== undefined) {
      await run(jobOf(stage, other));
      note(`after ${other}`);
    }
    wrong.push(...notDone(await run(job)));
    wrong.push(...(operation === 'restore' ? notGivenBack(stage) : incomplete(stage)));
    note('in the end');
    return { killed, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** How long a migration and a restore take that nobody kills, each from its job to its answer. */
export async function undisturbedMs(bundle: string, folder: string) {
  const root = mkdtempSync(join(folder, 'whole-'));
  const stage = stageForKills(root);
  const time = async (operation: MigrateJob['operation']) => {
    const answer = await runJob(startMigrate(bundle), jobOf(stage, operation));
    if (answer?.kind !== 'report' || !answer.ok) throw new Error(JSON.stringify(answer));
    return (answer.end - answer.start) / 1e6;
  };
  const migrate = await time('migrate');
  const restore = await time('restore');
  rmSync(root, { recursive: true, force: true });
  return { migrate, restore };
}

export function jobOf(
  { accountHomes, required }: KillStage,
  operation: MigrateJob['operation'] = 'migrate',
): MigrateJob {
  return { operation, accountHomes, required, live: 'refuse' };
}

export function notDone(answer: MigrateAnswer | undefined): readonly string[] {
  if (answer?.kind === 'report' && answer.outcome === 'done') return [];
  return [`the healthy run: ${JSON.stringify(answer)}`];
}

async function killOnce(bundle: string, job: MigrateJob, aim: Aim): Promise<boolean> {
  const child = startMigrate(bundle);
  await child.answer();
  switch (aim.kind) {
    case 'random':
      child.tell(job);
      await setTimeout(aim.afterMs);
      child.process.kill('SIGKILL');
      break;
    case 'at':
      child.tell({ ...job, killAt: aim.point });
      break;
    case 'around':
      child.tell({ ...job, announce: aim.point });
      if ((await child.answer())?.kind === 'reached') child.process.kill('SIGKILL');
      break;
  }
  return (await child.ended).signal === 'SIGKILL';
}
