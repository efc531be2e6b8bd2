import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A member of an interface, and what its doc comment says, on one line. */
export interface Member {
  readonly name: string;
  readonly doc: string | undefined;
}

export function pathInRepository(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** The doc comment and the members of an interface, in the order of the source. */
export function interfaceIn(path: string, name: string) {
  const declaration = declarationsIn(path).find(
    (it): it is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(it) && it.name.text === name,
  );
  if (declaration === undefined) throw new Error(`no interface ${name} in ${path}`);
  const members = declaration.members.flatMap((member): readonly Member[] =>
    member.name === undefined ? [] : [{ name: nameText(member.name), doc: docOf(member) }],
  );
  return { doc: docOf(declaration), members };
}

/** The words of a union of string literals, in the order of the source. */
export function wordsIn(path: string, alias: string): readonly string[] {
  const declaration = declarationsIn(path).find(
    (it): it is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(it) && it.name.text === alias,
  );
  if (declaration === undefined || !ts.isUnionTypeNode(declaration.type)) {
    throw new Error(`no union ${alias} in ${path}`);
  }
  return declaration.type.types.map((type) => type.getText().replaceAll("'", ''));
}

function declarationsIn(path: string): readonly ts.Statement[] {
  const text = readFileSync(pathInRepository(path), 'utf8');
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true).statements;
}

function docOf(node: ts.Node): string | undefined {
  const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
  return ts.getTextOfJSDocComment(doc?.comment)?.replace(/\s+/g, ' ');
}

function nameText(name: ts.PropertyName): string {
  return ts.isStringLiteral(name) ? name.text : name.getText();
}
