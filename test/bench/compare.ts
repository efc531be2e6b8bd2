import { Bench } from 'tinybench';

/** One way to do a job. */
export interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

/** What a contender took, and how that compares with the first one. */
export interface Figure {
  readonly name: string;
  readonly microseconds: number;
  /** How many times faster than the first contender. */
  readonly timesFaster: number;
}

/** Measures contenders in turns in one process, and compares all with the first one by their medians. */
export async function compare(contenders: readonly Contender[]): Promise<readonly Figure[]> {
  const bench = new Bench({ time: 400, warmupTime: 100 });
  for (const { name, run } of contenders) bench.add(name, run);
  const samples = new Map<string, number[]>();
  // In rounds, so that whatever else the machine does falls on all of them alike.
  for (let round = 0; round < 5; round += 1) {
    for (const { name, result } of await bench.run()) {
      if (result.state !== 'completed') throw new Error(`${name} did not complete`);
      samples.set(name, [...(samples.get(name) ?? []), result.latency.p50 * 1000]);
    }
  }
  const medians = contenders.map(({ name }) => ({
    name,
    microseconds: median(samples.get(name) ?? []),
  }));
  const base = medians[0]?.microseconds ?? Number.NaN;
  return medians.map((one) => ({ ...one, timesFaster: base / one.microseconds }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
