import { lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startChild } from '../child.ts';
import { type LiveStage, stageLiveSessions } from './live-sessions.ts';
import type { Strategy, StrategyResult } from './strategies.ts';
import { checkSession, noVerdict, type Verdict } from './transcript-checker.ts';
import { type LoggedStep, readLog, type WriterJob, type WrittenSession } from './writer-log.ts';

/** One run: writers write while a strategy brings their sessions into the shared place. */
export interface LiveRun {
  readonly verdict: Verdict;
  readonly result: StrategyResult;
  /** Homes whose `projects` is no link in the end. */
  readonly unlinked: number;
  /** How many steps of each kind the writers did. */
  readonly steps: Readonly<Record<string, number>>;
  /** Batches for which directories had to be made again. */
  readonly recreated: number;
  /** Batches that could not be appended, told. */
  readonly dropped: readonly string[];
}

export interface LiveRunOptions {
  /** The bundled writer. */
  readonly writer: string;
  readonly folder: string;
  readonly seed: number;
  readonly windowMs: number;
  readonly strategy: Strategy;
  /** What to run once the writers have ended, if the strategy failed. */
  readonly again?: Strategy;
  /** Where the writers' lines should be: in the shared place, or where they were before. */
  readonly expected: 'shared' | 'home';
  /** Whether the writers are on record as running sessions; true by default. */
  readonly isRecorded?: boolean;
  /** How long they write before and after. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
  readonly pauseMs?: number;
}

const WRITERS = 4;

export async function liveRun(options: LiveRunOptions): Promise<LiveRun> {
  const root = mkdtempSync(join(options.folder, 'live-'));
  const stage = stageLiveSessions(join(root, 'stage'), WRITERS);
  const logs = join(root, 'logs');
  mkdirSync(logs);
  const writers = stage.writers.map((sessions, writer) => {
    const child = startChild<WriterJob | { readonly stop: true }, object>(
      options.writer,
      (message): message is object => typeof message === 'object' && message !== null,
    );
    const log = join(logs, `${writer}.jsonl`);
    const seed = options.seed * 100 + writer;
    const { pauseMs = 1, isRecorded = true } = options;
    return { child, job: { writer, seed, log, sessions, pauseMs, isRecorded } };
  });
  try {
    await Promise.all(writers.map(async ({ child }) => await child.answer()));
    for (const { child, job } of writers) child.tell(job);
    await Promise.all(writers.map(async ({ child }) => await child.answer()));
    await setTimeout(options.beforeMs ?? 150);
    const first = await options.strategy(stage, options.windowMs);
    await setTimeout(options.afterMs ?? 150);
    for (const { child } of writers) child.tell({ stop: true });
    const endings = await Promise.all(writers.map(async ({ child }) => await child.ended));
    if (endings.some(({ code }) => code !== 0)) throw new Error('a writer failed');
    const { again } = first.outcome === 'failed' ? options : {};
    const second = again === undefined ? first : await again(stage, 0);
    const result = { ...second, span: first.span, listed: [...first.listed, ...second.listed] };

    const jobs = writers.map(({ job }) => job);
    const run = judge(stage, jobs, result, options.expected);
    rmSync(root, { recursive: true });
    return run;
  } finally {
    for (const { child } of writers) child.process.kill('SIGKILL');
  }
}

function judge(
  stage: LiveStage,
  jobs: readonly WriterJob[],
  result: StrategyResult,
  expected: 'shared' | 'home',
): LiveRun {
  const verdict = noVerdict();
  const kinds: Record<string, number> = {};
  const where = {
    root: stage.root,
    listed: result.listed,
    projectsOf: ({ accountHome }: WrittenSession) =>
      expected === 'shared' ? stage.projects : join(accountHome, 'projects'),
  };
  let recreated = 0;
  const dropped: string[] = [];
  for (const { log, sessions } of jobs) {
    const bySession = new Map<string, LoggedStep[]>();
    for (const step of readLog(log)) {
      kinds[step.step] = (kinds[step.step] ?? 0) + 1;
      if (step.recreated) recreated += 1;
      if (step.step === 'dropped')
        dropped.push(`${step.session}, batch ${step.batch}: ${step.why}`);
      const steps = bySession.get(step.session) ?? [];
      steps.push(step);
      bySession.set(step.session, steps);
    }
    for (const session of sessions) {
      checkSession(verdict, session, bySession.get(session.id) ?? [], where, result.span);
    }
  }
  const unlinked = stage.accountHomes.filter(
    (home) => expected === 'shared' && !isLink(join(home, 'projects')),
  ).length;
  return { verdict, result, unlinked, steps: kinds, recreated, dropped };
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Flaws of a run; that a batch written meanwhile comes late is none. */
export function flawsOf(runs: readonly LiveRun[]): readonly string[] {
  return runs.flatMap(({ verdict, result, unlinked, dropped }, index) => {
    const { unlisted, nowhere, ofPlainSessions, duplicated, torn, fragments } = verdict;
    const { outOfOrderOutside } = verdict;
    const lines = { unlisted, nowhere, ofPlainSessions, duplicated, torn };
    const counts = { ...lines, fragments, outOfOrderOutside, unlinked, dropped: dropped.length };
    const isFlawless = Object.values(counts).every((count) => count === 0);
    if (isFlawless && (result.ok || result.outcome === 'partial')) return [];
    const details = [...result.messages, ...result.listed, ...dropped].slice(0, 20);
    return [
      `run ${index + 1}, ${result.outcome}: ${JSON.stringify(counts)}`,
      ...[...details, ...verdict.examples].map((one) => `run ${index + 1}: ${one}`),
    ];
  });
}

/** Adds up the figures of several runs. */
export function sumOf(runs: readonly LiveRun[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = { runs: runs.length };
  const add = (name: string, count: number) => {
    sum[name] = (sum[name] ?? 0) + count;
  };
  for (const { verdict, unlinked, steps, recreated, dropped } of runs) {
    for (const [name, value] of Object.entries(verdict)) {
      if (typeof value === 'number') add(name, value);
    }
    add('unlinked', unlinked);
    for (const [name, count] of Object.entries(steps)) add(`step:${name}`, count);
    add('dropped', dropped.length);
    add('batches that made directories again', recreated);
  }
  return sum;
}
