import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requiredSharedUnder } from 'claude-shared-state';
import { build } from 'esbuild';
import type { Job, JobResult } from './migration-child.ts';
import { affordable, fillProjects, gigabytes } from './migration-tree.ts';
import { noteComparison, noteMeasure } from './report.ts';

/*
 * For some minutes ext4 gives no new file the inode of a removed one, and searches past all of these. So nothing that
 * is measured here removes an inode before everything else is measured.
 */

/** How large everything is; `quick` shows in a minute that it works, and its figures mean little. */
const sizes = {
  full: { homes: 200, bytes: [2e9, 10e9], transcripts: 300_000, archived: 20_000, rounds: 5 },
  quick: { homes: 20, bytes: [50e6, 200e6], transcripts: 20_000, archived: 2000, rounds: 1 },
} as const;
const TREE = { projects: 200, transcripts: 5200 };

type RunJob = (job: Job) => JobResult;

/** Measures what migrating and archiving cost. */
export async function migration(root: string, isQuick: boolean): Promise<void> {
  const { homes, bytes, transcripts, archived, rounds } = sizes[isQuick ? 'quick' : 'full'];
  const folder = (name: string) => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const run = await jobRunner(folder('migration'));
  measureGaps(run, folder('gaps'), homes);
  const trees = bytes.map((bytes) => measureTree(run, folder(`tree-${bytes}`), bytes, rounds));
  const small = countCost(run, folder('small'), TREE.transcripts, rounds);
  const count = countCost(run, folder('count'), transcripts, 1);
  measureArchive(run, folder('archive'), archived, rounds);

  const [least, most] = [trees[0], trees.at(-1)];
  if (least === undefined || most === undefined) throw new Error('No trees');
  const growth = `migrate ${(most.bytes / least.bytes).toFixed(1)} × the bytes, times as long`;
  noteMeasure(growth, most.own.milliseconds / least.own.milliseconds, '×', 1.3);
  const counted = transcripts.toLocaleString('en');
  noteMeasure(`migrate ${counted} transcripts`, count.milliseconds / 1000, 's');
  const times = count.milliseconds / transcripts / (small.milliseconds / TREE.transcripts);
  noteMeasure('the same, for each, beside 5,200', times, '×', 1.3);
  noteMeasure('the same, its memory', count.megabytes, 'MB', 250);

  // It removes files, which disturbs what is measured after it.
  for (const tree of trees) {
    const peer = { name: 'rsync -a, mv, ln -s', milliseconds: tree.rsyncScript() };
    const limit = !isQuick && tree === most ? 1 / 30 : undefined;
    noteComparison(tree.job, tree.own, peer, limit);
  }
}

const fileInBench = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Bundles the process that does the jobs, so that it starts as quickly as the built command. */
async function jobRunner(folder: string): Promise<RunJob> {
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

function isResult(value: unknown): value is JobResult {
  return typeof value === 'object' && value !== null && 'milliseconds' in value;
}

/** Measures `migrate` and `cp -al` in turns on the same tree: the best of some rounds. */
function measureTree(run: RunJob, folder: string, wanted: number, rounds: number) {
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
  const absorbing = (results: readonly JobResult[]) =>
    best(results.map(({ phases }) => phases.absorb));
  const size = `5,200 transcripts of ${gigabytes(bytes)}`;
  const job = `migrate ${size}`;
  const own = { name: 'migrate', milliseconds: best(runs.map((it) => it.milliseconds)) };
  const copy = { name: 'cp -al', milliseconds: best(links) };
  noteComparison(job, own, copy);
  const absorb = { name: 'migrate', milliseconds: absorbing(unsynced) };
  noteComparison(`only absorb ${size}, not yet durable`, absorb, copy, 3);
  const durable = Math.max(absorbing(runs) - absorb.milliseconds, 0);
  noteMeasure(`make those names of ${gigabytes(bytes)} durable`, durable, 'ms');
  const rsyncScript = () => {
    const milliseconds = best([rsyncOnce(projects, folder), rsyncOnce(projects, folder)]);
    rmSync(folder, { recursive: true });
    return milliseconds;
  };
  return { job, bytes, own, rsyncScript };
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

/** For how long `projects` is absent in each of many cut-overs, and what its two calls take by themselves. */
function measureGaps(run: RunJob, folder: string, homes: number): void {
  const accountHomes = Array.from({ length: homes }, (_, number) => {
    const home = join(folder, `home-${number}`);
    // Keys and ids of their own: a session under two keys would be refused.
    fillProjects(join(home, 'projects'), { projects: 1, transcripts: 1, bytes: 0, first: number });
    return home;
  });
  const job = { operation: 'migrate', accountHomes, sharedRoot: join(folder, 'shared') } as const;
  const { gaps } = run(job);
  const directories = accountHomes.map((_, number) => join(folder, `bare-${number}`));
  for (const directory of directories) mkdirSync(join(directory, 'projects'), { recursive: true });
  const bare = directories.map((directory) => {
    const start = performance.now();
    renameSync(join(directory, 'projects'), join(directory, 'aside'));
    symlinkSync(folder, join(directory, 'projects'));
    return performance.now() - start;
  });
  const gap = `how long projects is absent, over ${gaps.length} cut-overs`;
  noteMeasure(`${gap}: median`, quantile(gaps, 0.5), 'ms');
  noteMeasure(`${gap}: p99`, quantile(gaps, 0.99), 'ms', 0.5);
  noteMeasure(`${gap}: the longest`, quantile(gaps, 1), 'ms');
  noteMeasure('the bare rename and symlink: p99', quantile(bare, 0.99), 'ms');
}

function quantile(values: readonly number[], part: number): number {
  const ascending = values.toSorted((one, other) => one - other);
  return ascending[Math.ceil(ascending.length * part) - 1] ?? Number.NaN;
}

/** Migrates small transcripts, 26 in a project: the best of some rounds, and the least that the process grew. */
function countCost(run: RunJob, folder: string, transcripts: number, rounds: number) {
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

/** How long archiving takes when nothing is new, and walking both trees: the best of some rounds. */
function measureArchive(run: RunJob, folder: string, transcripts: number, rounds: number): void {
  const projects = join(folder, '.claude-projects-shared');
  fillProjects(projects, { projects: Math.ceil(transcripts / 26), transcripts, bytes: 0 });
  const perform = (operation: 'archive' | 'walk') =>
    run({ operation, accountHomes: [], sharedRoot: folder }).milliseconds;
  perform('archive');
  const times = Array.from({ length: rounds }, () => [perform('archive'), perform('walk')]);
  const [again = 0, walk = 0] = [0, 1].map((at) => best(times.map((it) => it[at])));
  const job = `archive ${transcripts.toLocaleString('en')} transcripts, nothing of them new`;
  const own = { name: 'archive', milliseconds: again };
  noteComparison(job, own, { name: 'readdir and lstat', milliseconds: walk });
  noteMeasure(job, again / 1000, 's', 1);
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
