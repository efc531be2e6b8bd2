import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  benchBareGap,
  benchGap,
  benchMigration,
  type MigrationCost,
  migrationStrain,
} from './migration.ts';
import { gigabytes } from './migration-tree.ts';
import type { Comparison, Measure, Results } from './report.ts';

/**
 * Measures for how long `projects` is absent. Before anything else: for some minutes ext4 gives no name the inode of
 * one that was removed, and searches past all of them, so after the removal of large trees the bare symlink beside it
 * takes ten times as long.
 */
export async function measureGap(root: string): Promise<readonly Measure[]> {
  const folder = join(root, 'gap');
  mkdirSync(folder);
  const gaps = await benchGap(folder, 200);
  const at = (part: number) => gaps[Math.ceil(gaps.length * part) - 1] ?? Number.NaN;
  const [median, most, longest] = [at(0.5), at(0.99), at(1)];
  console.log(
    `The gap in which projects is absent, over ${gaps.length} swaps: median ${median.toFixed(3)} ms, p99 ${most.toFixed(3)} ms, at most ${longest.toFixed(3)} ms`,
  );
  const bare = benchBareGap(folder, 200);
  const bareMost = bare[Math.ceil(bare.length * 0.99) - 1] ?? Number.NaN;
  console.log(`  the bare rename and symlink at that time: p99 ${bareMost.toFixed(3)} ms\n`);
  const gap = 'for how long projects is absent in a swap';
  return [
    { what: `${gap}: median of ${gaps.length}`, value: median, unit: 'ms' },
    { what: `${gap}: 99 of 100 are shorter`, value: most, unit: 'ms' },
    { what: `${gap}: the longest of them`, value: longest, unit: 'ms' },
    { what: 'the bare rename and symlink: 99 of 100 are shorter', value: bareMost, unit: 'ms' },
  ];
}

/** Measures, prints and gives what migrating costs; `large` takes the sizes it is promised for, and minutes. */
export async function measureMigration(root: string, large: boolean): Promise<Results> {
  const folder = join(root, 'migration');
  mkdirSync(folder);
  const extent = large ? '' : ' (small; npm run bench -- --large takes 2 and 10 GB)';
  console.log(`\nMigrating 5,200 files of 200 projects on one file system${extent}:`);
  const sizes = large ? [2e9, 10e9] : [50e6, 200e6];
  const costs: MigrationCost[] = [];
  for (const bytes of sizes) {
    const cost = await benchMigration(folder, bytes, large ? 3 : 1);
    costs.push(cost);
    print(cost);
  }
  const [least, most] = [costs[0], costs.at(-1)];
  if (least !== undefined && most !== undefined) {
    const grown = (most.migrate / least.migrate).toFixed(2);
    console.log(`  ${(most.bytes / least.bytes).toFixed(1)} × the bytes take ${grown} × the time`);
  }

  const files = large ? 200_000 : 20_000;
  const { seconds, peakMegabytes } = await migrationStrain(folder, files);
  console.log(
    `\nMigrating ${files.toLocaleString('en')} files: ${seconds.toFixed(1)} s, at most ${peakMegabytes.toFixed(0)} MB of memory`,
  );
  return {
    comparisons: costs.flatMap(comparisonsOf),
    measures: [
      ...costs.map(({ bytes, durable }) => ({
        what: `make those names of ${gigabytes(bytes)} durable, with a record of them`,
        value: durable,
        unit: 'ms' as const,
      })),
      { what: `migrate ${files.toLocaleString('en')} files`, value: seconds, unit: 's' },
      { what: 'the most memory of that process', value: peakMegabytes, unit: 'MB' },
    ],
  };
}

function comparisonsOf(cost: MigrationCost): readonly Comparison[] {
  const job = `bring 5,200 files of ${gigabytes(cost.bytes)} into the shared place, verified`;
  const own = { name: 'migrate', milliseconds: cost.migrate };
  return [
    { job, own, peer: { name: 'rsync -a, mv, ln -s', milliseconds: cost.rsyncScript } },
    { job, own, peer: { name: 'cp -al alone', milliseconds: cost.hardLinkCopy } },
    {
      job: 'only give those files a second name',
      own: { name: 'migrate, its coupling', milliseconds: cost.merge },
      peer: { name: 'cp -al', milliseconds: cost.hardLinkCopy },
    },
  ];
}

function print(cost: MigrationCost): void {
  const { bytes, rounds, hardLinkCopy, rsyncScript, migrate, merge, phases } = cost;
  console.log(
    `  ${gigabytes(bytes)} of real blocks, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}`,
  );
  const row = (name: string, milliseconds: number) => {
    const time = `${milliseconds.toFixed(0)} ms`.padStart(9);
    const faster = `${(rsyncScript / milliseconds).toFixed(1)} × as fast as the script`;
    const ofLinks = `${(milliseconds / hardLinkCopy).toFixed(2)} × cp -al`;
    console.log(`    ${name.padEnd(30)}${time}   ${faster}, ${ofLinks}`);
  };
  row('rsync + mv + ln -s', rsyncScript);
  row('cp -al', hardLinkCopy);
  row('migrate, whole run', migrate);
  row('migrate, the merge of it', merge);
  const parts = Object.entries(phases).map(([name, spent]) => `${name} ${spent.toFixed(0)} ms`);
  console.log(`    (${parts.join(', ')})`);
}
