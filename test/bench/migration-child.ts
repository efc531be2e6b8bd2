import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { archive, migrate, type MigrationPhase } from 'claude-shared-state/migrate';
import { type MigrateFs, realMigrateDisk } from '../../src/fs/migrate-fs.ts';
import { realProcesses } from '../../src/fs/processes.ts';

// Does one job on the real disk, in a process of its own, and prints how long it took.

export interface Job {
  /** `walk` only lists the shared and the archived transcripts and calls `lstat` on each. */
  readonly operation: 'migrate' | 'archive' | 'walk';
  readonly accountHomes: readonly string[];
  readonly sharedRoot: string;
  /** Leaves out every sync, to tell how long the rest takes. */
  readonly skipSync?: boolean;
}

export interface JobResult {
  readonly milliseconds: number;
  readonly phases: Readonly<Partial<Record<MigrationPhase, number>>>;
  /** For how many milliseconds each `projects` was absent. */
  readonly gaps: readonly number[];
  /** How much the process grew. */
  readonly megabytes: number;
}

async function run(job: Job): Promise<JobResult> {
  const gaps: number[] = [];
  const phases: Partial<Record<MigrationPhase, number>> = {};
  const fs = diskFor(job, gaps);
  const rssBefore = process.memoryUsage().rss;
  const start = performance.now();
  let phase: MigrationPhase = 'plan';
  let since = start;
  const enter = (next: MigrationPhase) => {
    phases[phase] = (phases[phase] ?? 0) + performance.now() - since;
    phase = next;
    since = performance.now();
  };
  await perform(job, fs, enter);
  enter(phase);
  return {
    milliseconds: performance.now() - start,
    phases,
    gaps,
    megabytes: (process.resourceUsage().maxRSS * 1024 - rssBefore) / 1e6,
  };
}

async function perform(job: Job, fs: MigrateFs, enter: (phase: MigrationPhase) => void) {
  const { operation, accountHomes, sharedRoot } = job;
  const options = {
    required: requiredSharedUnder(sharedRoot),
    fs,
    processInspector: realProcesses,
    uid: process.getuid?.(),
    onProgress: ({ phase }: { readonly phase: MigrationPhase }) => {
      enter(phase);
    },
  };
  if (operation === 'walk') {
    walk(join(sharedRoot, '.claude-projects-shared'));
    walk(join(sharedRoot, '.claude-shared-state', 'archive'));
    return;
  }
  const report = await (operation === 'migrate'
    ? migrate(accountHomes, options)
    : archive(options));
  if (report.outcome !== 'done') throw new Error(JSON.stringify(report));
}

/** The real disk that measures each cut-over. */
function diskFor({ accountHomes, skipSync = false }: Job, gaps: number[]): MigrateFs {
  const disk = skipSync ? withoutSync(realMigrateDisk) : realMigrateDisk;
  const projects = new Set(accountHomes.map((home) => join(home, 'projects')));
  let absentSince = Number.NaN;
  const appeared = (path: string) => {
    if (projects.has(path)) gaps.push(performance.now() - absentSince);
  };
  return {
    ...disk,
    rename: async (from, to) => {
      await disk.rename(from, to);
      if (projects.has(from)) absentSince = performance.now();
    },
    link: async (existing, path) => {
      await disk.link(existing, path);
      appeared(path);
    },
    symlink: async (target, path, type) => {
      await disk.symlink(target, path, type);
      appeared(path);
    },
  };
}

function withoutSync(disk: MigrateFs): MigrateFs {
  return {
    ...disk,
    open: async (path, flags, mode) => ({
      ...(await disk.open(path, flags, mode)),
      datasync: doNothing,
      sync: doNothing,
    }),
  };
}

const doNothing = () => Promise.resolve();

function walk(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    lstatSync(path, { bigint: true });
    if (entry.isDirectory()) walk(path);
  }
}

function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && 'operation' in value;
}

const job: unknown = JSON.parse(process.argv[2] ?? '');
if (!isJob(job)) throw new Error('Usage: migration-child.mjs <job as JSON>');
console.log(JSON.stringify(await run(job)));
