import { expect, test } from 'vitest';
import { finding } from '../../../src/links/problems.ts';
import { causesOf, tally } from '../../../src/cli/causes.ts';
import { printCauses } from '../../../src/cli/ui/problems.ts';
import { paper } from './support/paper.ts';

const homes = (count: number) => Array.from({ length: count }, (_, number) => `/homes/${number}`);
const missing = (count: number) =>
  homes(count).map((path) => finding('directory-missing', { path, role: 'home' }).problem);
const files = (count: number) =>
  homes(count).map(
    (path) =>
      finding('directory-unusable', { path, role: 'home', reason: 'not-directory' }).problem,
  );

function printed(problems: Parameters<typeof causesOf>[0], isVerbose = false): string {
  const sheet = paper();
  printCauses(sheet.out, causesOf(problems), isVerbose);
  return sheet.text;
}

test('without problems nothing is printed', () => {
  expect(printed([])).toBe('');
  expect(tally([])).toBe('');
});

test('what is missing is one cause, whatever it is', () => {
  expect(printed(missing(1))).toBe(
    '  ✗ A link or directory is missing [directory-missing]\n    /homes/0\n    ensure creates what is missing.\n',
  );
  expect(printed(missing(2))).toContain('2 links and directories are missing');
  expect(tally(causesOf(missing(9)))).toBe('1 problem');
});

test('one cause lists five paths and counts the others; --verbose lists all', () => {
  expect(printed(files(6))).not.toContain('more');
  expect(printed(files(23))).toContain('    /homes/4\n    and 18 more\n');
  expect(printed(files(23), true)).toContain('    /homes/22\n');
});

test('paths are in natural order', () => {
  const paths = ['/h/10', '/h/9', '/h/1'];
  const [cause] = causesOf(
    paths.map(
      (path) =>
        finding('directory-unusable', { path, role: 'home', reason: 'not-directory' }).problem,
    ),
  );

  expect(cause?.paths).toEqual(['/h/1', '/h/9', '/h/10']);
});

test('a problem counts once, though several homes have it, and causes count, not problems', () => {
  expect(tally(causesOf([...files(1), ...files(1)]))).toBe('1 problem');
  expect(tally(causesOf(files(2)))).toBe('1 problem');
  const warned = homes(2).map((path) => finding('duplicate-home', { path, sameAs: path }).problem);
  expect(tally(causesOf([...files(1), ...warned]))).toBe('1 problem, 1 warning');
});
