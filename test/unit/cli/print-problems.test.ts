import { expect, test } from 'vitest';
import { finding } from '../../../src/links/problems.ts';
import { printProblems, tally } from '../../../src/cli/print-problems.ts';
import { paper } from './support/paper.ts';

const homes = (count: number) => Array.from({ length: count }, (_, number) => `/homes/${number}`);
const missing = (count: number) =>
  homes(count).map((path) => finding('directory-missing', { path, role: 'home' }).problem);
const files = (count: number) =>
  homes(count).map(
    (path) =>
      finding('directory-unusable', { path, role: 'home', reason: 'not-directory' }).problem,
  );

function printed(problems: Parameters<typeof printProblems>[1]): string {
  const sheet = paper();
  printProblems(sheet.page, problems);
  return sheet.text;
}

test('nothing is said of no problems', () => {
  expect(printed([])).toBe('');
  expect(tally([])).toBe('');
});

test.each([
  [1, '+ is missing: ensure makes it\n    /homes/0\n'],
  [2, '+ 2 are missing: ensure makes them\n    /homes/0\n    /homes/1\n'],
])('what is missing is told together: %i', (count, words) => {
  expect(printed(missing(count))).toBe(`\n  ${words}`);
});

test('twenty are told, and the others counted', () => {
  expect(printed(files(20))).not.toContain('more');
  expect(printed(files(23))).toContain('\n  and 3 more; --json tells all of them\n');
  expect(printed(missing(21))).toContain(
    '\n    /homes/19\n    and 1 more; --json tells all of them\n',
  );
});

test('a problem is counted once, though several homes have it', () => {
  expect(tally([...files(1), ...files(1)])).toBe('1 problem');
  expect(tally(files(2))).toBe('2 problems');
  const warned = homes(2).map((path) => finding('duplicate-home', { path, sameAs: path }).problem);
  expect(tally([...files(1), ...warned])).toBe('1 problem, 2 warnings');
});
