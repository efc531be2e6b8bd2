import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { realProcesses } from '../../../../src/fs/processes.ts';
import type { MigrateFs } from '../../../../src/fs/migrate-fs.ts';
import type { MigrateOptions } from '../../../../src/migrate/options.ts';
import { migrateRequest } from '../../../../src/migrate/request.ts';
import type {
  MigrationProgress,
  MigrationReport,
  RestoreReport,
} from '../../../../src/migrate/report.ts';
import { restoreRequest } from '../../../../src/migrate/restore/restore-request.ts';
import { runMigration } from '../../../../src/migrate/run-migration.ts';
import { runRestore } from '../../../../src/migrate/restore/run-restore.ts';
import { hookedDisk, type SwapCall } from './hooked-disk.ts';
import { isMigrateJob, type MigrateAnswer, type MigrateJob } from './migrate-job.ts';

// Migrates or restores once, on the real disk, with a window forced open or a death at a call of a swap.

const say = (answer: MigrateAnswer) => process.send?.(answer);

async function run(job: MigrateJob): Promise<MigrateAnswer> {
  const gaps: number[] = [];
  const phases: Record<string, number> = {};
  const start = now();
  let phase = 'plan';
  let since = start;
  const enter = (next: string) => {
    if (next === phase) return;
    phases[phase] = (phases[phase] ?? 0) + (now() - since) / 1e6;
    phase = next;
    since = now();
  };
  const options = {
    required: job.required,
    live: job.live,
    fs: tellingSyncs(hookedDisk(job.accountHomes, hookOf(job, gaps)), () => {
      if (phase === 'couple') enter('make durable');
    }),
    processInspector: realProcesses,
  };
  const watched = {
    ...options,
    onProgress: (progress: MigrationProgress) => {
      if (phase !== 'make durable' || progress.phase !== 'couple') enter(progress.phase);
    },
  };
  const report = await perform(job, watched);
  const end = now();
  enter('');
  return {
    kind: 'report',
    ok: report.ok,
    outcome: report.outcome,
    problems: report.problems.map(({ message }) => message),
    leftovers: report.leftovers.map(({ path, reason }) => `${reason}: ${path}`),
    start,
    end,
    gaps,
    phases,
    peakKilobytes: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]),
  };
}

/** The same disk, which tells whenever something is to be made durable: nothing else says when coupling is over. */
function tellingSyncs(fs: MigrateFs, tell: () => void): MigrateFs {
  return {
    ...fs,
    open: async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      return {
        ...handle,
        sync: async () => {
          tell();
          await (handle.sync?.() ?? handle.datasync());
        },
      };
    },
  };
}

async function perform(
  job: MigrateJob,
  options: MigrateOptions,
): Promise<MigrationReport | RestoreReport> {
  // What `migrate` and `restore` do, and whether they lock.
  const locking = { isLocking: job.lock };
  if (job.operation === 'restore') {
    return await runRestore(restoreRequest(job.accountHomes[0], options), locking);
  }
  const request = migrateRequest(job.accountHomes, { ...options, acceptRetention: true });
  return await runMigration(request, locking);
}

function hookOf(job: MigrateJob, gaps: number[]) {
  const counts = new Map<string, number>();
  let gone = 0;
  return async (call: SwapCall) => {
    const kind = `${call.step} ${call.when}`;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const isHere = (point: MigrateJob['killAt']) =>
      point?.step === call.step && point.when === call.when && point.swap === count;
    if (isHere(job.killAt)) process.kill(process.pid, 'SIGKILL');
    if (isHere(job.announce)) say({ kind: 'reached' });

    if (basename(call.path) !== 'projects') return;
    if (kind === 'rename after') gone = now();
    if (kind === 'link after') gaps.push(now() - gone);
    const swaps = (counts.get(`${call.path} ${kind}`) ?? 0) + 1;
    counts.set(`${call.path} ${kind}`, swaps);
    const { window } = job;
    if (window === undefined || window.milliseconds === 0 || swaps > window.swaps) return;
    if (kind !== 'link after') await setTimeout(window.milliseconds);
  };
}

function now(): number {
  return Number(process.hrtime.bigint());
}

process.on('message', (message) => {
  if (!isMigrateJob(message)) return;
  void run(message)
    .catch((error: unknown): MigrateAnswer => ({ kind: 'rejected', why: String(error) }))
    .then((answer) => process.send?.(answer, () => process.exit(0)));
});
say({ kind: 'ready' });
