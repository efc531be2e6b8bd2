import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startMigrationChild } from './children.ts';
import type { LiveStage } from './live-sessions.ts';
import { isMigrateAnswer, type MigrateAnswer, type MigrateJob } from './migrate-job.ts';
import type { Span } from './transcript-checker.ts';

/** How the state of a stage gets into the shared place, while it is written to. */
export type Strategy = (stage: LiveStage, windowMs: number) => Promise<StrategyResult>;

export interface StrategyResult {
  readonly span: Span;
  readonly ok: boolean;
  readonly outcome: string;
  /** What it tells about itself, for a failing test. */
  readonly told: readonly string[];
  readonly leftovers: readonly string[];
}

const execute = promisify(execFile);

/** Nothing happens: what the writers wrote must be where they wrote it. */
export const doNothing: Strategy = async () => {
  const start = Number(process.hrtime.bigint());
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
  return resultSince(start);
};

/** The well-known script: copy what is not there yet, set the directory aside, make the link. */
export const rsyncScript: Strategy = async ({ accountHomes, projects }, windowMs) => {
  const script = `set -e
    mkdir -p "$2"
    rsync -a --ignore-existing "$1/" "$2/" || case $? in 23 | 24) ;; *) exit 1 ;; esac # changed meanwhile
    sleep ${windowMs / 1000}
    mv "$1" "$1.bak"
    sleep ${windowMs / 1000}
    ln -s "$2" "$1"`;
  const start = Number(process.hrtime.bigint());
  for (const accountHome of accountHomes) {
    await execute('sh', ['-c', script, 'sh', join(accountHome, 'projects'), projects]);
  }
  return resultSince(start);
};

/** `migrate` in a process of its own, `bundle` being its child. */
export function migrating(bundle: string, job: Partial<MigrateJob> = {}): Strategy {
  return async (stage, windowMs) => {
    const start = Number(process.hrtime.bigint());
    const answer = await runJob(startMigrate(bundle), { ...jobFor(stage, windowMs), ...job });
    return resultOf(answer, start);
  };
}

/** The same, and then the way back of the first home. */
export function givingBack(bundle: string): Strategy {
  return async (stage, windowMs) => {
    const start = Number(process.hrtime.bigint());
    const there = await migrating(bundle)(stage, windowMs);
    if (!there.ok) return there;
    const job: MigrateJob = { ...jobFor(stage, windowMs), operation: 'restore' };
    const { span, ...back } = resultOf(await runJob(startMigrate(bundle), job), start);
    return { ...back, span: { start: there.span.start, end: span.end } };
  };
}

function jobFor({ accountHomes, required }: LiveStage, milliseconds: number): MigrateJob {
  const window = { milliseconds, swaps: 1 };
  return { operation: 'migrate', accountHomes, required, live: 'merge', lock: true, window };
}

function resultOf(answer: MigrateAnswer | undefined, start: number): StrategyResult {
  if (answer?.kind !== 'report') {
    const why = answer?.kind === 'rejected' ? answer.why : 'it ended early';
    return { ...resultSince(start), ok: false, outcome: 'rejected', told: [why] };
  }
  const { ok, outcome, problems, leftovers } = answer;
  // Its own span, not that of the whole process: nothing may be disturbed outside it.
  const span = { start: answer.start, end: answer.end };
  return { span, ok, outcome, told: problems, leftovers };
}

/** Starts a process that migrates, or restores, when it is told to. */
export function startMigrate(bundle: string): Child<MigrateJob, MigrateAnswer> {
  return startMigrationChild<MigrateJob, MigrateAnswer>(bundle, isMigrateAnswer);
}

/** Gives a process its job; `undefined` if it ended before it could answer. */
export async function runJob(
  child: Child<MigrateJob, MigrateAnswer>,
  job: MigrateJob,
): Promise<MigrateAnswer | undefined> {
  if ((await child.answer())?.kind !== 'ready') return undefined;
  child.tell(job);
  const answer = await child.answer();
  await child.ended;
  return answer;
}

function resultSince(start: number): StrategyResult {
  const span = { start, end: Number(process.hrtime.bigint()) };
  return { span, ok: true, outcome: 'done', told: [], leftovers: [] };
}
