import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { homes } from './homes.ts';
import { imports } from './import-cost.ts';
import { list } from './list.ts';
import { migration } from './migration.ts';
import { machineNow, writeReport } from './report.ts';
import { sessions } from './sessions.ts';
import { checks } from './validate.ts';

// npm run bench -- --report | [--quick] [migration | checks | import | homes | sessions | list ...]

const root = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-bench-'));
const options = process.argv.slice(2);
const wanted = options.filter((option) => !option.startsWith('--'));
if (options.includes('--report') && options.length > 1) {
  throw new Error('--report takes everything, in full size');
}

// The migration first: it is disturbed by files that others have removed.
const parts = { migration, checks, import: imports, homes, sessions, list };
const where = machineNow();
console.log(`${where.machine}; load before: ${where.loadBefore.toFixed(1)}`);
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n${name}:`);
    await measure(root, options.includes('--quick'));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
if (options.includes('--report')) {
  writeReport(where);
  console.log('\nWritten to test/bench/report.json; npm run docs:write updates the tables.');
}
