import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { MigrationProgress } from 'claude-shared-state/migrate';
import { bytes, duration } from '../../../src/cli/ui/amounts.ts';
import { progressLine, ProgressDisplay } from '../../../src/cli/ui/progress.ts';
import { paper } from './support/paper.ts';

const half: MigrationProgress = { phase: 'absorb', done: 5000, total: 10_000, bytes: 2_500_000 };

describe('the line', () => {
  test('tells part, rest and bytes', () => {
    const { out } = paper(80);

    expect(progressLine(out, half, 10_000)).toBe('absorb 50%, 0:10 left, 5,000 of 10,000, 2.5 MB');
  });

  test.each([
    ['in the first second', 5000, 999],
    ['while nothing moves', 0, 10_000],
  ])('tells no rest %s', (_, done, elapsed) => {
    expect(progressLine(paper(80).out, { ...half, done }, elapsed)).not.toContain('left');
  });

  test.each([20, 30, 40, 60, 80, 200])('is never wider than %i columns', (columns) => {
    const { out } = paper(columns);

    for (const done of [0, 1, 9999, 10_000]) {
      const line = progressLine(out, { ...half, done }, 10_000);
      expect(stringWidth(line)).toBeLessThan(columns);
      expect(line).toContain('%');
    }
  });

  test('has no part where it is not known yet how much there is', () => {
    const { out } = paper(40);

    expect(progressLine(out, { phase: 'plan', done: 0, total: 0, bytes: 0 }, 0)).toBe('plan …');
  });
});

describe('the display', () => {
  test('draws over its line on a terminal, and leaves one line for each phase', () => {
    const { out, written } = paper(80);
    let now = 0;
    const display = new ProgressDisplay(out, () => now);

    for (let done = 0; done <= 10_000; done += 500) {
      display.onProgress({ ...half, done });
      now += 100;
    }
    display.onProgress({ phase: 'cut-over', done: 1, total: 1, bytes: 0 });
    display.end();

    const lines = written.join('').split('\n');
    expect(lines.map((line) => line.split('\r').at(-1))).toEqual([
      '✓ absorb: 10,000 files, 2.5 MB in 0:02\u001B[K',
      '✓ cut-over: 1 directory in 0:00\u001B[K',
      '',
    ]);
    expect(lines[0]?.split('\r').length).toBeGreaterThan(10);
  });

  test('draws no faster than can be seen', () => {
    const { out, written } = paper(80);
    let now = 0;
    const display = new ProgressDisplay(out, () => now);

    for (let done = 0; done <= 100; done += 1) {
      display.onProgress({ ...half, done });
      now += 10;
    }

    // About 80 ms apart in one second.
    expect(written.length).toBeGreaterThan(5);
    expect(written.length).toBeLessThan(15);
  });

  test.each([
    ['in a pipe', undefined, {}],
    ['on a terminal that can do nothing', 80, { TERM: 'dumb' }],
  ])('is a few lines %s', (_, columns, env) => {
    const { out, written } = paper(columns, env);
    let now = 0;
    const display = new ProgressDisplay(out, () => now);

    for (let done = 0; done <= 10_000; done += 500) {
      display.onProgress({ ...half, done });
      now += 1000;
    }
    display.end();

    const text = written.join('');
    expect(text).not.toContain('\r');
    expect(text).not.toContain('\u001B');
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('absorb 5,000 files, 2.5 MB');
  });

  test('says of a run that was stopped how far it was', () => {
    const { out, written } = paper(80);
    const display = new ProgressDisplay(out, () => 0);

    display.onProgress(half);
    display.end();

    expect(written.at(-1)).toBe('\r! absorb: 5,000 files, 2.5 MB in 0:00\u001B[K\n');
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [123_456, '123 kB'],
  [999_600, '1.0 MB'],
  [4_560_000_000, '4.6 GB'],
])('%i bytes are %s', (number, text) => {
  expect(bytes(number)).toBe(text);
});

test.each([
  [499, '0:00'],
  [61_000, '1:01'],
  [3_723_000, '1:02:03'],
])('%i milliseconds are %s', (number, text) => {
  expect(duration(number)).toBe(text);
});
