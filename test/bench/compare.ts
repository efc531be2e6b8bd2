import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Bench } from 'tinybench';
import { noteComparison } from './report.ts';

/** One way to do a job. */
interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

/** Measures two ways in turns in one process, and notes how they compare by their medians, which it gives. */
export async function compare(job: string, own: Contender, peer: Contender, limit?: number) {
  const bench = new Bench({ time: 400, warmupTime: 100 });
  for (const { name, run } of [peer, own]) bench.add(name, run);
  const samples = new Map<string, number[]>();
  // In rounds, so that whatever else the machine does falls on both alike.
  for (let round = 0; round < 5; round += 1) {
    for (const { name, result } of await bench.run()) {
      if (result.state !== 'completed') throw new Error(`${name} did not complete`);
      samples.set(name, [...(samples.get(name) ?? []), result.latency.p50]);
    }
  }
  const timed = ({ name }: Contender) => ({ name, milliseconds: median(samples.get(name) ?? []) });
  noteComparison(job, timed(own), timed(peer), limit);
  return timed(own).milliseconds;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Runs a program in a process of its own; gives the numbers that it prints. */
export function numbersFrom(
  program: string,
  type: 'module' | 'commonjs' = 'module',
  env: NodeJS.ProcessEnv = {},
): readonly number[] {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', program], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return output.split(' ').map(Number);
}

/** Where the real Agent SDK is, as a program imports it. */
export function agentSdk(): string {
  const { resolve } = createRequire(new URL('../e2e/package.json', import.meta.url));
  return pathToFileURL(resolve('@anthropic-ai/claude-agent-sdk')).href;
}

/** Where a built entry of this package is, as a program imports it. */
export function built(file: string): string {
  return new URL(`../../dist/${file}`, import.meta.url).href;
}
