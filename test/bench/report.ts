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

export interface Timed {
  readonly name: string;
  readonly milliseconds: number;
}

/** A figure that is compared with nothing but its limit, which it must not exceed. */
interface Measure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: number;
}

/** What one run measured, and where. */
export interface Report {
  /** The day, such as `2026-11-21`. */
  readonly measured: string;
  readonly machine: string;
  /** The load average before the run: above a few per cent of one core, only the ratios mean something. */
  readonly loadBefore: number;
  readonly comparisons: readonly Comparison[];
  readonly measures: readonly Measure[];
}

const reportPath = fileURLToPath(new URL('report.json', import.meta.url));

const comparisons: Comparison[] = [];
const measures: Measure[] = [];

/** Notes and prints how long a job took with this package and in another way. */
export function noteComparison(job: string, own: Timed, peer: Timed, limit?: number): void {
  comparisons.push({ job, own, peer, ...(limit === undefined ? {} : { limit }) });
  const ratio = own.milliseconds / peer.milliseconds;
  print(
    `${job}: ${own.name}, times ${peer.name}`,
    ratio,
    `of ${peer.milliseconds.toPrecision(3)} ms`,
    limit,
  );
}

/** Notes and prints a figure. */
export function noteMeasure(
  what: string,
  value: number,
  unit: 'ms' | 's' | 'MB' | '×',
  limit?: number,
): void {
  measures.push({ what, value, unit, ...(limit === undefined ? {} : { limit }) });
  print(what, value, unit, limit);
}

function print(what: string, value: number, unit: string, limit: number | undefined): void {
  const verdict = limit === undefined ? '' : value <= limit ? ', kept' : ', MISSED';
  const most = limit === undefined ? '' : `; limit ${limit.toPrecision(3)}${verdict}`;
  console.log(`  ${what}: ${value.toPrecision(3)} ${unit}${most}`);
}

/** Call it before anything is measured. */
export function machineNow(): Pick<Report, 'machine' | 'loadBefore'> {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const cores = `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`;
  return {
    machine: `${cores}, ${memory}, ${type()} ${release()}, Node ${process.versions.node}`,
    loadBefore: loadavg()[0] ?? Number.NaN,
  };
}

/** Writes everything that was noted. */
export function writeReport(where: Pick<Report, 'machine' | 'loadBefore'>): void {
  const measured = new Date().toISOString().slice(0, 10);
  const report: Report = { measured, ...where, comparisons, measures };
  writeFileSync(reportPath, `${JSON.stringify(report, shortened, 2)}\n`);
}

function shortened(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
