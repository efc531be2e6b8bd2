import { describe, expect, test } from 'vitest';
import type { Report } from '../bench/report.ts';
import { benchTables, tablesOf } from './support/bench-table.ts';
import { regenerate } from './support/readme.ts';

const report: Report = {
  measured: '2031-02-03',
  machine: '4 cores of some processor, 16 GiB, Linux 7.1, Node 30.1.0',
  loadBefore: 0.1,
  comparisons: [
    {
      job: 'do it',
      own: { name: 'ours()', milliseconds: 12.345 },
      peer: { name: 'theirs', milliseconds: 24_690 },
    },
    {
      job: 'do the other',
      own: { name: 'ours()', milliseconds: 0.31 },
      peer: { name: 'plain calls', milliseconds: 0.1 },
    },
  ],
  measures: [{ what: 'memory of it', value: 1234.5, unit: 'MB' }],
};

describe('the tables of what was measured', () => {
  test('say when, where, what beside what, and how many times as fast or as long', () => {
    expect(tablesOf(report).split('\n')).toEqual([
      'Measured on 2031-02-03 on 4 cores of some processor, 16 GiB, Linux 7.1, Node 30.1.0.',
      '',
      '| job | with this package | beside it | ratio |',
      '|---|---|---|---|',
      '| do it | `ours()`: 12 ms | `theirs`: 25 s | 2,000 × as fast |',
      '| do the other | `ours()`: 310 µs | `plain calls`: 100 µs | 3.1 × the time |',
      '',
      '| measured alone | figure |',
      '|---|---|',
      '| memory of it | 1,235 MB |',
    ]);
  });

  test('say so where the machine had other work', () => {
    expect(tablesOf({ ...report, loadBefore: 3.2 })).toContain('(load 3.2)');
  });

  test('are made of the committed report, wherever a text has their markers', async () => {
    expect(benchTables()).toContain('× ');
    const sections = ['problem-codes', 'migration-problems', 'failover-problems', 'error-message'];
    const text = [...sections, 'resume-problems', 'bench']
      .map((name) => `<!-- ${name}:start -->\nold\n<!-- ${name}:end -->`)
      .join('\n');
    expect(await regenerate(text)).toContain(`<!-- bench:start -->\n${benchTables()}\n`);
  });
});
