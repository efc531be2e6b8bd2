import { type Comparison, type Report } from '../../bench/report.ts';
import lastReport from '../../bench/report.json' with { type: 'json' };

/** The figures of the last `npm run bench -- --report`, as tables. */
export const benchTables = (): string => tablesOf(lastReport);

export function tablesOf(report: Report): string {
  const busy =
    report.loadBefore > 0.5 ? `, while it had other work (load ${report.loadBefore})` : '';
  return [
    `Measured on ${report.measured} on ${report.machine}${busy}.`,
    '',
    '| job | with this package | other way | ratio | limit |',
    '|---|---|---|---|---|',
    ...report.comparisons.map(
      ({ job, own, peer, limit }) =>
        `| ${job} | ${timed(own)} | ${timed(peer)} | ${ratio(own.milliseconds / peer.milliseconds)} | ${limit === undefined ? '' : ratio(limit)} |`,
    ),
    '',
    '| measured | figure | limit |',
    '|---|---|---|',
    ...report.measures.map(
      ({ what, value, unit, limit }) =>
        `| ${what} | ${rounded(value)} ${unit} | ${limit === undefined ? '' : `${rounded(limit)} ${unit}`} |`,
    ),
  ].join('\n');
}

function timed({ name, milliseconds }: Comparison['own']): string {
  return `\`${name}\`: ${time(milliseconds)}`;
}

/** How many times as long, or as fast. */
function ratio(timesAsLong: number): string {
  return timesAsLong > 1
    ? `${rounded(timesAsLong)} × the time`
    : `${rounded(1 / timesAsLong)} × as fast`;
}

function time(milliseconds: number): string {
  if (milliseconds < 1) return `${rounded(milliseconds * 1000)} µs`;
  return milliseconds < 1000 ? `${rounded(milliseconds)} ms` : `${rounded(milliseconds / 1000)} s`;
}

/** Two digits, because the next run confirms no more; above a hundred, all before the point. */
function rounded(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(2)));
}
