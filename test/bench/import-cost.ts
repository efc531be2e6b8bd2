import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What loading a module takes in a fresh process, and what loading an empty one takes. */
export interface ImportCost {
  readonly system: 'ESM' | 'CJS';
  readonly milliseconds: number;
  readonly emptyMilliseconds: number;
}

const RUNS = 25;

/** Loads the built root entry in fresh processes, in turns with an empty module. */
export function benchImport(dist: string, folder: string): readonly ImportCost[] {
  const empty = { ESM: join(folder, 'empty.mjs'), CJS: join(folder, 'empty.cjs') };
  for (const path of Object.values(empty)) writeFileSync(path, '');
  const built = { ESM: join(dist, 'index.js'), CJS: join(dist, 'index.cjs') };
  return (['ESM', 'CJS'] as const).map((system) => {
    const full: number[] = [];
    const none: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      none.push(load(system, empty[system]));
      full.push(load(system, built[system]));
    }
    return { system, milliseconds: median(full), emptyMilliseconds: median(none) };
  });
}

function load(system: 'ESM' | 'CJS', path: string): number {
  const what = JSON.stringify(system === 'ESM' ? pathToFileURL(path).href : path);
  // What Node itself has loaded already is no cost of the package.
  const code =
    system === 'ESM'
      ? `await import('node:fs'); const t = performance.now(); await import(${what}); console.log(performance.now() - t);`
      : `require('node:fs'); const t = performance.now(); require(${what}); console.log(performance.now() - t);`;
  const type = system === 'ESM' ? 'module' : 'commonjs';
  return Number(
    execFileSync(process.execPath, [`--input-type=${type}`, '-e', code], { encoding: 'utf8' }),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
