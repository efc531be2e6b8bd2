import { describe, expect, test } from 'vitest';
import type { Report } from '../bench/report.ts';
import { tablesOf } from './support/bench-table.ts';

const report: Report = {
  measured: '2031-02-03',
  machine: '4 cores of some processor, 16 GiB, Linux 7.1, Node 30.1.0',
  loadBefore: 0.1,
  comparisons: [
    {
      job: 'do it',
      own: { name: 'ours()', milliseconds: 12.345 },
      peer: { name: 'theirs', milliseconds: 24_690 },
      limit: 1 / 30,
    },
    {
      job: 'do the other',
      own: { name: 'ours()', milliseconds: 0.31 },
      peer: { name: 'plain calls', milliseconds: 0.1 },
      limit: 3,
    },
    {
      job: 'do the third',
      own: { name: 'ours()', milliseconds: 1 },
      peer: { name: 'plain calls', milliseconds: 1 },
    },
  ],
  measures: [
    { what: 'memory of it', value: 1234.5, unit: 'MB' },
    { what: 'time of it', value: 0.123, unit: 'ms', limit: 0.5 },
  ],
};

describe('the bench tables', () => {
  test('show when and where it was measured, each ratio, and each limit', () => {
    expect(tablesOf(report).split('\n')).toEqual([
      'Measured on 2031-02-03 on 4 cores of some processor, 16 GiB, Linux 7.1, Node 30.1.0.',
      '',
      '| job | with this package | other way | ratio | limit |',
      '|---|---|---|---|---|',
      '| do it | `ours()`: 12 ms | `theirs`: 25 s | 2,000 × as fast | 30 × as fast |',
      '| do the other | `ours()`: 310 µs | `plain calls`: 100 µs | 3.1 × the time | 3 × the time |',
      '| do the third | `ours()`: 1 ms | `plain calls`: 1 ms | 1 × as fast |  |',
      '',
      '| measured | figure | limit |',
      '|---|---|---|',
      '| memory of it | 1,235 MB |  |',
      '| time of it | 0.12 ms | 0.5 ms |',
    ]);
  });

  test('mention a machine that had other work', () => {
    expect(tablesOf({ ...report, loadBefore: 3.2 })).toContain('(load 3.2)');
  });
});
