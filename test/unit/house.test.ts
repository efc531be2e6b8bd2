import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The folders of `src`, each of which imports only from those above it. So none is in a circle with another. */
const floors = [
  'core',
  'fs',
  'lock',
  'links',
  'retention',
  'homes',
  'sessions',
  'migrate',
  'failover',
  'store',
  'cli',
];

/** `./tmux` is the public name of a folder inside `failover`. */
const entryPoints =
  /^(?:[a-z]+\/index|failover\/terminal\/index|store\/(?:postgres|s3|valkey)|index)\.ts$/;

const src = fileURLToPath(new URL('../../src', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map(({ parentPath, name }) => relativeToSrc(join(parentPath, name)));

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), 'utf8');
  const specifiers = text.matchAll(/^(?:import|export)\b[^;']* from '([^']+)'/gm);
  return Array.from(specifiers, ([, specifier = '']) => ({
    from,
    to: specifier.startsWith('.')
      ? relativeToSrc(resolve(src, dirname(from), specifier))
      : specifier,
  }));
});

/** Every name that is exported at its declaration, with the files that declare it; re-exports declare nothing. */
const declarations = new Map<string, readonly string[]>();
for (const file of files) {
  const text = readFileSync(join(src, file), 'utf8');
  const names = text.matchAll(
    /^export (?:declare )?(?:abstract )?(?:async )?(?:const enum|class|const|enum|function\*?|interface|let|type) ([\w$]+)/gm,
  );
  for (const name of new Set(Array.from(names, ([, found = '']) => found))) {
    declarations.set(name, [...(declarations.get(name) ?? []), file]);
  }
}

const notExported = 'cli imports entry points only, and none of them exports it';

/** Names that two files declare all the same, each with the reason. */
const exempt: Readonly<Record<string, string>> = {
  Finding: 'of any problem, and of the problems of links: the second is made from the first',
  SharedStateError: 'the class, and its form for problems of links: one object',
  describeProblem: 'with any table, and with the table of all problems',
  Operation: "the name of a public call, and migrate's own record of what runs",
  byNaturalOrder: notExported,
  escapeControl: notExported,
  isTypeable: notExported,
  quoted: notExported,
};

function relativeToSrc(path: string): string {
  return path.slice(src.length + 1).replaceAll(sep, '/');
}

const folderOf = (path: string) => path.slice(0, Math.max(0, path.indexOf('/')));
const isOwn = ({ to }: Import) => files.includes(to);
const shown = ({ from, to }: Import) => `${from} imports ${to}`;

describe('the floor plan of src', () => {
  test('finds the imports that it checks', () => {
    expect(imports.filter(isOwn).length).toBeGreaterThan(files.length);
  });

  test('has every folder on a floor', () => {
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => !floors.includes(folder))).toEqual([]);
  });

  test('lets a folder import only from floors above it', () => {
    const wrong = imports.filter(isOwn).filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      return (
        own !== '' && own !== other && own !== 'cli' && floors.indexOf(other) >= floors.indexOf(own)
      );
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  test('lets nothing but the command import the root entry', () => {
    const wrong = imports.filter(({ from, to }) => to === 'index.ts' && folderOf(from) !== 'cli');
    expect(wrong.map(shown)).toEqual([]);
  });

  test('lets the command import entry points only', () => {
    const wrong = imports
      .filter(isOwn)
      .filter(({ from, to }) => folderOf(from) === 'cli' && folderOf(to) !== 'cli')
      .filter(({ to }) => !entryPoints.test(to));
    expect(wrong.map(shown)).toEqual([]);
  });

  test('declares no exported name in two files with two meanings', () => {
    expect(declarations.size).toBeGreaterThan(files.length);
    const repeated = [...declarations].filter(([, places]) => places.length > 1);
    expect(repeated.filter(([name]) => !Object.hasOwn(exempt, name))).toEqual([]);
    // An exemption that nothing needs any more goes.
    expect(Object.keys(exempt).toSorted()).toEqual(repeated.map(([name]) => name).toSorted());
  });

  test('lets only fs import node:fs, and the command for files of its own', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        /^(node:)?fs(\/promises)?$/.test(to) && folderOf(from) !== 'fs' && from !== 'cli/files.ts',
    );
    expect(wrong.map(shown)).toEqual([]);
  });
});
