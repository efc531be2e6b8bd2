import { readFileSync } from 'node:fs';
import { type Report, reportPath } from '../../bench/report.ts';

/** What `npm run bench -- --report` has measured last, as tables. */
export function benchTables(): string {
  const report: unknown = JSON.parse(readFileSync(reportPath, 'utf8'));
  if (!isReport(report)) throw new Error('test/bench/report.json is no report');
  return tablesOf(report);
}

export function tablesOf(report: Report): string {
  const busy =
    report.loadBefore > 0.5 ? `, while it had other work (load ${report.loadBefore})` : '';
  return [
    `Measured on ${report.measured} on ${report.machine}${busy}.`,
    '',
    '| job | with this package | beside it | ratio |',
    '|---|---|---|---|',
    ...report.comparisons.map(
      ({ job, own, peer }) =>
        `| ${job} | \`${own.name}\`: ${time(own.milliseconds)} | \`${peer.name}\`: ${time(peer.milliseconds)} | ${ratio(peer.milliseconds / own.milliseconds)} |`,
    ),
    '',
    '| measured alone | figure |',
    '|---|---|',
    ...report.measures.map(({ what, value, unit }) => `| ${what} | ${rounded(value)} ${unit} |`),
  ].join('\n');
}

function ratio(timesFaster: number): string {
  return timesFaster >= 1
    ? `${rounded(timesFaster)} × as fast`
    : `${rounded(1 / timesFaster)} × the time`;
}

function time(milliseconds: number): string {
  if (milliseconds < 1) return `${rounded(milliseconds * 1000)} µs`;
  return milliseconds < 1000 ? `${rounded(milliseconds)} ms` : `${rounded(milliseconds / 1000)} s`;
}

/** Two digits, which is as much as measuring again confirms; of more than a hundred all before the point. */
function rounded(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(2)));
}

function isReport(value: unknown): value is Report {
  return (
    isObject(value) &&
    ['measured', 'machine'].every((name) => typeof value[name] === 'string') &&
    typeof value['loadBefore'] === 'number' &&
    isListOf(value['comparisons'], ({ job, own, peer }) => {
      const both = isObject(own) && isObject(peer) ? [own, peer] : [];
      const timed = both.filter((it) => typeof it['milliseconds'] === 'number');
      return typeof job === 'string' && timed.length === 2;
    }) &&
    isListOf(
      value['measures'],
      ({ what, value, unit }) =>
        typeof what === 'string' && typeof value === 'number' && typeof unit === 'string',
    )
  );
}

function isListOf(value: unknown, test: (it: Readonly<Record<string, unknown>>) => boolean) {
  return Array.isArray(value) && value.every((it: unknown) => isObject(it) && test(it));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
