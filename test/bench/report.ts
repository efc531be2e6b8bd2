import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One job, done with this package and in another way, in turns and in one process or by one program after the other. */
export interface Comparison {
  readonly job: string;
  readonly own: Timed;
  readonly peer: Timed;
}

interface Timed {
  readonly name: string;
  readonly milliseconds: number;
}

/** A figure that has nothing beside it. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MB';
}

export interface Results {
  readonly comparisons: readonly Comparison[];
  readonly measures: readonly Measure[];
}

/** What one run has measured, and where. */
export interface Report extends Results {
  /** The day, such as `2026-11-21`. */
  readonly measured: string;
  readonly machine: string;
  /** How many programs wanted a core in the minute before: with more than a few per cent of one, look at nothing else. */
  readonly loadBefore: number;
}

export const reportPath = fileURLToPath(new URL('report.json', import.meta.url));

/** To be asked for before anything is measured. */
export function machineNow(): Pick<Report, 'machine' | 'loadBefore'> {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const cores = `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`;
  return {
    machine: `${cores}, ${memory}, ${type()} ${release()}, Node ${process.versions.node}`,
    loadBefore: loadavg()[0] ?? Number.NaN,
  };
}

export function writeReport(report: Report): void {
  writeFileSync(reportPath, `${JSON.stringify(report, shortened, 2)}\n`);
}

function shortened(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
