import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchImport } from './import-cost.ts';
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
    for (const figure of [...figures.sync, ...figures.async]) {
      const time = `${figure.microseconds.toFixed(0)} µs`.padStart(10);
      console.log(
        `  ${String(count).padStart(3)} homes  ${figure.name.padEnd(32)}${time}  ${figure.timesFaster.toFixed(1)} ×`,
      );
    }
  }
  console.log('\nLoading the built root entry in a fresh process, over an empty module:');
  for (const { system, milliseconds, emptyMilliseconds } of benchImport(dist, root)) {
    const over = milliseconds - emptyMilliseconds;
    console.log(
      `  ${system}  ${milliseconds.toFixed(2)} ms − ${emptyMilliseconds.toFixed(2)} ms = ${over.toFixed(2)} ms`,
    );
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
