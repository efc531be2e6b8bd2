import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readInstalled } from './support/installed.ts';

describe.each(['dist/index.d.ts', 'dist/index.d.cts'])('%s', async (path) => {
  const declarations = await readInstalled(path);

  test('imports nothing that a consumer might not have', () => {
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(declarations);

    expect([...importedFiles, ...typeReferenceDirectives]).toEqual([]);
  });

  test('says unknown, and never any', () => {
    const kinds = kindsIn(ts.createSourceFile(path, declarations, ts.ScriptTarget.ES2022));

    expect(kinds).toContain(ts.SyntaxKind.UnknownKeyword);
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
