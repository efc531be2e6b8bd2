import { basename, dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type SharedSymlink, validateAll } from 'claude-shared-state';
import { migrate, restore } from 'claude-shared-state/migrate';
import { type MigrateFs, realMigrateDisk } from '../../../../src/fs/migrate-fs.ts';
import { realProcesses } from '../../../../src/fs/processes.ts';
import { type Ended, listedBy } from './calls.ts';

// Runs one command on the real disk, with a window forced open or a death at a call of a cut-over.

/**
 * One of the two calls of a cut-over: the directory goes aside, the link takes its place; or of a restore: the link
 * goes, the directory returns.
 */
export interface CutOverCall {
  readonly step: 'rename' | 'link' | 'unlink' | 'return';
  readonly when: 'before' | 'after';
  /** `<account home>/<name>`. */
  readonly path: string;
}

type Point = Pick<CutOverCall, 'step' | 'when'> & {
  /** Which call of this kind, counted over all names. */
  readonly count: number;
};

/** What a process is asked to do. */
export interface MigrateJob {
  readonly operation: 'migrate' | 'restore' | 'ensure';
  /** All of them; `restore` takes the first. */
  readonly accountHomes: readonly string[];
  readonly required: readonly SharedSymlink[];
  readonly live: 'refuse' | 'merge';
  /** How long to wait before and after each call of the first cut-over of a `projects`. */
  readonly windowMs?: number;
  /** The call at which the process kills itself. */
  readonly killAt?: Point;
  /** The call that is announced to the parent, which then kills: the call goes on meanwhile. */
  readonly announce?: Point;
}

/** What the process says: that it is ready, that it reached a call, or how it ended. */
export type MigrateAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reached' }
  | {
      readonly kind: 'report';
      readonly ok: boolean;
      readonly outcome: string;
      /** Messages of errors. */
      readonly problems: readonly string[];
      /** Every path that the report names as not merged, or in conflict. */
      readonly listed: readonly string[];
      /** On the clock that all processes share, in nanoseconds. */
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: 'rejected'; readonly why: string };

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

function hookOf({ killAt, announce, windowMs = 0 }: MigrateJob) {
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

    const isOpen = windowMs > 0 && basename(path) === 'projects' && kind !== 'link after';
    if (isOpen && countOf(`${path} ${kind}`) === 1) await setTimeout(windowMs);
  };
}

/** The real disk, with a hook around the calls of every cut-over. */
function hookedDisk(
  accountHomes: readonly string[],
  hook: (call: CutOverCall) => Promise<void> | void,
): MigrateFs {
  const isShared = (path: string) =>
    accountHomes.includes(dirname(path)) && !basename(path).startsWith('.');
  const around = async (
    step: CutOverCall['step'] | undefined,
    path: string,
    perform: () => Promise<void>,
  ) => {
    if (step === undefined) return await perform();
    await hook({ step, when: 'before', path });
    await perform();
    await hook({ step, when: 'after', path });
  };
  const disk = realMigrateDisk;
  return {
    ...disk,
    rename: (from, to) => {
      const step = isShared(from) ? 'rename' : isShared(to) ? 'return' : undefined;
      return around(step, step === 'return' ? to : from, () => disk.rename(from, to));
    },
    link: (existing, path) =>
      around(isShared(path) ? 'link' : undefined, path, () => disk.link(existing, path)),
    symlink: (target, path, type) =>
      around(isShared(path) ? 'link' : undefined, path, () => disk.symlink(target, path, type)),
    unlink: (path) => around(isShared(path) ? 'unlink' : undefined, path, () => disk.unlink(path)),
  };
}

function isMigrateJob(message: unknown): message is MigrateJob {
  return typeof message === 'object' && message !== null && 'operation' in message;
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
