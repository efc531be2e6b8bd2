import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { built, median, numbersFrom } from './compare.ts';
import { noteMeasure } from './report.ts';

const RUNS = 25;

/** Loads the built root entry in fresh processes, in turns with an empty module. */
export function imports(folder: string): void {
  for (const [system, file] of [
    ['ESM', 'index.js'],
    ['CJS', 'index.cjs'],
  ] as const) {
    const empty = join(folder, system === 'ESM' ? 'empty.mjs' : 'empty.cjs');
    writeFileSync(empty, '');
    const paths = [fileURLToPath(built(file)), empty];
    const times = Array.from({ length: RUNS }, () => paths.map((path) => load(system, path)));
    const [full = 0, none = 0] = [0, 1].map((at) => median(times.map((it) => it[at] ?? 0)));
    noteMeasure(`load the root entry as ${system}, over an empty module`, full - none, 'ms', 2);
  }
}

function load(system: 'ESM' | 'CJS', path: string): number {
  // What Node itself has loaded already is no cost of the package.
  const [type, before, what] =
    system === 'ESM'
      ? ([
          'module',
          "await import('node:fs')",
          `await import('${pathToFileURL(path).href}')`,
        ] as const)
      : (['commonjs', "require('node:fs')", `require('${path}')`] as const);
  const program = `${before}; const t = performance.now(); ${what}; console.log(performance.now() - t);`;
  return numbersFrom(program, type)[0] ?? Number.NaN;
}
