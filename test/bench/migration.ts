import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requiredSharedUnder } from 'claude-shared-state';
import { build } from 'esbuild';
import type { Job, JobResult } from './migration-child.ts';
import { affordable, fillProjects } from './migration-tree.ts';

/*
 * For some minutes ext4 gives no new file the inode of a removed one, and searches past all of these. So nothing that
 * is measured here removes an inode before everything else is measured.
 */

export type RunJob = (job: Job) => JobResult;

/** Bundles the process that does the jobs, so that it starts as quickly as the built command. */
export async function jobRunner(folder: string): Promise<RunJob> {
  const outfile = join(folder, 'migration-child.mjs');
  await build({
    entryPoints: [fileInBench('migration-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    tsconfig: fileInBench('../../tsconfig.json'),
  });
  return (job) => {
    writeBack();
    const args = [outfile, JSON.stringify(job)];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
    const result: unknown = JSON.parse(output);
    if (!isResult(result)) throw new Error(output);
    return result;
  };
}

function fileInBench(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

function isResult(value: unknown): value is JobResult {
  return typeof value === 'object' && value !== null && 'milliseconds' in value;
}

/** How many milliseconds it took to share the same tree in several ways: the best of some rounds. */
export interface TreeCost {
  readonly bytes: number;
  readonly hardLinkCopy: number;
  readonly migrate: number;
  /** The phase `absorb` without any sync, and how much longer it takes with them. */
  readonly absorb: number;
  readonly durable: number;
  readonly phases: JobResult['phases'];
  /** Measures the well-known script, and then removes the tree. */
  readonly rsyncScript: () => number;
}

const TREE = { projects: 200, transcripts: 5200 };

/** Measures `migrate` and `cp -al` in turns on the same tree. */
export function benchTree(run: RunJob, folder: string, wanted: number, rounds: number): TreeCost {
  const home = join(folder, 'home');
  const projects = join(home, 'projects');
  const sharedRoot = join(folder, 'shared');
  mkdirSync(home, { recursive: true });
  const bytes = fillProjects(projects, { ...TREE, bytes: affordable(folder, wanted) });
  const links: number[] = [];
  const runs: JobResult[] = [];
  const unsynced: JobResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const leftovers = join(folder, 'leftovers', String(round));
    for (const skipSync of [false, true]) {
      const result = run({ operation: 'migrate', accountHomes: [home], sharedRoot, skipSync });
      (skipSync ? unsynced : runs).push(result);
      undo(home, sharedRoot, join(leftovers, String(skipSync)));
    }
    links.push(timeOf('cp', ['-al', projects, join(leftovers, 'linked')]));
    removeSecondNames(leftovers);
  }
  const absorb = (results: readonly JobResult[]) =>
    best(results.map(({ phases }) => phases.absorb));
  const fastest = runs.toSorted((one, other) => one.milliseconds - other.milliseconds)[0];
  if (fastest === undefined) throw new Error('No rounds');
  return {
    bytes,
    hardLinkCopy: best(links),
    migrate: fastest.milliseconds,
    absorb: absorb(unsynced),
    durable: Math.max(absorb(runs) - absorb(unsynced), 0),
    phases: fastest.phases,
    rsyncScript: () => {
      const milliseconds = best([rsyncOnce(projects, folder), rsyncOnce(projects, folder)]);
      rmSync(folder, { recursive: true });
      return milliseconds;
    },
  };
}

/** Puts everything back as it was. */
function undo(home: string, sharedRoot: string, leftovers: string): void {
  const restorePoints = join(home, '.claude-shared-state', 'restore-points');
  for (const { name } of requiredSharedUnder(sharedRoot)) unlinkSync(join(home, name));
  for (const name of readdirSync(restorePoints)) {
    renameSync(join(restorePoints, name, 'projects'), join(home, 'projects'));
  }
  mkdirSync(leftovers, { recursive: true });
  renameSync(sharedRoot, join(leftovers, 'shared'));
  renameSync(join(home, '.claude-shared-state'), join(leftovers, 'state'));
  removeSecondNames(leftovers);
}

/** Absorbing a file that has several names already would be another case. */
function removeSecondNames(folder: string): void {
  execFileSync('find', [folder, '-type', 'f', '-links', '+1', '-delete']);
}

/** The well-known script: copy the files, set the directory aside, create the link. */
function rsyncOnce(projects: string, folder: string): number {
  const copy = join(folder, 'copied');
  const script = 'rsync -a --ignore-existing "$1/" "$2/" && mv "$1" "$1.bak" && ln -s "$2" "$1"';
  const milliseconds = timeOf('sh', ['-ec', script, 'sh', projects, copy]);
  unlinkSync(projects);
  renameSync(`${projects}.bak`, projects);
  rmSync(copy, { recursive: true });
  return milliseconds;
}

/** For how many milliseconds `projects` is absent in each of many cut-overs, in ascending order. */
export function benchGaps(run: RunJob, folder: string, homes: number): readonly number[] {
  const accountHomes = Array.from({ length: homes }, (_, number) => {
    const home = join(folder, `home-${number}`);
    // Keys and ids of their own: a session under two keys would be refused.
    fillProjects(join(home, 'projects'), { projects: 1, transcripts: 1, bytes: 0, first: number });
    return home;
  });
  const job = { operation: 'migrate', accountHomes, sharedRoot: join(folder, 'shared') } as const;
  return run(job).gaps.toSorted((one, other) => one - other);
}

/** How many milliseconds the two calls of a cut-over take by themselves, in ascending order. */
export function benchBareGaps(folder: string, count: number): readonly number[] {
  const directories = Array.from({ length: count }, (_, number) => join(folder, `bare-${number}`));
  for (const directory of directories) mkdirSync(join(directory, 'projects'), { recursive: true });
  const gaps = directories.map((directory) => {
    const start = performance.now();
    renameSync(join(directory, 'projects'), join(directory, 'aside'));
    symlinkSync(folder, join(directory, 'projects'));
    return performance.now() - start;
  });
  return gaps.toSorted((one, other) => one - other);
}

/** Migrates small transcripts, 26 in a project: the best of some rounds, and the least that the process grew. */
export function benchCount(run: RunJob, folder: string, transcripts: number, rounds: number) {
  const results = Array.from({ length: rounds }, (_, round) => {
    const home = join(folder, String(round), 'home');
    const projects = Math.ceil(transcripts / 26);
    fillProjects(join(home, 'projects'), { projects, transcripts, bytes: 0 });
    const sharedRoot = join(folder, String(round), 'shared');
    return run({ operation: 'migrate', accountHomes: [home], sharedRoot });
  });
  return {
    milliseconds: best(results.map(({ milliseconds }) => milliseconds)),
    megabytes: best(results.map(({ megabytes }) => megabytes)),
  };
}

/** How many milliseconds archiving takes when nothing is new, and walking both trees: the best of some rounds. */
export function benchArchive(run: RunJob, folder: string, transcripts: number, rounds: number) {
  const projects = join(folder, '.claude-projects-shared');
  fillProjects(projects, { projects: Math.ceil(transcripts / 26), transcripts, bytes: 0 });
  const perform = (operation: 'archive' | 'walk') =>
    run({ operation, accountHomes: [], sharedRoot: folder }).milliseconds;
  const first = perform('archive');
  const times = Array.from({ length: rounds }, () => ({
    again: perform('archive'),
    walk: perform('walk'),
  }));
  return {
    first,
    again: best(times.map(({ again }) => again)),
    walk: best(times.map(({ walk }) => walk)),
  };
}

function timeOf(program: string, args: readonly string[]): number {
  writeBack();
  const start = performance.now();
  execFileSync(program, args);
  return performance.now() - start;
}

/** Nobody pays for what another one left to be written. */
function writeBack(): void {
  execFileSync('sync');
}

/** Other work on the machine only ever makes a run slower. */
function best(values: readonly (number | undefined)[]): number {
  return Math.min(...values.map((value) => value ?? Number.NaN));
}
