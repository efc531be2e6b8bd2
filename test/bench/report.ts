import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One job, done with this package and in another way, in turns in one run. */
export interface Comparison {
  readonly job: string;
  readonly own: Timed;
  readonly peer: Timed;
  /** How many times as long as the peer it may take: 0.1 means at least ten times as fast. */
  readonly limit?: number;
}

interface Timed {
  readonly name: string;
  readonly milliseconds: number;
}

/** A figure that is compared with nothing but its limit, which it must not exceed. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MB' | '×';
  readonly limit?: number;
}

export interface Results {
  readonly comparisons: readonly Comparison[];
  readonly measures: readonly Measure[];
}

/** What one run measured, and where. */
export interface Report extends Results {
  /** The day, such as `2026-11-21`. */
  readonly measured: string;
  readonly machine: string;
  /** The load average before the run: above a few per cent of one core, only the ratios mean something. */
  readonly loadBefore: number;
}

export const reportPath = fileURLToPath(new URL('report.json', import.meta.url));

/** Call it before anything is measured. */
export function machineNow(): Pick<Report, 'machine' | 'loadBefore'> {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const cores = `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`;
  return {
    machine: `${cores}, ${memory}, ${type()} ${release()}, Node ${process.versions.node}`,
    loadBefore: loadavg()[0] ?? Number.NaN,
  };
}

/** Every limit, whether it is kept, and by how much it is missed otherwise. */
export function checkLimits({ comparisons, measures }: Results): readonly string[] {
  const limited = [
    ...comparisons.map(({ job, own, peer, limit }) => ({
      what: `${job}: ${own.name}, times ${peer.name}`,
      value: own.milliseconds / peer.milliseconds,
      limit,
    })),
    ...measures.map(({ what, value, unit, limit }) => ({ what: `${what}, ${unit}`, value, limit })),
  ];
  return limited.flatMap(({ what, value, limit }) => {
    if (limit === undefined) return [];
    const verdict = value <= limit ? 'kept  ' : 'MISSED';
    return [`${verdict}  ${what}: ${value.toPrecision(3)}, limit ${limit.toPrecision(3)}`];
  });
}

export function writeReport(report: Report): void {
  writeFileSync(reportPath, `${JSON.stringify(report, shortened, 2)}\n`);
}

function shortened(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
