import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './compare.ts';
import { benchFindHomes } from './homes.ts';
import { benchImport } from './import-cost.ts';
import { benchList } from './list.ts';
import { measureMigration } from './measure-migration.ts';
import { checkLimits, type Comparison, machineNow, type Measure, writeReport } from './report.ts';
import { benchDiagnose, benchLocate, benchLongest } from './sessions.ts';
import { benchValidate } from './validate.ts';

// npm run bench -- --report | [--quick] [migration | checks | import | homes | sessions | list ...]

const root = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-bench-'));
const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const comparisons: Comparison[] = [];
const measures: Measure[] = [];

// The migration first: it is disturbed by files that others have removed.
const parts = { migration, checks, import: imports, homes, sessions, list };
const options = process.argv.slice(2);
const wanted = options.filter((option) => !option.startsWith('--'));
if (options.includes('--report') && options.length > 1) {
  throw new Error('--report takes everything, in full size');
}

const where = machineNow();
console.log(`${where.machine}; load before: ${where.loadBefore.toFixed(1)}\n`);
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure();
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(`\nLimits:\n  ${checkLimits({ comparisons, measures }).join('\n  ')}`);

if (options.includes('--report')) {
  const day = new Date().toISOString().slice(0, 10);
  writeReport({ measured: day, ...where, comparisons, measures });
  console.log('\nWritten to test/bench/report.json; npm run docs:write updates the tables.');
}

async function migration(): Promise<void> {
  const size = options.includes('--quick') ? 'quick' : 'full';
  const results = await measureMigration(root, size);
  comparisons.push(...results.comparisons);
  measures.push(...results.measures);
}

async function checks(): Promise<void> {
  console.log('\nA healthy check, three links per home:');
  for (const count of [2, 100]) {
    const { sync, async } = await benchValidate(join(root, String(count)), count);
    compare(`check ${count} healthy homes`, sync, 1.2);
    compare(`check ${count} healthy homes`, async);
  }
}

function imports(): void {
  console.log('\nLoading the built root entry in a fresh process, over an empty module:');
  for (const { system, milliseconds, emptyMilliseconds } of benchImport(dist, root)) {
    const over = milliseconds - emptyMilliseconds;
    console.log(
      `  ${system}  ${milliseconds.toFixed(2)} ms − ${emptyMilliseconds.toFixed(2)} ms = ${over.toFixed(2)} ms`,
    );
    const what = `load the root entry as ${system}, over an empty module`;
    measures.push({ what, value: over, unit: 'ms', limit: 2 });
  }
}

async function homes(): Promise<void> {
  console.log('\nFinding account homes in a home directory:');
  const figures = await benchFindHomes(join(root, 'user'), 300);
  compare('find the account homes among 300 dot directories', figures);
  for (const { name, microseconds } of figures) {
    if (name !== 'findAccountHomes') continue;
    const what = 'find the account homes among 300 dot directories';
    measures.push({ what, value: microseconds / 1000, unit: 'ms', limit: 150 });
  }
}

async function sessions(): Promise<void> {
  console.log('\nFinding ten sessions, one after the other:');
  for (const count of [200, 2000]) {
    const figures = await benchLocate(join(root, `projects-${count}`), count);
    compare(`find ten sessions among ${count} projects`, figures);
  }
  console.log('\nDiagnosing a transcript of 50 MB:');
  const figures = await benchDiagnose(join(root, 'long'), 50e6);
  compare('diagnose all of a transcript of 50 MB; the SDK reads both ends only', figures);
  const { seconds, peakMegabytes } = benchLongest(join(root, 'huge'), 2e9);
  console.log(
    `\nDiagnosing a transcript of 2 GB: ${seconds.toFixed(1)} s, at most ${peakMegabytes.toFixed(0)} MB of memory`,
  );
  measures.push({ what: 'diagnose a transcript of 2 GB', value: seconds, unit: 's' });
  measures.push({ what: 'the same, all memory of the process', value: peakMegabytes, unit: 'MB' });
}

function list(): void {
  console.log('\nListing 20,000 sessions of 1 GB:');
  const tree = { projects: 200, transcripts: 20_000, bytes: 1e9 };
  const cost = benchList(join(root, 'list'), tree);
  comparisons.push(
    {
      job: 'list 20,000 sessions of 1 GB',
      own: { name: 'listSessions', milliseconds: cost.all },
      peer: { name: 'Agent SDK listSessions', milliseconds: cost.sdk },
      limit: 0.1,
    },
    {
      job: 'search 20,000 sessions of 1 GB',
      own: { name: 'listSessions', milliseconds: cost.search },
      peer: { name: 'rg -l --sort none', milliseconds: cost.ripgrep },
      limit: 4,
    },
  );
  measures.push(
    {
      what: 'list the newest 50 of 20,000 sessions',
      value: cost.firstPage,
      unit: 'ms',
      limit: 300,
    },
    { what: 'list all 20,000, all memory', value: cost.peakMegabytes, unit: 'MB', limit: 150 },
  );
  console.log(cost);
}

/** Prints how long several ways took; the first one is the peer of the others. */
function compare(job: string, figures: readonly Figure[], limit?: number): void {
  const [peer, ...others] = figures.map(({ name, microseconds }) => ({
    name,
    milliseconds: microseconds / 1000,
  }));
  for (const own of others) {
    if (peer !== undefined) {
      comparisons.push({ job, own, peer, ...(limit === undefined ? {} : { limit }) });
    }
  }
  for (const { name, microseconds, timesFaster } of figures) {
    const time = `${microseconds.toFixed(0)} µs`.padStart(10);
    console.log(`  ${job}  ${name.padEnd(32)}${time}  ${timesFaster.toFixed(1)} ×`);
  }
}
