import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { requiredSharedUnder } from 'claude-shared-state';
import { bundleMigrationChild } from '../unit/support/migration/children.ts';
import type { MigrateAnswer } from '../unit/support/migration/migrate-job.ts';
import { runJob, startMigrate } from '../unit/support/migration/strategies.ts';
import { affordable, fillProjects } from './migration-tree.ts';

/** What bringing the same tree into the shared place took, in milliseconds: medians of some rounds. */
export interface MigrationCost {
  /** What the transcripts take on disk. */
  readonly bytes: number;
  readonly rounds: number;
  readonly hardLinkCopy: number;
  readonly rsyncScript: number;
  /** The whole run, with verification. */
  readonly migrate: number;
  /** What was spent on giving the files their second names, with a second look at all of them. */
  readonly merge: number;
  /** What it took to make those names durable, and to write down what was linked. */
  readonly durable: number;
  readonly phases: Readonly<Record<string, number>>;
}

const FILES = 5200;
const PROJECTS = 200;

/** `migrate` beside the well-known script and `cp -al`, in turns on the same tree. */
export async function benchMigration(
  folder: string,
  wanted: number,
  rounds: number,
): Promise<MigrationCost> {
  const bundle = await bundleMigrationChild('migrate-child.ts', folder);
  const home = join(folder, 'home');
  const projects = join(home, 'projects');
  const size = { directories: PROJECTS, files: FILES, bytes: affordable(folder, wanted) };
  const bytes = fillProjects(projects, size);
  const links: number[] = [];
  const scripts: number[] = [];
  const migrations: (MigrateAnswer & { readonly kind: 'report' })[] = [];
  const rubbish = join(folder, 'rubbish');
  for (let round = 0; round < rounds; round += 1) {
    const left = join(rubbish, String(round));
    mkdirSync(left, { recursive: true });
    migrations.push(await migrateOnce(bundle, folder, [home]));
    undo(folder, home, left);
    links.push(timeOf('cp', ['-al', projects, join(left, 'linked')]));
    removeFiles(join(left, 'linked'));
  }
  // Not before all of them, and copies only afterwards: for some minutes ext4 searches past the inodes that were
  // removed, for which the next one would pay.
  rmSync(rubbish, { recursive: true });
  for (let round = 0; round < rounds; round += 1) {
    const copy = join(folder, 'copied');
    const script = 'rsync -a --ignore-existing "$1/" "$2/" && mv "$1" "$1.bak" && ln -s "$2" "$1"';
    scripts.push(timeOf('sh', ['-ec', script, 'sh', projects, copy]));
    unlinkSync(projects);
    renameSync(`${projects}.bak`, projects);
    rmSync(copy, { recursive: true });
  }
  rmSync(home, { recursive: true });
  const phase = (name: string) => median(migrations.map(({ phases }) => phases[name] ?? 0));
  const names = Object.keys(migrations[0]?.phases ?? {});
  return {
    bytes,
    rounds,
    hardLinkCopy: median(links),
    rsyncScript: median(scripts),
    migrate: median(migrations.map(({ start, end }) => (end - start) / 1e6)),
    merge: phase('couple'),
    durable: phase('make durable'),
    phases: Object.fromEntries(names.map((name) => [name, phase(name)])),
  };
}

/** For how many milliseconds `projects` is absent while it is swapped, over many homes, in order. */
export async function benchGap(folder: string, homes: number): Promise<readonly number[]> {
  const bundle = await bundleMigrationChild('migrate-child.ts', folder);
  const accountHomes = Array.from({ length: homes }, (_, number) => {
    const home = join(folder, `gap-${number}`);
    // Keys and ids of its own: a session under two keys would be refused.
    fillProjects(join(home, 'projects'), { directories: 1, files: 1, bytes: 0, first: number });
    return home;
  });
  const { gaps } = await migrateOnce(bundle, folder, accountHomes);
  for (const home of [...accountHomes, join(folder, 'shared')]) rmSync(home, { recursive: true });
  return gaps.map((nanoseconds) => nanoseconds / 1e6).toSorted((a, b) => a - b);
}

/** How long the two calls of a swap take by themselves, in order. */
export function benchBareGap(folder: string, count: number): readonly number[] {
  const directories = Array.from({ length: count }, (_, number) => join(folder, `bare-${number}`));
  for (const directory of directories) mkdirSync(join(directory, 'projects'), { recursive: true });
  const gaps = directories.map((directory) => {
    const start = performance.now();
    renameSync(join(directory, 'projects'), join(directory, 'aside'));
    symlinkSync(folder, join(directory, 'projects'));
    return performance.now() - start;
  });
  for (const directory of directories) rmSync(directory, { recursive: true });
  return gaps.toSorted((a, b) => a - b);
}

/** The most memory that a process needs which migrates many files, and how long it takes. */
export async function migrationStrain(folder: string, files: number) {
  const bundle = await bundleMigrationChild('migrate-child.ts', folder);
  const home = join(folder, 'many');
  fillProjects(join(home, 'projects'), { directories: files / 100, files, bytes: 0 });
  const { start, end, peakKilobytes } = await migrateOnce(bundle, folder, [home]);
  for (const path of [home, join(folder, 'shared')]) rmSync(path, { recursive: true });
  return { seconds: (end - start) / 1e9, peakMegabytes: peakKilobytes / 1024 };
}

async function migrateOnce(bundle: string, folder: string, accountHomes: readonly string[]) {
  toResult();
  const required = requiredSharedUnder(join(folder, 'shared'));
  const answer = await runJob(startMigrate(bundle), {
    operation: 'migrate',
    accountHomes,
    required,
    live: 'refuse',
    lock: true,
  });
  if (answer?.kind !== 'report' || !answer.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Puts everything back as it was, for the next round; what is left are directories without files. */
function undo(folder: string, home: string, rubbish: string): void {
  const originals = join(home, '.claude-shared-state', 'originals');
  const [run] = readdirSync(originals);
  unlinkSync(join(home, 'projects'));
  renameSync(join(originals, run ?? '', 'projects'), join(home, 'projects'));
  renameSync(join(folder, 'shared'), join(rubbish, 'shared'));
  renameSync(join(home, '.claude-shared-state'), join(rubbish, 'state'));
  removeFiles(rubbish);
  for (const { name } of requiredSharedUnder(folder)) {
    if (name !== 'projects') unlinkSync(join(home, name));
  }
}

/** A file that has several names would be another case. */
function removeFiles(folder: string): void {
  execFileSync('find', [folder, '-type', 'f', '-delete']);
}

function timeOf(program: string, args: readonly string[]): number {
  toResult();
  const start = performance.now();
  execFileSync(program, args);
  return performance.now() - start;
}

/** Nobody pays for what another has left to be written. */
function toResult(): void {
  execFileSync('sync');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
