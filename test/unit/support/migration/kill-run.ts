import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { incomplete, lostFiles, missingInTarget, notGivenBack } from './kill-check.ts';
import { addMore, type KillStage, stageForKills } from './kill-stage.ts';
import type { MigrateAnswer, MigrateJob } from './migrate-job.ts';
import { runJob, startMigrate } from './strategies.ts';

/** When a process is killed: at a random moment, at a call of a swap by itself, or while that call runs. */
export type Aim =
  | { readonly kind: 'random'; readonly afterMs: number }
  | { readonly kind: 'at' | 'around'; readonly point: NonNullable<MigrateJob['killAt']> };

/** What a killed migration left, and what became of it. */
export interface KillResult {
  /** Whether the process was killed before it had ended by itself. */
  readonly killed: boolean;
  /** Everything that is wrong; empty if nothing was lost and the second run completed it. */
  readonly wrong: readonly string[];
}

/** Kills a migration as often as there are aims, checks after each, and lets a healthy one complete it. */
export async function killedRun(
  bundle: string,
  folder: string,
  aims: readonly Aim[],
): Promise<KillResult> {
  const root = mkdtempSync(join(folder, 'kill-'));
  try {
    const stage = stageForKills(root);
    const wrong: string[] = [];
    let killed = false;
    for (const aim of aims) {
      if (await killOnce(bundle, jobOf(stage), aim)) killed = true;
      const lost = lostFiles(stage);
      wrong.push(...lost.map((path) => `${path} lost after ${JSON.stringify(aim)}`));
    }
    const answer = await runJob(startMigrate(bundle), jobOf(stage));
    wrong.push(...notDone(answer), ...incomplete(stage));
    wrong.push(...lostFiles(stage).map((path) => `${path} lost in the end`));
    return { killed, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** The same with the way back, of a home that has been migrated and gained more since. */
export async function killedReturn(
  bundle: string,
  folder: string,
  aims: readonly Aim[],
): Promise<KillResult> {
  const root = mkdtempSync(join(folder, 'kill-back-'));
  try {
    const stage = stageForKills(root);
    const wrong = [...notDone(await runJob(startMigrate(bundle), jobOf(stage)))];
    addMore(stage);
    let killed = false;
    const job = jobOf(stage, 'restore');
    for (const aim of aims) {
      if (await killOnce(bundle, job, aim)) killed = true;
      const lost = [...lostFiles(stage), ...missingInTarget(stage)];
      wrong.push(...lost.map((what) => `${what} lost after ${JSON.stringify(aim)}`));
    }
    wrong.push(...notDone(await runJob(startMigrate(bundle), job)), ...notGivenBack(stage));
    const lost = [...lostFiles(stage), ...missingInTarget(stage)];
    wrong.push(...lost.map((what) => `${what} lost in the end`));
    return { killed, wrong };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** How long a migration and its way back take that nobody kills, each from its job to its answer. */
export async function undisturbedMs(
  bundle: string,
  folder: string,
): Promise<{ readonly migrate: number; readonly restore: number }> {
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
  return { operation, accountHomes, required, live: 'refuse', lock: true };
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
