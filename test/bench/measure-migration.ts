import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  benchArchive,
  benchBareGaps,
  benchCount,
  benchGaps,
  benchTree,
  jobRunner,
  type RunJob,
  type TreeCost,
} from './migration.ts';
import { gigabytes } from './migration-tree.ts';
import type { Comparison, Measure, Results } from './report.ts';

/** How large everything is; `quick` shows in a minute that it works, and its figures mean little. */
const sizes = {
  full: { homes: 200, bytes: [2e9, 10e9], transcripts: 300_000, archived: 20_000, rounds: 5 },
  quick: { homes: 20, bytes: [50e6, 200e6], transcripts: 20_000, archived: 2000, rounds: 1 },
} as const;

/** Measures and prints what migrating and archiving cost. */
export async function measureMigration(root: string, size: keyof typeof sizes): Promise<Results> {
  const { homes, bytes, transcripts, archived, rounds } = sizes[size];
  const folder = (name: string) => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const run = await jobRunner(folder('migration'));
  const gaps = measureGaps(run, folder('gaps'), homes);

  console.log('\nMigrating 5,200 transcripts in 200 projects on one file system:');
  const trees = bytes.map((bytes) => benchTree(run, folder(`tree-${bytes}`), bytes, rounds));
  const small = benchCount(run, folder('small'), 5200, rounds);
  const count = benchCount(run, folder('count'), transcripts, 1);
  const archive = benchArchive(run, folder('archive'), archived, rounds);
  // It removes files, which disturbs what is measured after it.
  const scripts = trees.map(({ rsyncScript }) => rsyncScript());

  const costs = trees.map((tree, index) => ({ ...tree, script: scripts[index] ?? Number.NaN }));
  for (const cost of costs) printTree(cost);
  const [least, most] = [costs[0], costs.at(-1)];
  if (least === undefined || most === undefined) throw new Error('No trees');
  const perTranscript = count.milliseconds / transcripts / (small.milliseconds / 5200);
  const counted = transcripts.toLocaleString('en');
  console.log(
    `\nMigrating ${counted} small transcripts: ${seconds(count.milliseconds)}, ${count.megabytes.toFixed(0)} MB of memory; 5,200 of them: ${seconds(small.milliseconds)}`,
  );
  const again = `archive ${archived.toLocaleString('en')} transcripts, nothing of them new`;
  console.log(
    `\nArchiving: ${seconds(archive.first)}, then with nothing new ${seconds(archive.again)}; walking both trees: ${seconds(archive.walk)}`,
  );
  return {
    comparisons: [
      ...costs.flatMap((cost) => comparisonsOf(cost, size === 'full' && cost === most)),
      {
        job: again,
        own: { name: 'archive', milliseconds: archive.again },
        peer: { name: 'readdir and lstat', milliseconds: archive.walk },
      },
    ],
    measures: [
      ...gaps,
      ...costs.map(({ bytes, durable }): Measure => ({
        what: `make those names of ${gigabytes(bytes)} durable`,
        value: durable,
        unit: 'ms',
      })),
      {
        what: `migrate ${(most.bytes / least.bytes).toFixed(1)} × the bytes, times as long`,
        value: most.migrate / least.migrate,
        unit: '×',
        limit: 1.3,
      },
      { what: `migrate ${counted} transcripts`, value: count.milliseconds / 1000, unit: 's' },
      { what: 'the same, for each, beside 5,200', value: perTranscript, unit: '×', limit: 1.3 },
      { what: 'the same, its memory', value: count.megabytes, unit: 'MB', limit: 250 },
      { what: again, value: archive.again / 1000, unit: 's', limit: 1 },
    ],
  };
}

function measureGaps(run: RunJob, folder: string, homes: number): readonly Measure[] {
  const gaps = benchGaps(run, folder, homes);
  const bare = benchBareGaps(folder, homes);
  const median = quantile(gaps, 0.5);
  const p99 = quantile(gaps, 0.99);
  const longest = quantile(gaps, 1);
  const bareP99 = quantile(bare, 0.99);
  console.log(
    `How long projects is absent, over ${gaps.length} cut-overs: median ${median.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms, longest ${longest.toFixed(3)} ms; the bare rename and symlink: p99 ${bareP99.toFixed(3)} ms`,
  );
  const gap = `how long projects is absent, over ${gaps.length} cut-overs`;
  return [
    { what: `${gap}: median`, value: median, unit: 'ms' },
    { what: `${gap}: p99`, value: p99, unit: 'ms', limit: 0.5 },
    { what: `${gap}: the longest`, value: longest, unit: 'ms' },
    { what: 'the bare rename and symlink: p99', value: bareP99, unit: 'ms' },
  ];
}

function quantile(ascending: readonly number[], part: number): number {
  return ascending[Math.ceil(ascending.length * part) - 1] ?? Number.NaN;
}

type Cost = TreeCost & { readonly script: number };

function comparisonsOf(cost: Cost, isLimited: boolean): readonly Comparison[] {
  const size = `5,200 transcripts of ${gigabytes(cost.bytes)}`;
  const migrate = { name: 'migrate', milliseconds: cost.migrate };
  const links = { name: 'cp -al', milliseconds: cost.hardLinkCopy };
  return [
    {
      job: `migrate ${size}`,
      own: migrate,
      peer: { name: 'rsync -a, mv, ln -s', milliseconds: cost.script },
      ...(isLimited ? { limit: 1 / 30 } : {}),
    },
    { job: `migrate ${size}`, own: migrate, peer: links },
    {
      job: `only absorb ${size}, not yet durable`,
      own: { name: 'migrate', milliseconds: cost.absorb },
      peer: links,
      limit: 3,
    },
  ];
}

function printTree({ bytes, hardLinkCopy, script, migrate, absorb, durable, phases }: Cost): void {
  console.log(`  ${gigabytes(bytes)} of real blocks`);
  const row = (name: string, milliseconds: number) => {
    const time = `${milliseconds.toFixed(0)} ms`.padStart(9);
    const faster = `${(script / milliseconds).toFixed(1)} × as fast as the script`;
    const ofLinks = `${(milliseconds / hardLinkCopy).toFixed(2)} × cp -al`;
    console.log(`    ${name.padEnd(30)}${time}   ${faster}, ${ofLinks}`);
  };
  row('rsync + mv + ln -s', script);
  row('cp -al', hardLinkCopy);
  row('migrate', migrate);
  row('migrate, absorb without sync', absorb);
  console.log(`    ${'making that durable'.padEnd(30)}${`${durable.toFixed(0)} ms`.padStart(9)}`);
  const parts = Object.entries(phases).map(([name, spent]) => `${name} ${spent.toFixed(0)} ms`);
  console.log(`    (${parts.join(', ')})`);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
