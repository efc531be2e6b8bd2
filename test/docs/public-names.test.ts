import { describe, expect, test } from 'vitest';
import ts from 'typescript';
import { pageText } from './support/pages.ts';
import { programOf } from './support/compiler.ts';
import { pathInRepository } from './support/source.ts';

/** What a reader finds under one name of the package. */
interface PublicName {
  readonly name: string;
  readonly isFunction: boolean;
  readonly summary: string;
  /** The tags of the doc comment in their order, such as `param options`, each with its text. */
  readonly tags: readonly { readonly tag: string; readonly text: string }[];
  /** The tags that the signature and the body call for, in the order that all functions keep. */
  readonly tagsDue: readonly string[];
}

/** Everything that the package exports, in the order of its entry points; each name once. */
function publicSurface(): readonly PublicName[] {
  const entries = [
    'src/index.ts',
    ...['retention', 'homes', 'sessions', 'migrate', 'failover', 'failover/terminal'].map(
      (it) => `src/${it}/index.ts`,
    ),
    ...['index', 'postgres', 'valkey', 's3'].map((it) => `src/store/${it}.ts`),
  ].map(pathInRepository);
  const program = programOf(entries);
  const names = entries.flatMap((entry) => namesIn(entry, program));
  return [...new Map(names.map((it) => [it.name, it])).values()];
}

function namesIn(entry: string, program: ts.Program): readonly PublicName[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} exports nothing`);
  return checker.getExportsOfModule(module).map((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.[0];
    const isFunction = declaration !== undefined && ts.isFunctionDeclaration(declaration);
    return {
      name: exported.name,
      isFunction,
      summary: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      tags: symbol.getJsDocTags(checker).map(readTag),
      tagsDue: isFunction ? tagsDueFor(declaration, checker) : [],
    };
  });
}

function readTag({ name, text = [] }: ts.JSDocTagInfo) {
  const parameter = text.find(({ kind }) => kind === 'parameterName')?.text;
  return {
    tag: parameter === undefined ? name : `${name} ${parameter}`,
    text: ts.displayPartsToString(text.filter(({ kind }) => kind === 'text')),
  };
}

function tagsDueFor(declaration: ts.FunctionDeclaration, checker: ts.TypeChecker) {
  const parameters = declaration.parameters.map(({ name }) => `param ${name.getText()}`);
  const throws = canThrow(declaration, checker, new Set()) ? ['throws'] : [];
  return [...parameters, 'returns', ...throws, 'example'];
}

/** Whether a `throw` stands in a declaration, or in anything of this repository that it names. */
function canThrow(node: ts.Node, checker: ts.TypeChecker, seen: Set<ts.Node>): boolean {
  if (seen.has(node) || ts.isTypeNode(node)) return false;
  seen.add(node);
  if (ts.isThrowStatement(node)) return true;
  const named = ts.isIdentifier(node) ? declarationOf(node, checker) : undefined;
  if (named !== undefined && canThrow(named, checker, seen)) return true;
  return ts.forEachChild(node, (child) => canThrow(child, checker, seen)) ?? false;
}

function declarationOf(name: ts.Identifier, checker: ts.TypeChecker): ts.Node | undefined {
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined) return undefined;
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const { valueDeclaration } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
  return valueDeclaration?.getSourceFile().fileName.startsWith(pathInRepository('src/')) === true
    ? valueDeclaration
    : undefined;
}

const surface = publicSurface();
const readme = pageText('README.md');
const names = new Set(surface.map(({ name }) => name));
const functions = surface.filter(({ isFunction }) => isFunction);

const titled = (all: readonly PublicName[]) => all.map((it) => [it.name, it] as const);
const twinOf = (name: string) => name.replace(/Sync$/, '');
const isTwin = ({ name }: PublicName) => twinOf(name) !== name && names.has(twinOf(name));

test.each(titled(surface))('%s has a doc comment', (_, { summary }) => {
  expect(summary).not.toBe('');
});

describe('in this order are told parameters, result, what is thrown, and an example:', () => {
  test.each(titled(functions.filter((it) => !isTwin(it))))('%s()', (_, { tags, tagsDue }) => {
    expect(tags.map(({ tag }) => tag)).toEqual(tagsDue);
    expect(tags.filter(({ text }) => text.trim() === '')).toEqual([]);
  });
});

test.each(titled(functions.filter(isTwin)))('%s() says whose twin it is', (name, { summary }) => {
  expect(summary).toContain(`{@link ${twinOf(name)}}`);
});

test.each(titled(functions.filter((it) => !isTwin(it))))('the README names %s()', (name) => {
  expect(readme).toMatch(new RegExp(`\`${name}[\`(]`));
});
