import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './compare.ts';
import { benchImport } from './import-cost.ts';
import { printMigration } from './print-migration.ts';
import { benchJudge, benchLocate, strainOf } from './sessions.ts';
import { benchValidate } from './validate.ts';

const root = mkdtempSync(join(realpathSync(tmpdir()), 'shared-state-bench-'));
const dist = fileURLToPath(new URL('../../dist', import.meta.url));

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${process.platform}\n`,
);
try {
  console.log('A healthy check, three links per home:');
  for (const count of [2, 100]) {
    const figures = await benchValidate(join(root, String(count)), count);
    print(`${String(count).padStart(3)} homes`, [...figures.sync, ...figures.async]);
  }
  console.log('\nLoading the built root entry in a fresh process, over an empty module:');
  for (const { system, milliseconds, emptyMilliseconds } of benchImport(dist, root)) {
    const over = milliseconds - emptyMilliseconds;
    console.log(
      `  ${system}  ${milliseconds.toFixed(2)} ms − ${emptyMilliseconds.toFixed(2)} ms = ${over.toFixed(2)} ms`,
    );
  }
  console.log('\nFinding ten sessions, one after the other:');
  for (const count of [200, 2000]) {
    const figures = await benchLocate(join(root, `projects-${count}`), count);
    print(`${String(count).padStart(4)} projects`, figures);
  }
  console.log('\nJudging a transcript of 50 MB:');
  print('', await benchJudge(join(root, 'long'), 50e6));
  const { seconds, peakMegabytes } = strainOf(join(root, 'huge'), 2e9);
  console.log(
    `\nJudging a transcript of 2 GB: ${seconds.toFixed(1)} s, at most ${peakMegabytes.toFixed(0)} MB of memory`,
  );
  await printMigration(root, process.argv.includes('--large'));
} finally {
  rmSync(root, { recursive: true, force: true });
}

function print(label: string, figures: readonly Figure[]): void {
  for (const { name, microseconds, timesFaster } of figures) {
    const time = `${microseconds.toFixed(0)} µs`.padStart(10);
    console.log(`  ${label}  ${name.padEnd(32)}${time}  ${timesFaster.toFixed(1)} ×`);
  }
}
