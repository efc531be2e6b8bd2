import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from '../child.ts';
import type { LiveStage } from './live-sessions.ts';
import { isMigrateAnswer, type MigrateAnswer, type MigrateJob } from './migrate-job.ts';
import type { Span } from './transcript-checker.ts';

/** Brings the state of a stage to another place while it is written to. */
export type Strategy = (stage: LiveStage, windowMs: number) => Promise<StrategyResult>;

export interface StrategyResult {
  readonly span: Span;
  readonly ok: boolean;
  readonly outcome: string;
  /** Messages, for a failing test. */
  readonly messages: readonly string[];
  /** Paths that were reported as not merged. */
  readonly listed: readonly string[];
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
  return async ({ accountHomes, required }, milliseconds) => {
    const start = Number(process.hrtime.bigint());
    const window = { milliseconds, cutOvers: 1 };
    const whole: MigrateJob = {
      operation: 'migrate',
      accountHomes,
      required,
      live: 'merge',
      window,
      ...job,
    };
    return resultOf(await runJob(startMigrate(bundle), whole), start);
  };
}

/** The same, and then a restore of the first home. */
export function restoring(bundle: string): Strategy {
  return async (stage, windowMs) => {
    const there = await migrating(bundle, { live: 'refuse' })(stage, windowMs);
    if (!there.ok && there.outcome !== 'partial') return there;
    const { span, ...back } = await migrating(bundle, { operation: 'restore' })(stage, windowMs);
    const listed = [...there.listed, ...back.listed];
    return { ...back, listed, span: { start: there.span.start, end: span.end } };
  };
}

function resultOf(answer: MigrateAnswer | undefined, start: number): StrategyResult {
  if (answer?.kind !== 'report') {
    const why = answer?.kind === 'rejected' ? answer.why : 'it ended early';
    return { ...resultSince(start), ok: false, outcome: 'rejected', messages: [why] };
  }
  const { ok, outcome, problems, listed } = answer;
  // Its own span, not that of the whole process: nothing may be disturbed outside it.
  return {
    span: { start: answer.start, end: answer.end },
    ok,
    outcome,
    messages: problems,
    listed,
  };
}

/** Starts a process that waits for a job. */
export function startMigrate(bundle: string): Child<MigrateJob, MigrateAnswer> {
  return startChild<MigrateJob, MigrateAnswer>(bundle, isMigrateAnswer);
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
  return { span, ok: true, outcome: 'done', messages: [], listed: [] };
}
