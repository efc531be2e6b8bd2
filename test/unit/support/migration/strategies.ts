import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Child, startChild } from '../child.ts';
import type { LiveStage } from './live-sessions.ts';
import type { MigrateAnswer, MigrateJob } from './migrate-child.ts';
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
  await setTimeout(100);
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
  return async ({ accountHomes, required }, windowMs) => {
    const start = Number(process.hrtime.bigint());
    const usual = { operation: 'migrate', live: 'merge' } as const;
    const whole = { ...usual, accountHomes, required, windowMs, ...job };
    return resultOf(await runJob(bundle, whole), start);
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
  if (answer?.kind === 'report') {
    // Its own span, not that of the whole process: nothing may be disturbed outside it.
    const { start, end, problems: messages, ...result } = answer;
    return { ...result, span: { start, end }, messages };
  }
  const why = answer?.kind === 'rejected' ? answer.why : 'it ended early';
  return { ...resultSince(start), ok: false, outcome: 'rejected', messages: [why] };
}

function isMigrateAnswer(message: unknown): message is MigrateAnswer {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

/** Starts a process that waits for a job. */
export function startMigrate(bundle: string): Child<MigrateJob, MigrateAnswer> {
  return startChild<MigrateJob, MigrateAnswer>(bundle, isMigrateAnswer);
}

/** Gives a process of its own a job; `undefined` if it ended before it could answer. */
export async function runJob(bundle: string, job: MigrateJob): Promise<MigrateAnswer | undefined> {
  const child = startMigrate(bundle);
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
