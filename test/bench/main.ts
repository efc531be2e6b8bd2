import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './compare.ts';
import { benchImport } from './import-cost.ts';
import { measureGap, measureMigration } from './measure-migration.ts';
import { type Comparison, machineNow, type Measure, writeReport } from './report.ts';
import { benchJudge, benchLocate, strainOf } from './sessions.ts';
import { benchValidate } from './validate.ts';

const root = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-bench-'));
const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const comparisons: Comparison[] = [];
const measures: Measure[] = [];

const where = machineNow();
console.log(`${where.machine}; load before: ${where.loadBefore.toFixed(1)}\n`);
try {
  measures.push(...(await measureGap(root)));
  console.log('A healthy check, three links per home:');
  for (const count of [2, 100]) {
    const { sync, async } = await benchValidate(join(root, String(count)), count);
    for (const figures of [sync, async]) compared(`check ${count} healthy homes`, figures);
  }
  console.log('\nLoading the built root entry in a fresh process, over an empty module:');
  for (const { system, milliseconds, emptyMilliseconds } of benchImport(dist, root)) {
    const over = milliseconds - emptyMilliseconds;
    console.log(
      `  ${system}  ${milliseconds.toFixed(2)} ms − ${emptyMilliseconds.toFixed(2)} ms = ${over.toFixed(2)} ms`,
    );
    measured(`load the root entry as ${system}, more than an empty module`, over, 'ms');
  }
  console.log('\nFinding ten sessions, one after the other:');
  for (const count of [200, 2000]) {
    const figures = await benchLocate(join(root, `projects-${count}`), count);
    compared(`find ten sessions among ${count} projects`, figures);
  }
  console.log('\nJudging a transcript of 50 MB:');
  const figures = await benchJudge(join(root, 'long'), 50e6);
  compared('judge all of a transcript of 50 MB, beside a look at both its ends', figures);
  const { seconds, peakMegabytes } = strainOf(join(root, 'huge'), 2e9);
  console.log(
    `\nJudging a transcript of 2 GB: ${seconds.toFixed(1)} s, at most ${peakMegabytes.toFixed(0)} MB of memory`,
  );
  measured('judge a transcript of 2 GB', seconds, 's');
  measured('the most memory of that process', peakMegabytes, 'MB');
  const migration = await measureMigration(root, process.argv.includes('--large'));
  comparisons.push(...migration.comparisons);
  measures.push(...migration.measures);
} finally {
  rmSync(root, { recursive: true, force: true });
}

if (process.argv.includes('--report')) {
  const day = new Date().toISOString().slice(0, 10);
  writeReport({ measured: day, ...where, comparisons, measures });
  console.log('\nWritten to test/bench/report.json; npm run docs:write takes it into the README.');
}

function measured(what: string, value: number, unit: Measure['unit']): void {
  measures.push({ what, value, unit });
}

/** Prints what several ways took; the first one is the peer of the others. */
function compared(job: string, figures: readonly Figure[]): void {
  const [peer, ...others] = figures.map(({ name, microseconds }) => ({
    name,
    milliseconds: microseconds / 1000,
  }));
  for (const own of others) if (peer !== undefined) comparisons.push({ job, own, peer });
  for (const { name, microseconds, timesFaster } of figures) {
    const time = `${microseconds.toFixed(0)} µs`.padStart(10);
    console.log(`  ${job}  ${name.padEnd(32)}${time}  ${timesFaster.toFixed(1)} ×`);
  }
}
