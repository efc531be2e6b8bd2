import { basename } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { installedFiles, readInstalled } from './support/installed.ts';

const files = (await installedFiles()).filter((file) => /\.d\.c?ts$/.test(file));

describe.each(files)('%s', async (path) => {
  const declarations = await readInstalled(path);

  test('imports nothing that a consumer might not have', () => {
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(declarations);
    const own = importedFiles.map(
      ({ fileName }) => `dist/${basename(fileName).replace(/js$/, 'ts').replace('.', '.d.')}`,
    );

    expect(files).toEqual(expect.arrayContaining(own));
    expect(typeReferenceDirectives).toEqual([]);
  });

  test('says what its types are, and never any', () => {
    const kinds = kindsIn(ts.createSourceFile(path, declarations, ts.ScriptTarget.ES2022));

    expect(kinds).toContain(ts.SyntaxKind.ExportDeclaration);
    expect(kinds).not.toContain(ts.SyntaxKind.AnyKeyword);
  });
});

function kindsIn(root: ts.Node): ReadonlySet<ts.SyntaxKind> {
  const kinds = new Set<ts.SyntaxKind>();
  const visit = (node: ts.Node) => {
    kinds.add(node.kind);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return kinds;
}
