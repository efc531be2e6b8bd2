import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { TestedClaudeVersions } from '../../src/sessions/program.ts';
import { drawPicture, picturePath } from './support/picture.ts';
import { documentedCodes, knownCodes } from './support/problem-codes.ts';
import { pages, pageText, regenerate, sectionNames, sectionsIn } from './support/pages.ts';
import { interfaceIn, pathInRepository, wordsIn } from './support/source.ts';

/** The most that the first page may have, in bytes, with all that is generated. */
const MOST_BYTES = 12_000;

/** The files of the package, but for what is built. */
async function packedFiles(): Promise<readonly string[]> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const options = { cwd: pathInRepository('.') };
  const { stdout } = await promisify(execFile)('npm', args, options);
  return [...stdout.matchAll(/"path": "(.*?)"/g)].map(([, path = '']) => path);
}

const readme = pageText('README.md');
const linksPage = pageText('src/links/README.md');

describe('the problem codes', () => {
  test('each have a doc comment that says what they mean', () => {
    expect(documentedCodes.filter(({ doc = '' }) => doc === '')).toEqual([]);
  });

  test('are documented without an omission, each once', () => {
    expect(documentedCodes.map(({ name }) => name).toSorted()).toEqual(knownCodes.toSorted());
  });

  test('by which a corrupted pool is noticed exist', () => {
    const page = pageText('src/links/HOW-A-POOL-IS-CORRUPTED.md');
    const noticed = [...page.matchAll(/\*Notice:\*(.*?)\*Avoid/gs)].map(([, text = '']) => text);
    const codes = noticed.flatMap((text) => text.match(/(?<=`)[a-z]+(-[a-z]+)+(?=`)/g) ?? []);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !knownCodes.includes(code))).toEqual([]);
  });
});

describe('generated text', () => {
  test.each(pages)(
    'of %s is what the source gives (to write it: npm run docs:write)',
    async (page) => {
      expect(pageText(page)).toBe(await regenerate(pageText(page)));
    },
  );

  test('is used, all of it', () => {
    const used = new Set(pages.flatMap((page) => sectionsIn(pageText(page))));
    expect([...used].toSorted()).toEqual(sectionNames.toSorted());
  });

  test('includes the picture', async () => {
    expect(readFileSync(picturePath, 'utf8')).toBe(await drawPicture());
  });
});

describe('the README', () => {
  test('is short enough to be read', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(MOST_BYTES);
  });

  test('names the versions of Claude Code that are tested', () => {
    for (const version of TestedClaudeVersions) expect(readme).toContain(version);
  });

  test('says how to try it, with scripts that exist', () => {
    const scripts = /"scripts": \{.*?\}/s.exec(pageText('package.json'))?.[0];
    expect(readme).toContain('npm ci && npm run demo');
    for (const [, script] of pages
      .map(pageText)
      .join('')
      .matchAll(/npm run ([\w:]+)/g)) {
      expect(scripts).toContain(`"${script}"`);
    }
  });
});

describe('the page about links', () => {
  test('has a row for every state of a link and every remedy', () => {
    const words = [
      ...wordsIn('src/links/report.ts', 'LinkState'),
      ...wordsIn('src/core/problem.ts', 'Remedy'),
    ];
    const cells = [...linksPage.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, cell = '']) => cell);
    expect(cells).toEqual(expect.arrayContaining(words));
  });

  test('names every function that a file system must have', () => {
    const ports = ['LinkReadFs', 'LinkFs'].map((name) => interfaceIn('src/fs/link-fs.ts', name));
    const calls = ports.flatMap(({ members }) => members.map(({ name }) => `\`${name}\``));
    expect(calls.filter((call) => !linksPage.includes(call))).toEqual([]);
  });
});

describe('the links of a page', () => {
  test.each(pages)('%s: lead to files and headings that exist', (page) => {
    expect(linksIn(page).filter(({ file, anchor }) => !exists(file, anchor))).toEqual([]);
  });

  test.each(pages)('%s: files of the repository that are named exist', (page) => {
    const named = [...pageText(page).matchAll(/`((?:src|test|examples)\/[\w./-]+)`/g)];
    const paths = named.map(([, path = '']) => pathInRepository(path));
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('do not lead out of the package, so that they work in node_modules, too', async () => {
    const packed = await packedFiles();
    const isPacked = (path: string) =>
      packed.some((it) => it === path || it.startsWith(`${path}/`));
    const dead = pages
      .filter(isPacked)
      .flatMap((page) => linksIn(page).filter(({ file }) => !isPacked(file)));
    expect(dead).toEqual([]);
  });
});

test('the changelog says what is new to users', () => {
  expect(pageText('CHANGELOG.md')).toMatch(
    /^## \[0\.1\.0\] - \d{4}-\d\d-\d\d\n\n.*\n\n### Added\n\n- /m,
  );
});

interface Link {
  readonly page: string;
  /** Its path in the repository. */
  readonly file: string;
  readonly anchor: string | undefined;
}

/** The relative links of a page. */
function linksIn(page: string): readonly Link[] {
  return [...pageText(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(
    ([, path = '', anchor]) => ({
      page,
      file: path === '' ? page : normalize(join(dirname(page), path)),
      anchor,
    }),
  );
}

function exists(file: string, anchor: string | undefined): boolean {
  if (!existsSync(pathInRepository(file))) return false;
  return anchor === undefined || anchorsIn(pageText(file)).includes(anchor);
}

function anchorsIn(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );
}
