import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { failoverProblems } from '../../src/failover/failover-problem.ts';
import { migrationProblems } from '../../src/migrate/problems.ts';
import { problemTable } from '../../src/links/problem.ts';
import {
  failoverProblemGroups,
  migrationProblemGroups,
  problemGroups,
} from './support/problem-codes.ts';
import { readme, regenerate } from './support/readme.ts';
import { interfaceIn, pathInRepository, wordsIn } from './support/source.ts';

const codes = [...problemGroups, ...migrationProblemGroups, ...failoverProblemGroups].flatMap(
  ({ members }) => members,
);

describe('the problem codes', () => {
  test('each have a doc comment that says what they mean', () => {
    expect(codes.filter(({ doc = '' }) => doc === '')).toEqual([]);
  });

  test('are documented without an omission', () => {
    const told = codes.map(({ name }) => name);
    const tables = [problemTable, migrationProblems, failoverProblems];
    const known = tables.flatMap((table) => Object.keys(table));
    expect(told.toSorted()).toEqual(known.toSorted());
  });
});

describe('the README', () => {
  test('holds the tables that the source gives (to write them: npm run docs:write)', async () => {
    expect(readme).toBe(await regenerate(readme));
  });

  test('has a row for every state of a link', () => {
    expect(firstCells()).toEqual(
      expect.arrayContaining([...wordsIn('src/links/link-report.ts', 'LinkState')]),
    );
  });

  test('has a row for every remedy', () => {
    expect(firstCells()).toEqual(
      expect.arrayContaining([...wordsIn('src/core/problem.ts', 'Remedy')]),
    );
  });

  test('names every function that a file system must have', () => {
    const ports = ['LinkReadFs', 'LinkFs'].map((name) => interfaceIn('src/fs/link-fs.ts', name));
    const calls = ports.flatMap(({ members }) => members.map(({ name }) => `\`${name}\``));
    expect(calls.filter((call) => !readme.includes(call))).toEqual([]);
  });

  test('tells how to try it and how to test it, with scripts that exist', () => {
    const scripts = /"scripts": \{.*?\}/s.exec(read('package.json'))?.[0];
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
    for (const [, script] of readme.matchAll(/npm run ([\w:]+)/g)) {
      expect(scripts).toContain(`"${script}"`);
    }
  });

  test('links to files and headings that exist', () => {
    const targets = [...readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(
      ([, target = '']) => target,
    );
    const anchors = new Set(
      [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)),
    );
    const leadsNowhere = (target: string) =>
      target.startsWith('#') ? !anchors.has(target) : !existsSync(pathInRepository(target));
    expect(targets).not.toEqual([]);
    expect(targets.filter(leadsNowhere)).toEqual([]);
  });
});

test('the changelog says what is new to users', () => {
  expect(read('CHANGELOG.md')).toMatch(
    /^## \[0\.1\.0\] - \d{4}-\d\d-\d\d\n\n.*\n\n### Added\n\n- /m,
  );
});

function firstCells(): readonly string[] {
  return [...readme.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, cell = '']) => cell);
}

function anchorOf(heading: string): string {
  return `#${heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-')}`;
}

function read(path: string): string {
  return readFileSync(pathInRepository(path), 'utf8');
}
