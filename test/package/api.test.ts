import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import ts from 'typescript';
import { installedFiles } from './support/installed.ts';
import { repository } from './support/repository.ts';

const dist = join(inject('consumer'), 'node_modules', 'claude-shared-state', 'dist');
const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/**
 * What a consumer can see of an entry point, from the declarations of the package and without their comments: all that
 * it exports, in the order of the names, and then what those declarations name without its being exported there.
 */
function declaredBy(declarations: string): string {
  const program = ts.createProgram([join(dist, declarations)], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(dist, declarations));
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${declarations} exports nothing`);

  const exported: readonly Named[] = checker
    .getExportsOfModule(module)
    .map((symbol) => [`export ${symbol.name}`, declarationsOf(symbol, checker)]);
  const direct = exported.flatMap(([, nodes]) => nodes);
  return [
    ...inOrder(exported),
    '// Named above, and not exported here:\n',
    ...inOrder(reachedFrom(direct, checker)),
  ].join('\n');
}

type Named = readonly [name: string, nodes: readonly ts.Node[]];

function inOrder(declarations: readonly Named[]): readonly string[] {
  return declarations
    .map(([name, nodes]) => withoutNumbers(`// ${name}\n${nodes.map(printed).join('\n')}\n`))
    .toSorted();
}

function printed(node: ts.Node): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
}

/** A bundler numbers names that it finds twice. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/(\w)\$\d+\b/g, '$1');
}

/** Declarations of the package that others lead to, directly or not. */
function reachedFrom(start: readonly ts.Node[], checker: ts.TypeChecker): readonly Named[] {
  const reached = new Map(start.map((node) => [node, '']));
  const visit = (node: ts.Node) => {
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    for (const declaration of symbol === undefined ? [] : declarationsOf(symbol, checker)) {
      if (!reached.has(declaration)) reached.set(declaration, node.getText());
    }
    ts.forEachChild(node, visit);
  };
  // This goes on to what is added while it is gone through.
  for (const declaration of reached.keys()) visit(declaration);
  return [...reached].slice(start.length).map(([node, name]) => [name, [node]]);
}

/** Whole statements of the package that declare a name; nothing for a parameter, a member or a global. */
function declarationsOf(symbol: ts.Symbol, checker: ts.TypeChecker): readonly ts.Node[] {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const { declarations = [] } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
  return declarations.flatMap((declaration) => {
    const statement = ts.isVariableDeclaration(declaration)
      ? declaration.parent.parent
      : declaration;
    const file = statement.getSourceFile();
    return statement.parent === file && dirname(file.fileName) === dist ? [statement] : [];
  });
}

const listings = join(repository, 'test', 'package', 'api');

// Every entry point is whole: nothing is split. The command has no declarations.
const entries = (await installedFiles())
  .filter((path) => /^dist\/[\w-]+\.js$/.test(path))
  .map((path) => basename(path, '.js'))
  .filter((entry) => entry !== 'cli');

/**
 * A changed signature is a conscious act: `npm run test:package -- api --update` writes the listings anew, and they
 * are committed with the change. Under CI Vitest writes none, and one that is missing fails.
 */
describe.each(entries)('what %s declares', (entry) => {
  const declared = declaredBy(`${entry}.d.ts`);

  test('is what its listing says', async () => {
    await expect(declared).toMatchFileSnapshot(join(listings, `${entry}.txt`));
  });

  test('is the same for require()', () => {
    expect(declaredBy(`${entry}.d.cts`)).toBe(declared);
  });
});

test('no listing is left of an entry point that is gone', async () => {
  expect(await readdir(listings)).toEqual(entries.map((entry) => `${entry}.txt`));
});
