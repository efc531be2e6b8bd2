import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { validateAll } from 'claude-shared-state';
import { migrate, restore } from 'claude-shared-state/migrate';
import { realProcesses } from '../../../../src/fs/processes.ts';
import { type Ended, listedBy } from './calls.ts';
import { type CutOverCall, hookedDisk } from './hooked-disk.ts';
import { isMigrateJob, type MigrateAnswer, type MigrateJob } from './migrate-job.ts';

// Runs one command on the real disk, with a window forced open or a death at a call of a cut-over.

const say = (answer: MigrateAnswer) => process.send?.(answer);

async function run(job: MigrateJob): Promise<MigrateAnswer> {
  const start = now();
  const report = await perform(job);
  const { ok, outcome, problems } = report;
  return {
    kind: 'report',
    ok,
    outcome,
    problems: problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    listed: listedBy(report),
    start,
    end: now(),
  };
}

async function perform(job: MigrateJob): Promise<Ended> {
  const { accountHomes, required, live, operation } = job;
  const fs = hookedDisk(accountHomes, hookOf(job));
  const options = { required, fs, processInspector: realProcesses };
  const [home = ''] = accountHomes;
  switch (operation) {
    case 'migrate':
      return await migrate(accountHomes, { ...options, live, acceptRetention: true });
    case 'restore':
      return await restore(home, options);
    case 'ensure':
      // It rejects where something is not linked, which is no concern of these proofs.
      await validateAll(accountHomes, { required }).catch(() => {});
      return { ok: true, outcome: 'done', problems: [] };
    default:
      return operation satisfies never;
  }
}

function hookOf({ killAt, announce, window }: MigrateJob) {
  const counts = new Map<string, number>();
  const countOf = (kind: string) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count;
  };
  return async ({ step, when, path }: CutOverCall) => {
    const kind = `${step} ${when}`;
    const count = countOf(kind);
    const isHere = (point: MigrateJob['killAt']) =>
      point?.step === step && point.when === when && point.count === count;
    if (isHere(killAt)) process.kill(process.pid, 'SIGKILL');
    if (isHere(announce)) say({ kind: 'reached' });

    const { milliseconds = 0, cutOvers = 0 } = window ?? {};
    const isOpen = milliseconds > 0 && basename(path) === 'projects' && kind !== 'link after';
    if (isOpen && countOf(`${path} ${kind}`) <= cutOvers) await setTimeout(milliseconds);
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
