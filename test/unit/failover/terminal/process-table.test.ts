import { expect, test } from 'vitest';
import {
  familyOf,
  isInForeground,
  readProcessTable,
} from '../../../../src/failover/terminal/process-table.ts';

const table = readProcessTable(`
    1     0     1    -1
   10     1    10    30
   20    10    20    30
   30    10    30    30
   31    30    30    30
   99     1    99    99
`);

test('a family is told from its first on, children before grandchildren', () => {
  expect(familyOf(10, table)).toEqual([10, 20, 30, 31]);
  expect(familyOf(31, table)).toEqual([31]);
});

test('who is not there has no family, also where children name it', () => {
  expect(familyOf(0, table)).toEqual([]);
  expect(familyOf(NaN, table)).toEqual([]);
});

test('a loop, which a table may show when ids are used again, ends', () => {
  expect(familyOf(5, readProcessTable('5 6 5 5\n6 5 5 5\n'))).toEqual([5, 6]);
});

test('in the foreground is who leads its group', () => {
  expect([10, 30, 99, 1, 0].filter((pid) => isInForeground(pid, table))).toEqual([30, 99]);
});

test('lines that are no rows are left out', () => {
  expect(readProcessTable('PID PPID\n1 2 3\n-\n\n7 1 7 -1 x\n')).toEqual([
    { pid: 7, parent: 1, group: 7, foreground: -1 },
  ]);
});
