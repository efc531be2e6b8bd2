import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { incomplete, lostFiles } from './kill-check.ts';
import { type KillStage, stageForKills } from './kill-stage.ts';
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

/** How long a migration takes that nobody kills, from its job to its answer. */
export async function undisturbedMs(bundle: string, folder: string): Promise<number> {
  const root = mkdtempSync(join(folder, 'whole-'));
  const answer = await runJob(startMigrate(bundle), jobOf(stageForKills(root)));
  rmSync(root, { recursive: true, force: true });
  if (answer?.kind !== 'report' || !answer.ok) throw new Error(JSON.stringify(answer));
  return (answer.end - answer.start) / 1e6;
}

export function jobOf({ accountHomes, required }: KillStage): MigrateJob {
  return { operation: 'migrate', accountHomes, required, live: 'refuse', lock: true };
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
